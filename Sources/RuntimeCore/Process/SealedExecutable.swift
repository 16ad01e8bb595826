import LinuxSystem
import SystemPackage

/// The runtime's own program file, out of the reach of containers.
///
/// A process of the runtime that has entered a container is visible there: /proc/PID/exe leads to the
/// program file on the host, and a container's root could keep it open and later write to it
/// (CVE-2019-5736). So the runtime first executes itself from an image of the same file that nobody can
/// write to, of which there are two:
///
/// - A read-only mount of just this file, attached nowhere (Linux 5.12, CAP_SYS_ADMIN). Its last
///   descriptor goes with the execution, and the kernel then takes the mount apart: it lives on in the
///   running program alone, and belongs to no mount namespace. mount_setattr(2), a remount and a bind
///   of it all want one, so that it stays read-only for whoever finds it, root and CAP_SYS_ADMIN
///   included. An overlay, which runc makes, is no safer then, and takes the time of another 100 µs.
/// - A sealed copy in memory, for everybody else. It costs 4 ms for 7 MB.
///
/// Whether the running program is such an image is seen from the file itself, not from a mark in the
/// environment that anybody could set.
public enum SealedExecutable {
  /// Sees to it that this process runs from such an image: returns if it does, and otherwise
  /// executes the program anew with the same arguments and environment.
  ///
  /// To be called before all else by each command that makes a process in a container.
  ///
  /// - Parameter name: the process's name for ps(1), which an execution by descriptor loses.
  public static func ensure(name: String) throws {
    let own = try step("opening the runtime's own program file") {
      try openFile("/proc/self/exe", [.readOnly])
    }
    if try isSealed(own.lent) { return try CurrentProcess.setName(name) }
    let image = try step("protecting the runtime's program file from containers") {
      try seal(own.lent, name)
    }
    try CurrentProcess.executeAgain(image.lent)
  }

  private static func seal(_ own: FileDescriptor, _ name: String) throws -> OwnedDescriptor {
    if let mount = try? readOnlyMount(), try isSealed(mount.lent) { return mount }
    let copy = try sealedCopy(own, name)
    // What is not recognized now would not be after the execution: that would never end.
    guard try isSealed(copy.lent) else {
      throw SystemError("fcntl F_GET_SEALS", "the copy in memory", .invalidArgument)
    }
    return copy
  }

  private static func readOnlyMount() throws(SystemError) -> OwnedDescriptor {
    let mount = try cloneMount("/proc/self/exe", recursive: false)
    try mount.lent.changeMount(set: [.readOnly, .noDevices], subject: "/proc/self/exe")
    return mount
  }

  private static func sealedCopy(
    _ own: FileDescriptor, _ name: String
  ) throws(SystemError) -> OwnedDescriptor {
    let copy = try OwnedDescriptor.memoryFile(name)
    try own.copy(to: copy.lent)
    // Before the others, which forbid further ones; unknown before Linux 6.3.
    try? copy.lent.addSeals(.exec)
    try copy.lent.addSeals(.immutable)
    return copy
  }

  /// Whether a file is such an image. A file that is the root of its mount, and yet has the path
  /// `/`, lies on a mount that is attached nowhere: where one is attached, it is a directory.
  private static func isSealed(_ file: FileDescriptor) throws(SystemError) -> Bool {
    if let seals = try? file.seals() { return seals.isSuperset(of: .immutable) }
    let status = try file.status()
    guard status.isMountRoot, status.kind == .regular,
      try file.fileSystemStatus().attributes.contains(.readOnly)
    else { return false }
    return try linkTarget(of: "/proc/self/fd/\(file.rawValue)") == "/"
  }
}
