import LinuxSystem
import SystemPackage

/// The runtime's own program file, out of the reach of containers.
///
/// A process of the runtime that has entered a container is visible there: /proc/PID/exe leads to
/// the program file on the host, and a container's root could keep it open and later write to it
/// (CVE-2019-5736). So the runtime first executes itself from an image of the same file that nobody
/// can write to, of which there are two:
///
/// - A read-only mount of just this file, attached nowhere (Linux 5.12). Its last descriptor goes
///   with the execution, and the kernel then takes the mount apart: it lives on in the running
///   program alone, and belongs to no mount namespace. mount_setattr(2), a remount and a bind of it
///   all want one, so that it stays read-only for whoever finds it, root and CAP_SYS_ADMIN included.
///   An overlay, which runc makes, is no safer then, and takes the time of another 100 µs.
/// - A sealed copy in memory, where no mount can be had. It takes 6 ms for 10 MB.
///
/// Whether the running program is such an image is seen from the file itself, not from a mark in
/// the environment that anybody could set. Whoever starts the runtime from one, as the monitor does,
/// saves the second execution.
public enum SealedExecutable {
  /// The ways to an image, the fastest first.
  enum Way: CaseIterable {
    /// A mount by the runtime itself; needs CAP_SYS_ADMIN.
    case mount
    /// A mount by a child in a user namespace of its own, for ordinary users.
    case mountInUserNamespace
    case copy
  }

  /// Sees to it that this process runs from such an image: returns if it does, and otherwise
  /// executes the program anew with the same arguments and environment.
  ///
  /// To be called before all else by each command that makes a process in a container.
  ///
  /// - Parameter name: the process's name for ps(1), which an execution by descriptor loses.
  public static func ensure(name: String) throws { try ensure(name: name, by: Way.allCases) }

  static func ensure(name: String, by ways: [Way]) throws {
    let own = try step("opening the runtime's own program file") {
      try openFile("/proc/self/exe", [.readOnly])
    }
    if try isSealed(own.lent) { return try CurrentProcess.setName(name) }
    let image = try step("protecting the runtime's program file from containers") {
      try firstImage(of: own.lent, name, ways)
    }
    throw CurrentProcess.replace(with: image)
  }

  private static func firstImage(
    of own: FileDescriptor, _ name: String, _ ways: [Way]
  ) throws(SystemError) -> OwnedDescriptor {
    var failure = SystemError("seal", name, .notSupported)
    for way in ways {
      do throws(SystemError) {
        let image = try make(way, of: own, name)
        // What is not recognized now would not be after the execution: that would never end.
        if try isSealed(image.lent) { return image }
      } catch {
        failure = error
      }
    }
    throw failure
  }

  private static func make(
    _ way: Way, of own: FileDescriptor, _ name: String
  ) throws(SystemError) -> OwnedDescriptor {
    switch way {
    case .mount: try readOnlyMount(ofFile: "/proc/self/exe")
    case .mountInUserNamespace: try mountInUserNamespace(own)
    case .copy: try sealedCopy(own, name)
    }
  }

  /// The child's mount is handed over and lives on; its namespaces go with it.
  private static func mountInUserNamespace(
    _ own: FileDescriptor
  ) throws(SystemError) -> OwnedDescriptor {
    // In the child's view of the mounts only the path leads to a mount that is its own.
    let path = try linkTarget(of: "/proc/self/exe")
    var sockets = try SocketPair(.sequencedPacket)
    var options = CloneOptions()
    options.namespaces = [.user, .mount]
    switch try Clone.clone(options) {
    case .child:
      sendMount(path, over: sockets.second.take())
      CurrentProcess.exit(0)
    case .parent(let child):
      sockets.second = nil
      let message = try sockets.first?.lent.receive(bytes: 1, descriptors: 1)
      _ = try child.wait()
      guard let mount = message?.descriptors.first,
        try mount.lent.status().isSameFile(as: own.status())
      else { throw SystemError("open_tree", path, .notPermitted) }
      return try mount.lent.duplicated()
    }
  }

  private static func sendMount(_ path: String, over socket: consuming OwnedDescriptor?) {
    guard let socket, let mount = try? readOnlyMount(ofFile: path) else { return }
    try? socket.lent.send([0], with: [mount.lent])
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
    // Files of a tmpfs have seals too.
    if let seals = try? file.seals(), seals.isSuperset(of: .immutable) { return true }
    let status = try file.status()
    guard status.isMountRoot, status.kind == .regular,
      try file.fileSystemStatus().attributes.contains(.readOnly)
    else { return false }
    return try linkTarget(of: "/proc/self/fd/\(file.rawValue)") == "/"
  }
}

extension FileStatus {
  fileprivate func isSameFile(as other: FileStatus) -> Bool {
    inode == other.inode && fileSystem == other.fileSystem
  }
}
