import CLinux
import Glibc
import LinuxSystem

/// Which cgroups this host has, and where they are mounted: read, never assumed.
public struct CgroupLayout: Equatable, Sendable {
  /// What the host's cgroups are.
  public enum Mode: Equatable, Sendable {
    /// Version 2 alone.
    case unified
    /// Version 1 alone.
    case legacy
    /// Version 1 with its controllers, and beside it version 2 with few or none.
    case hybrid
  }

  /// What the host's cgroups are.
  public let mode: Mode
  /// The hierarchies that a container joins, in the order in which it does.
  public let hierarchies: [CgroupHierarchy]

  /// In which cgroups this process was when the layout was read; nil where that was not needed.
  let own: ProcessCgroups?

  /// Reads what this host has.
  ///
  /// - Throws: `notMounted` where there are no cgroups.
  public static func detect() throws(CgroupError) -> CgroupLayout {
    // Nearly every host has version 2 here, and then this one call is all.
    if fileSystem(at: usualPlace) == UInt64(CGROUP2_SUPER_MAGIC) {
      return CgroupLayout(unifiedAt: usualPlace)
    }
    // The mount table is slow to read, 5 µs a mount; the usual places are a fourth of that.
    let own = try ProcessCgroups.of()
    if let layout = usual(own) { return layout }
    let table = try cgroupCall { () throws(SystemError) in
      try ControlDirectory(path: "/proc/self").read("mountinfo")
    }
    return try CgroupLayout(mountTable: table, own: own)
  }

  private static let usualPlace = "/sys/fs/cgroup"

  /// The magic number of the file system at a path; nil where there is no such path.
  private static func fileSystem(at path: String) -> UInt64? {
    var status = CLinux.statfs()
    guard statfs(path, &status) == 0 else { return nil }
    return UInt64(truncatingIfNeeded: status.f_type)
  }

  /// The layout of a host with version 1 whose hierarchies are mounted whole where distributions
  /// mount them: each in a directory of the names of its controllers. Nil for any other.
  private static func usual(_ own: ProcessCgroups) -> CgroupLayout? {
    var mounted: [CgroupHierarchy] = []
    for controllers in own.hierarchies {
      guard let first = controllers.first else { return nil }
      let isNamed = first.hasPrefix("name=")
      let name = isNamed ? String(first.dropFirst(5)) : controllers.joined(separator: ",")
      let place = "\(usualPlace)/\(name)"
      guard fileSystem(at: place) == UInt64(CGROUP_SUPER_MAGIC) else { return nil }
      mounted.append(
        CgroupHierarchy(controllers: controllers, mountPoint: place, root: "/", isUnified: false))
    }
    if own.unified != nil {
      let place = "\(usualPlace)/unified"
      guard fileSystem(at: place) == UInt64(CGROUP2_SUPER_MAGIC) else { return nil }
      mounted.append(
        CgroupHierarchy(controllers: [], mountPoint: place, root: "/", isUnified: true))
    }
    // Where only a part of a hierarchy is mounted, this process's own cgroup is not found in it.
    for hierarchy in mounted {
      guard let path = own.path(in: hierarchy), path != "/" else { continue }
      guard ControlDirectory(path: hierarchy.mountPoint + path).exists else { return nil }
    }
    return try? CgroupLayout(mounted: mounted, own: own)
  }

  /// Version 2 alone, mounted whole at this place.
  init(unifiedAt mountPoint: String) {
    mode = .unified
    own = nil
    hierarchies = [
      CgroupHierarchy(controllers: [], mountPoint: mountPoint, root: "/", isUnified: true)
    ]
  }

  /// From the text of `/proc/self/mountinfo`.
  init(mountTable: String, own: ProcessCgroups? = nil) throws(CgroupError) {
    try self.init(mounted: CgroupHierarchy.parse(mountTable: mountTable), own: own)
  }

  private init(mounted: [CgroupHierarchy], own: ProcessCgroups?) throws(CgroupError) {
    self.own = own
    let unified = mounted.first { $0.isUnified }
    var legacy: [CgroupHierarchy] = []
    for name in CgroupHierarchy.legacyControllers {
      // Controllers that are mounted together, as cpu,cpuacct, are one hierarchy.
      guard let hierarchy = mounted.first(where: { $0.controllers.contains(name) }),
        !legacy.contains(hierarchy)
      else { continue }
      legacy.append(hierarchy)
    }
    // A lone name=systemd with every controller on version 2 is still version 1 for systemd, but
    // nothing that could be limited there: the controllers decide.
    let hasControllers = legacy.contains { !$0.key.hasPrefix("name=") }
    switch (hasControllers, unified) {
    case (true, let unified?):
      mode = .hybrid
      hierarchies = legacy + [unified]
    case (true, nil):
      mode = .legacy
      hierarchies = legacy
    case (false, let unified?):
      mode = .unified
      hierarchies = [unified]
    case (false, nil): throw .notMounted
    }
  }

  /// The version 2 hierarchy, where there is one.
  public var unified: CgroupHierarchy? { hierarchies.last { $0.isUnified } }

  /// The controllers that limits can use: of version 1 those that are mounted, of version 2 those
  /// that its root has.
  public func availableControllers() throws(CgroupError) -> [String] {
    guard mode == .unified, let unified else {
      return hierarchies.flatMap(\.controllers).filter { !$0.hasPrefix("name=") }
    }
    let root = ControlDirectory(path: unified.mountPoint)
    let text = try cgroupCall { () throws(SystemError) in try root.read("cgroup.controllers") }
    return text.words.map(String.init)
  }
}
