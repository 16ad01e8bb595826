import LinuxSystem
import SystemPackage

// The last step: what the container may not change, or see.
extension MountedRoot {
  /// The order matters: parameters are written before /proc/sys becomes read-only; and a path in
  /// both lists is hidden, whatever the order in which they name it.
  func seal() throws -> ProcFileSystem {
    for (mount, place) in late {
      try step("\(mount.field("options")) of \(mount.destination)") {
        try changeOnce(place.lent, set: .readOnly, clear: [])
      }
    }
    late = []
    if plan.isReadOnly {
      try step("root.readonly") { try changeOnce(root.lent, set: .readOnly, clear: []) }
    }
    try Sysctl.write(plan.sysctls, procfs)
    for path in plan.readOnlyPaths {
      try step("linux.readonlyPaths \(path)") { try makeReadOnly(path) }
    }
    try mask(plan.maskedPaths)
    // Earlier, this would have been a change of the host's mount, or in the way of bind mounts.
    if let wanted = plan.propagation, wanted.kind == .shared || wanted.kind == .unbindable {
      try step("linux.rootfsPropagation") { try change(root.lent, propagation: wanted) }
    }
    return try procfs.duplicated()
  }

  private func makeReadOnly(_ path: String) throws {
    guard let place = try existing(path) else { return }
    _ = try bind(place.lent, to: place, recursive: true, set: .readOnly)
  }

  /// Hides paths: a file behind the null device, a directory behind one that is empty.
  private func mask(_ paths: [String]) throws {
    guard !paths.isEmpty else { return }
    var masked: [String] = []
    var null: SharedDescriptor?
    var empty: SharedDescriptor?
    for path in paths {
      try step("linux.maskedPaths \(path)") {
        guard let place = try existing(path), !masked.contains(place.path) else { return }
        masked.append(place.path)
        if try place.lent.status(subject: path).kind != .directory {
          null = try hide(place, behind: null)
        } else if let empty {
          _ = try bind(empty.lent, to: place)
        } else {
          empty = SharedDescriptor(try mountEmpty(on: place))
        }
      }
    }
  }

  /// Puts the null device on a file.
  ///
  /// - Returns: the device, for the next file.
  private func hide(
    _ place: borrowing ResolvedPath, behind null: SharedDescriptor?
  ) throws -> SharedDescriptor {
    if let null {
      _ = try bind(null.lent, to: place)
      return null
    }
    if let hostNull {
      // It can be copied once it is attached, not before.
      try attach(hostNull.lent, to: place)
      return hostNull
    }
    let own = try root.resolve("/dev/null")
    guard try own.path == "/dev/null" && own.lent.status(subject: "/dev/null").isNull else {
      throw RuntimeError.falseNull
    }
    _ = try bind(own.lent, to: place)
    return SharedDescriptor(own.takeDescriptor())
  }

  /// Covers a directory by an empty one that cannot be filled.
  func mountEmpty(on place: borrowing ResolvedPath) throws -> OwnedDescriptor {
    do {
      return try mountEmpty(on: place, inodes: "1")
    } catch let error as SystemError where error.errno == .invalidArgument {
      // The kernel 5.4 of Ubuntu wants one more.
      return try mountEmpty(on: place, inodes: "2")
    }
  }

  private func mountEmpty(
    on place: borrowing ResolvedPath, inodes: String
  ) throws -> OwnedDescriptor {
    let mount = PlannedMount(
      index: -1, kind: .fileSystem("tmpfs"), source: "tmpfs", destination: place.path,
      options: MountOptions(["ro", "nr_blocks=1", "nr_inodes=\(inodes)"]))
    return try makeCover(mount, on: place)
  }
}
