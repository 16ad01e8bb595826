import LinuxSystem
import SystemPackage

// Kernels before 5.12, and what only mount(2) can do. The path that it gets is that of a descriptor
// in our own procfs, so that here, too, nothing is resolved twice; and what is found there
// afterwards must be a new mount.
extension MountedRoot {
  func bindByPath(_ mount: PlannedMount, _ path: String) throws {
    try checkClassic(mount)
    let source = try openFile(path, [.path])
    let isDirectory = try source.lent.status(subject: path).kind == .directory
    let target = try target(of: mount, isDirectory: isDirectory, source: source.lent)
    let recursive = mount.options.flags.contains(.recursive)
    let place = SharedDescriptor(
      try bindByPath(source.lent, to: target.place, recursive: recursive))
    try setAttributes(mount, place.lent)
    try propagate(mount.options, place.lent)
    if mount.becomesReadOnlyLate { late.append((mount, place)) }
  }

  func bindByPath(
    _ source: FileDescriptor, to target: borrowing ResolvedPath, recursive: Bool
  ) throws -> OwnedDescriptor {
    let flags: MountFlags = recursive ? [.bind, .recursive] : .bind
    let before = try target.lent.status(subject: target.path)
    try LinuxSystem.mount(
      procfs.currentPath(of: source), on: procfs.currentPath(of: target.lent), flags)
    let found = try mountedPlace(target.path, insteadOf: before)
    let (new, old) = (try found.lent.status(), try source.status())
    guard new.inode == old.inode, new.fileSystem == old.fileSystem else {
      throw RuntimeError.moved(target.path)
    }
    return found
  }

  /// Mounts a new file system by mount(2).
  func makeFileSystemByPath(
    _ mount: PlannedMount, _ type: String, _ data: [String], _ flags: MountFlags,
    at target: borrowing ResolvedPath
  ) throws -> OwnedDescriptor {
    let before = try target.lent.status(subject: target.path)
    do {
      try LinuxSystem.mount(
        mount.source, on: try procfs.currentPath(of: target.lent), type: type, flags,
        data: data.joined(separator: ","))
    } catch {
      throw SystemError("mount \(type)", target.path, error.errno)
    }
    return try mountedPlace(
      target.path, insteadOf: flags.contains(.remount) ? nil : before)
  }

  /// What a path leads to after a mount.
  private func mountedPlace(
    _ path: String, insteadOf before: FileStatus?
  ) throws -> OwnedDescriptor {
    let found = try root.resolve(path)
    let status = try found.lent.status(subject: path)
    guard before == nil || !status.isSamePlace(as: before ?? status) || status.mount == 0 else {
      throw RuntimeError.moved(path)
    }
    return found.takeDescriptor()
  }

  /// Changes a mount that is attached, or one of ours that is not yet.
  func change(
    _ place: FileDescriptor, set: MountAttributes, clear: MountAttributes = [],
    recursive: Bool = false, _ mount: PlannedMount? = nil
  ) throws {
    if set.isEmpty, clear.isEmpty { return }
    if !usesDescriptors, recursive, let mount { try checkClassic(mount) }
    try changeOnce(place, set: set, clear: clear, recursive: recursive)
  }

  func changeOnce(
    _ place: FileDescriptor, set: MountAttributes, clear: MountAttributes, recursive: Bool = false
  ) throws(SystemError) {
    guard !usesDescriptors else {
      return try place.changeMount(set: set, clear: clear, recursive: recursive)
    }
    let present = try place.fileSystemStatus().attributes
    let wanted = present.subtracting(clear).union(set)
    try LinuxSystem.mount(
      "", on: try procfs.currentPath(of: place), MountFlags(wanted).union([.bind, .remount]))
  }

  func change(_ place: FileDescriptor, propagation: MountOptions.Propagation) throws {
    guard !usesDescriptors else {
      return try place.changeMount(
        propagation: propagation.kind, recursive: propagation.isRecursive)
    }
    try LinuxSystem.mount("", on: procfs.currentPath(of: place), propagation.flags)
  }

  private func checkClassic(_ mount: PlannedMount) throws {
    if mount.options.hasRecursiveAttributes || mount.isIDMapped {
      throw RuntimeError.unsupported(
        field: mount.field("options"),
        reason: "recursive attributes and ID-mapped mounts need mount_setattr(2) of Linux 5.12")
    }
  }
}
