import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Standard input, output and error of a process of a container.
enum StandardStreams {
  /// Gives them to a user, so that he can open /dev/stdout and his terminal anew.
  ///
  /// Only terminals and pipes: the owner of any other file is the caller's affair, and what is open
  /// here may have been put in its place by an image.
  static func giveTo(_ user: UInt32, terminalsToo: Bool = true) throws(SystemError) {
    for stream in [FileDescriptor.standardInput, .standardOutput, .standardError] {
      do throws(SystemError) {
        try give(stream, to: user, terminalsToo)
      } catch {
        // A closed stream; an owner that has no number in our user namespace; a read-only /dev. The
        // process can use the stream that it has all the same.
        guard canBePassedOver(error.errno) else { throw error }
      }
    }
  }

  /// Gives pipes to a user of a user namespace, from outside: inside, an owner who has no number there
  /// cannot be changed. A terminal is the caller's, who goes on to use it when the process has ended.
  ///
  /// - Parameter mappings: of the namespace; one without the user changes nothing.
  static func give(
    to user: Spec.Process.User, mappings: [Spec.Linux.IDMapping]?
  ) throws(SystemError) {
    guard let host = IDMappings.hostID(user.uid, mappings ?? []) else { return }
    try giveTo(host, terminalsToo: false)
  }

  private static func give(
    _ stream: FileDescriptor, to user: UInt32, _ terminalsToo: Bool
  ) throws(SystemError) {
    let status = try stream.status()
    if status.uid != user, status.kind == .fifo || (terminalsToo && stream.isTerminal) {
      try stream.changeOwner(uid: user, gid: .max)
    }
  }

  private static func canBePassedOver(_ reason: Errno) -> Bool {
    switch reason {
    case .badFileDescriptor, .notPermitted, .invalidArgument, .readOnlyFileSystem: true
    default: false
    }
  }
}
