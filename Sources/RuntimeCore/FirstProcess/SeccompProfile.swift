import JSON
import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage

extension Spec.Linux.Seccomp {
  /// The program that the kernel gets, compiled now or when a container had the same profile before.
  func filter(_ context: RuntimeContext) throws -> SeccompFilter {
    // A name that no container can have.
    let cache = SeccompFilterCache(folder: "\(context.root)/@seccomp")
    return try cache.filter(for: self) { context.log.debug($0) }
  }
}

/// The handing over of a seccomp listener to the agent that answers for it.
///
/// See "Seccomp" in config-linux.md: the agent gets the descriptor and a document that tells which
/// process of which container it belongs to.
enum SeccompListener {
  /// Takes a descriptor out of the process that has loaded the filter, and sends it to the agent.
  ///
  /// The process cannot send it itself: the filter may hold sendmsg(2) back for this very listener.
  static func send(
    _ number: CInt, of process: borrowing ProcessHandle, _ profile: Spec.Linux.Seccomp,
    _ state: RuntimeState
  ) throws {
    guard let path = profile.listenerPath else {
      throw RuntimeError.invalid(
        field: "linux.seccomp.listenerPath",
        reason: "it is missing, and a rule has the action SCMP_ACT_NOTIFY")
    }
    try step("sending the seccomp listener to \(path)") {
      let listener = try process.copyDescriptor(number)
      let document = ContainerProcessState(
        ociVersion: state.ociVersion, fds: ["seccompFd"], pid: process.id,
        metadata: profile.listenerMetadata, state: state)
      let socket = try UnixSocket.connect(.stream, to: path)
      try socket.lent.send(try JSONWriter().write(document), with: [listener.lent])
    }
  }
}
