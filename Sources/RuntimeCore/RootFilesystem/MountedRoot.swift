import LinuxSystem
import SystemPackage

/// The container's tree in the making: mounts are put into it, each on a descriptor.
///
/// The content of the tree is not trusted, nor is it still: volumes may be shared with processes
/// that move directories and swap links all the time. So a path is resolved once, to a descriptor,
/// by `RootDirectory`; a mount is built detached and attached to that descriptor; and afterwards
/// the path must lead to the new mount.
final class MountedRoot {
  unowned let plan: RootFilesystem
  let root: RootDirectory
  /// Ours, from before the container's tree is entered.
  let procfs: ProcFileSystem
  /// Whether mounts are built detached. Without (before Linux 5.12), mount(2) is called on the
  /// descriptors' paths in our own procfs.
  let usesDescriptors: Bool
  /// The host's null device, detached, where the container's /dev is not of our making: for masks.
  private(set) var hostNull: SharedDescriptor?
  /// What becomes read-only at the end.
  var late: [(mount: PlannedMount, place: SharedDescriptor)] = []

  /// Mounts the root on itself, with nothing passed on to the host.
  init(_ plan: RootFilesystem) throws {
    self.plan = plan
    usesDescriptors = plan.usesDescriptors
    procfs = try ProcFileSystem()
    try MountedRoot.stopPropagation(plan)
    if usesDescriptors {
      let copy = try cloneMount(plan.path, recursive: true)
      try copy.lent.attachMount(toPath: plan.path)
      root = RootDirectory(copy)
    } else {
      try LinuxSystem.mount(plan.path, on: plan.path, [.bind, .recursive])
      root = RootDirectory(try openFile(plan.path, [.path, .directory]))
    }
  }

  /// Takes the host's null device along, to be attached later.
  func keepHostNull() throws {
    guard usesDescriptors else { return }
    let null = try cloneMount("/dev/null", recursive: false)
    guard try null.lent.status(subject: "/dev/null").isNull else { throw RuntimeError.falseNull }
    hostNull = SharedDescriptor(null)
  }

  /// Lets no mount of ours reach the host, unless the configuration wants it.
  private static func stopPropagation(_ plan: RootFilesystem) throws {
    guard let wanted = plan.propagation else {
      return try LinuxSystem.mount("", on: "/", [.slave, .recursive])
    }
    // Nothing could be bound from an unbindable mount: it becomes that once it is the root.
    let now = wanted.kind == .unbindable ? wanted.private : wanted
    try LinuxSystem.mount("", on: "/", now.flags)
    // pivot_root(2) wants the mount around the new root not to be shared; nor must the root's own
    // mount reach the host. Which of the directories above is that mount's, the kernel tells.
    var path = plan.path
    while true {
      do {
        let flags: MountFlags = wanted.kind == .slave ? .slave : .isPrivate
        return try LinuxSystem.mount("", on: path, flags)
      } catch where error.errno == .invalidArgument && path != "/" {
        path = parentPath(of: path)
      } catch {
        throw error
      }
    }
  }

  /// Mounts one entry of the configuration.
  ///
  /// - Parameter source: what the parent opened for it.
  func mount(_ mount: PlannedMount, source: SharedDescriptor?) throws {
    switch mount.kind {
    case .bind(let path): try bind(mount, path, source)
    case .fileSystem(let type): try makeFileSystem(mount, type)
    case .cgroup: try mountCgroups(mount)
    }
  }

  /// Attaches a detached mount, and makes sure that it is where it was meant to be.
  func attach(_ mount: FileDescriptor, to target: borrowing ResolvedPath) throws {
    try mount.attachMount(to: target.lent, subject: target.path)
    // Links that have come up since could only lead away from the mount, which is to be found.
    let status = try root.lent.status(of: String(target.path.dropFirst()))
    guard status.isSamePlace(as: try mount.status(subject: target.path)) else {
      throw RuntimeError.moved(target.path)
    }
  }

  /// Puts a file or directory that is open in this mount namespace on another one.
  ///
  /// - Returns: the new mount.
  func bind(
    _ source: FileDescriptor, to target: borrowing ResolvedPath, recursive: Bool = false,
    set attributes: MountAttributes = []
  ) throws -> OwnedDescriptor {
    guard usesDescriptors else {
      let mount = try bindByPath(source, to: target, recursive: recursive)
      try change(mount.lent, set: attributes)
      return mount
    }
    let mount = try source.cloneMount(recursive: recursive, subject: target.path)
    if !attributes.isEmpty {
      try mount.lent.changeMount(set: attributes, recursive: recursive, subject: target.path)
    }
    try attach(mount.lent, to: target)
    return mount
  }

  /// Applies the changes of the propagation, which hold only once a mount is attached.
  func propagate(_ options: MountOptions, _ mount: FileDescriptor) throws {
    for propagation in options.propagation {
      try change(mount, propagation: propagation)
    }
  }
}

extension MountOptions.Propagation {
  /// The flags of mount(2) that stand for it.
  var flags: MountFlags { isRecursive ? [kind.flag, .recursive] : kind.flag }

  /// The same mounts, with nothing passed on.
  var `private`: MountOptions.Propagation {
    MountOptions.Propagation(kind: .isPrivate, isRecursive: isRecursive)
  }
}

extension RuntimeError {
  /// A place in the container's tree was not the same before and after a mount.
  static func moved(_ path: String) -> RuntimeError {
    .invalid(field: path, reason: "it was moved while something was mounted there")
  }
}

/// The path without its last component.
func parentPath(of path: String) -> String {
  let names = path.pathComponents.dropLast()
  return "/" + names.joined(separator: "/")
}
