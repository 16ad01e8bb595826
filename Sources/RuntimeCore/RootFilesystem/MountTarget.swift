import LinuxSystem
import SystemPackage

// Where a mount goes, and where none may go.
extension MountedRoot {
  /// A mount's place in the tree, resolved, and made if it is missing.
  struct Target: ~Copyable {
    let place: ResolvedPath
    /// What was there before; nil for a place that was made.
    let status: FileStatus?
  }

  /// - Parameters:
  ///   - isDirectory: what is made if nothing is there.
  ///   - source: what is to be bound there; nil for a new file system.
  func target(
    of mount: PlannedMount, isDirectory: Bool = true, source: FileDescriptor? = nil
  ) throws -> Target {
    if let place = try existing(mount.destination) {
      try check(mount, at: place.path, source)
      let status = try place.lent.status(subject: mount.destination)
      return Target(place: place, status: status)
    }
    let place =
      isDirectory
      ? try root.makeDirectories(mount.destination, mode: 0o755)
      : try root.makeFile(mount.destination, mode: 0o644, directoryMode: 0o755)
    try check(mount, at: place.path, source)
    return Target(place: place, status: nil)
  }

  /// Resolves a path that need not exist.
  func existing(_ path: String) throws -> ResolvedPath? {
    do {
      return try root.resolve(path)
    } catch where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
      return nil
    } catch {
      throw error
    }
  }

  private func check(_ mount: PlannedMount, at path: String, _ source: FileDescriptor?) throws {
    let field = mount.field("destination")
    guard path != "/" else {
      throw RuntimeError.invalid(
        field: field, reason: "nothing can be mounted over the root itself")
    }
    let wanted = PlannedMount.components(mount.destination)
    if let first = wanted.first, ["dev", "proc", "sys"].contains(first),
      path.pathComponents.first != first
    {
      // What programs, and the masks, look for there must not be somewhere else.
      throw RuntimeError.invalid(
        field: field, reason: "/\(first) is a link in the root file system")
    }
    if ["proc", "sysfs"].contains(mount.type), path != "/" + wanted.joined(separator: "/") {
      throw RuntimeError.invalid(
        field: field, reason: "\(mount.type) can only be mounted on a directory, not through a link"
      )
    }
    try checkProc(mount, at: path, source)
  }

  /// Lets only a procfs on /proc, and into it only what lxcfs emulates: programs believe what they
  /// read there, and what they write there must reach the kernel.
  private func checkProc(_ mount: PlannedMount, at path: String, _ source: FileDescriptor?) throws {
    if path == "/proc" {
      if mount.type == "proc" { return }
      if let source, try source.fileSystemStatus(subject: mount.source).type == .proc { return }
      throw RuntimeError.invalid(
        field: mount.field("type"), reason: "only a procfs can be mounted on /proc")
    }
    if path.hasPrefix("/proc/"), !MountedRoot.replaceableProcFiles.contains(path) {
      throw RuntimeError.invalid(
        field: mount.field("destination"), reason: "\(path) is inside /proc")
    }
  }

  private static let replaceableProcFiles = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps",
    "/proc/uptime", "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/crypto/fips_enabled",
  ]
}
