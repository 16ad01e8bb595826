import LinuxSystem
import SystemPackage

// Files and directories of the host in the container's tree.
extension MountedRoot {
  func bind(_ mount: PlannedMount, _ path: String, _ source: SharedDescriptor?) throws {
    guard usesDescriptors else { return try bindByPath(mount, path) }
    let copy = try copyOfSource(mount, path, source)
    let isDirectory = try copy.lent.status(subject: path).kind == .directory
    let target = try target(of: mount, isDirectory: isDirectory, source: copy.lent)
    try setAttributes(mount, copy.lent)
    try attach(copy.lent, to: target.place)
    try propagate(mount.options, copy.lent)
    if mount.becomesReadOnlyLate { late.append((mount, copy)) }
  }

  /// A detached copy of the source: of our own making where we may, as the kernel locks the
  /// attributes that it has on the host only then; the parent's for what we cannot reach or map.
  private func copyOfSource(
    _ mount: PlannedMount, _ path: String, _ source: SharedDescriptor?
  ) throws -> SharedDescriptor {
    if mount.isIDMapped {
      guard let source else {
        throw RuntimeError.unsupported(
          field: mount.field("options"), reason: "the source was not mapped beforehand")
      }
      return source
    }
    do {
      return SharedDescriptor(
        try cloneMount(path, recursive: mount.options.flags.contains(.recursive)))
    } catch where error.errno == .permissionDenied {
      guard let source else { throw error }
      return source
    } catch {
      throw error
    }
  }

  /// Gives a bind mount the attributes that are asked for.
  ///
  /// As with runc, what is not asked for is off as soon as anything is asked for. But what the
  /// kernel has locked (mount_namespaces(7)) stays on, and it is an error to ask for its absence.
  func setAttributes(_ mount: PlannedMount, _ place: FileDescriptor) throws {
    let options = mount.options
    if options.changesAttributes {
      let present = try place.fileSystemStatus(subject: mount.source).attributes
      var wanted = MountAttributes(options.flags)
      if mount.becomesReadOnlyLate { wanted.remove(.readOnly) }
      let times = accessTimes(options, present)
      wanted.subtract(MountedRoot.times)
      wanted.formUnion(times)
      if wanted != present { try set(wanted, mount, place, present) }
    }
    if options.hasRecursiveAttributes {
      try change(
        place, set: options.recursiveSet, clear: options.recursiveClear, recursive: true, mount)
    }
  }

  private func set(
    _ wanted: MountAttributes, _ mount: PlannedMount, _ place: FileDescriptor,
    _ present: MountAttributes
  ) throws {
    let surplus = present.subtracting(wanted)
    do {
      // The access times are a field, not bits: it is cleared as a whole.
      try changeOnce(place, set: wanted, clear: surplus.union(.accessTimes))
    } catch where error.errno == .notPermitted {
      let forbidden = surplus.intersection(MountAttributes(mount.options.clearedFlags))
      let timesDiffer =
        wanted.intersection(MountedRoot.times) != present.intersection(MountedRoot.times)
      guard forbidden.isEmpty, !timesDiffer else {
        throw RuntimeError.invalid(
          field: mount.field("options"),
          reason:
            "the kernel has locked the attributes of \(mount.source): they can only be added to")
      }
      try changeOnce(place, set: wanted, clear: .accessTimes)
    } catch {
      throw error
    }
  }

  private static let times: MountAttributes = [.accessTimes, .noDirectoryAccessTime]

  /// The access times: what is asked for, or else what is there.
  private func accessTimes(_ options: MountOptions, _ present: MountAttributes) -> MountAttributes {
    let flags = options.flags
    var times = present.intersection(MountedRoot.times)
    if !flags.isDisjoint(with: [.noAccessTime, .relativeAccessTime, .strictAccessTime]) {
      times.subtract(.accessTimes)
      times.formUnion(MountAttributes(flags).intersection(.accessTimes))
    } else {
      let cleared = options.clearedFlags
      if cleared.contains(.noAccessTime) { times.remove(.noAccessTime) }
      if cleared.contains(.strictAccessTime) { times.remove(.strictAccessTime) }
      // Without relatime the kernel writes every access.
      if cleared.contains(.relativeAccessTime), !times.contains(.noAccessTime) {
        times.insert(.strictAccessTime)
      }
    }
    if flags.contains(.noDirectoryAccessTime) { times.insert(.noDirectoryAccessTime) }
    if options.clearedFlags.contains(.noDirectoryAccessTime) {
      times.remove(.noDirectoryAccessTime)
    }
    return times
  }
}
