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

  /// Reads what this host has.
  ///
  /// - Throws: `notMounted` where there are no cgroups.
  public static func detect() throws(CgroupError) -> CgroupLayout {
    // Nearly every host has version 2 here, and then this one call is all.
    var status = CLinux.statfs()
    if statfs("/sys/fs/cgroup", &status) == 0,
      UInt64(truncatingIfNeeded: status.f_type) == UInt64(CGROUP2_SUPER_MAGIC)
    {
      return CgroupLayout(unifiedAt: "/sys/fs/cgroup")
    }
    let table = try cgroupCall { () throws(SystemError) in
      try ControlDirectory(path: "/proc/self").read("mountinfo")
    }
    return try CgroupLayout(mountTable: table)
  }

  /// Version 2 alone, mounted whole at this place.
  init(unifiedAt mountPoint: String) {
    mode = .unified
    hierarchies = [
      CgroupHierarchy(controllers: [], mountPoint: mountPoint, root: "/", isUnified: true)
    ]
  }

  /// From the text of `/proc/self/mountinfo`.
  public init(mountTable: String) throws(CgroupError) {
    let mounted = CgroupHierarchy.parse(mountTable: mountTable)
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
