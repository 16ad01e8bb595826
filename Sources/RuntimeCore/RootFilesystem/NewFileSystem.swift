import LinuxSystem
import SystemPackage

// File systems that are made for the container.
extension MountedRoot {
  func makeFileSystem(_ mount: PlannedMount, _ type: String) throws {
    let target = try target(of: mount)
    if let status = target.status, status.kind != .directory, ["proc", "sysfs"].contains(type) {
      throw RuntimeError.invalid(
        field: mount.field("destination"), reason: "\(type) can only be mounted on a directory")
    }
    var data = mount.options.data.flatMap(MountedRoot.splitData)
    if type == "tmpfs", let status = target.status, !data.contains(where: { $0.hasPrefix("mode=") })
    {
      data.insert("mode=" + String(status.permissions, radix: 8), at: 0)
    }
    let copy: SharedDescriptor
    do {
      copy = try make(mount, type, data, target)
    } catch let error as SystemError
      where type == "devpts" && plan.inUserNamespace && error.errno == .invalidArgument
      && data.contains(where: { $0.hasPrefix("gid=") })
    {
      // A user namespace need not map the group tty; the terminals then belong to their opener's.
      copy = try make(mount, type, data.filter { !$0.hasPrefix("gid=") }, target)
    }
    if type == "mqueue", let label = plan.label {
      try setExtendedAttribute(
        procfs.currentPath(of: copy.lent), "security.selinux", to: label)
    }
    try propagate(mount.options, copy.lent)
    if mount.becomesReadOnlyLate { late.append((mount, copy)) }
  }

  private func make(
    _ mount: PlannedMount, _ type: String, _ data: [String], _ target: borrowing Target
  ) throws -> SharedDescriptor {
    var flags = mount.options.flags
    if mount.becomesReadOnlyLate { flags.remove(.readOnly) }
    let label = ["proc", "sysfs", "mqueue"].contains(type) ? nil : plan.label
    guard usesDescriptors, MountedRoot.fitsContext(flags, data) else {
      let labelled = data + (label.map { ["context=\"\($0)\""] } ?? [])
      return try makeByPath(mount, type, labelled, flags, target)
    }
    let new = try MountedRoot.detached(mount, type, data, flags, label: label)
    try copyUp(mount, target, to: new.lent)
    if mount.options.hasRecursiveAttributes {
      try change(
        new.lent, set: mount.options.recursiveSet, clear: mount.options.recursiveClear, mount)
    }
    try attach(new.lent, to: target.place)
    return SharedDescriptor(new)
  }

  /// Fills a tmpfs with what it covers. A folder that was only made to mount on has nothing to
  /// give, not even its permissions.
  private func copyUp(
    _ mount: PlannedMount, _ target: borrowing Target, to new: FileDescriptor
  ) throws {
    guard mount.options.copiesUp, let status = target.status else { return }
    try copyContents(of: target.place.lent, to: new)
    // Its permissions are in the options already, as its owner may be.
    let data = mount.options.data.flatMap(MountedRoot.splitData)
    if !data.contains(where: { $0.hasPrefix("uid=") || $0.hasPrefix("gid=") }) {
      try new.changeOwner(uid: status.uid, gid: status.gid)
    }
  }

  private func makeByPath(
    _ mount: PlannedMount, _ type: String, _ data: [String], _ flags: MountFlags,
    _ target: borrowing Target
  ) throws -> SharedDescriptor {
    let new = try makeFileSystemByPath(mount, type, data, flags, at: target.place)
    try copyUp(mount, target, to: new.lent)
    if mount.options.hasRecursiveAttributes {
      try change(
        new.lent, set: mount.options.recursiveSet, clear: mount.options.recursiveClear,
        recursive: true, mount)
    }
    return SharedDescriptor(new)
  }

  /// Mounts what is to hide a place of the tree.
  func makeCover(
    _ mount: PlannedMount, on place: borrowing ResolvedPath
  ) throws -> OwnedDescriptor {
    let (data, flags) = (mount.options.data, mount.options.flags)
    guard usesDescriptors else {
      let labelled = data + (plan.label.map { ["context=\"\($0)\""] } ?? [])
      return try makeFileSystemByPath(mount, mount.type, labelled, flags, at: place)
    }
    let new = try MountedRoot.detached(mount, mount.type, data, flags, label: plan.label)
    try attach(new.lent, to: place)
    return new
  }

  /// Whether a file system can be made option by option. Not so with these flags, which only
  /// mount(2) passes on, nor with values that are longer than fsconfig(2) takes.
  private static func fitsContext(_ flags: MountFlags, _ data: [String]) -> Bool {
    flags.isDisjoint(with: [.silent, .inodeVersion, .remount])
      && data.allSatisfy { $0.utf8.count <= FileSystemContext.longestValue }
  }

  private static func detached(
    _ mount: PlannedMount, _ type: String, _ data: [String], _ flags: MountFlags, label: String?
  ) throws(SystemError) -> OwnedDescriptor {
    let context = try FileSystemContext(type: type)
    if !mount.source.isEmpty { try context.set("source", to: mount.source) }
    for option in data {
      guard let sign = option.firstIndex(of: "=") else {
        try context.set(option)
        continue
      }
      try context.set(
        String(option[..<sign]), to: unquoted(String(option[option.index(after: sign)...])))
    }
    if let label { try context.set("context", to: label) }
    if flags.contains(.synchronous) { try context.set("sync") }
    if flags.contains(.synchronousDirectories) { try context.set("dirsync") }
    if flags.contains(.lazyTime) { try context.set("lazytime") }
    if flags.contains(.mandatoryLocks) { try context.set("mand") }
    // A file system on a device must not be written at all; those of the kernel are shared between
    // mounts, and one of these being read-only must not make the others so.
    if flags.contains(.readOnly), !kernelTypes.contains(type) { try context.set("ro") }
    return try context.mount(MountAttributes(flags))
  }

  private static let kernelTypes = [
    "proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "ramfs", "devtmpfs",
    "securityfs", "debugfs", "tracefs", "bpf", "configfs", "efivarfs", "fusectl", "hugetlbfs",
    "binfmt_misc", "selinuxfs", "rpc_pipefs", "pstore", "resctrl",
  ]

  /// The parts of `a=1,b="x,y"`: commas in quotes belong to the value (an SELinux context has
  /// them).
  static func splitData(_ data: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var isQuoted = false
    for character in data {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        parts.append(part)
        part = ""
      } else {
        part.append(character)
      }
    }
    parts.append(part)
    return parts.filter { !$0.isEmpty }
  }

  private static func unquoted(_ value: String) -> String {
    guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
    return String(value.dropFirst().dropLast())
  }
}
