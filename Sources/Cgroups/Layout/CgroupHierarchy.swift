import LinuxSystem

/// One mounted tree of cgroups, with the controllers that it governs.
public struct CgroupHierarchy: Equatable, Sendable {
  /// v1 controllers, or `name=systemd` of a v1 hierarchy without any; empty for v2, where each
  /// cgroup has its own.
  public var controllers: [String]
  /// Where it is mounted.
  public var mountPoint: String
  /// Which cgroup is mounted there, as `/proc/<pid>/cgroup` would call it; `/` but in containers.
  public var root: String
  /// Whether it is version 2.
  public var isUnified: Bool

  /// The key of the hierarchy in state files: its first controller, or nothing for v2.
  var key: String { controllers.first ?? "" }

  /// Where a cgroup that `/proc/<pid>/cgroup` names stands under the mount point. What lies outside
  /// of the mounted part is taken to be at its root.
  func directory(ofProcessPath path: String) throws(CgroupError) -> ControlDirectory {
    let clean = try cleanCgroupPath(path)
    guard isPath(clean, atOrBelow: root) else { return ControlDirectory(path: mountPoint) }
    let relative = root == "/" ? clean : String(clean.dropFirst(root.count))
    return ControlDirectory(path: joinPath(mountPoint, relative))
  }
}

extension CgroupHierarchy {
  /// The controllers of v1 that a container joins, in the order in which it does. `cpuset` stands
  /// first because it is the one that can refuse.
  static let legacyControllers = [
    "cpuset", "devices", "memory", "cpu", "cpuacct", "pids", "blkio", "hugetlb", "net_cls",
    "net_prio", "perf_event", "freezer", "rdma", "name=systemd", "misc",
  ]

  /// The cgroup mounts of a `/proc/<pid>/mountinfo` (proc_pid_mountinfo(5)). A hierarchy that is
  /// mounted twice is taken once, where it comes first; later mounts over the same point win.
  static func parse(mountTable text: String) -> [CgroupHierarchy] {
    var found: [CgroupHierarchy] = []
    for line in lines(of: text) {
      // Fields: id, parent, device, root, mount point, options, optional…, "-", type, source, super
      guard let hierarchy = parse(mountLine: line) else { continue }
      if let covered = found.firstIndex(where: { $0.mountPoint == hierarchy.mountPoint }) {
        found.remove(at: covered)
      }
      let isKnown = found.contains {
        $0.isUnified == hierarchy.isUnified && $0.controllers == hierarchy.controllers
      }
      if !isKnown { found.append(hierarchy) }
    }
    return found
  }

  private static func parse(mountLine line: Substring) -> CgroupHierarchy? {
    let fields = line.words
    guard fields.count >= 9, let dash = fields[6...].firstIndex(of: "-"),
      fields.count > dash + 3
    else { return nil }
    let type = fields[dash + 1]
    guard type == "cgroup" || type == "cgroup2" else { return nil }
    var controllers: [String] = []
    if type == "cgroup" {
      for option in fields[dash + 3].parts(separatedBy: ",") {
        let name = String(option)
        if legacyControllers.contains(name) || name.hasPrefix("name=") { controllers.append(name) }
      }
      guard !controllers.isEmpty else { return nil }
    }
    return CgroupHierarchy(
      controllers: controllers, mountPoint: MountTable.unescaped(fields[4]),
      root: MountTable.unescaped(fields[3]),
      isUnified: type == "cgroup2")
  }

  /// The lines that are about cgroups; most are other file systems'.
  private static func lines(of mountTable: String) -> [Substring] {
    let bytes = Array(mountTable.utf8)
    var lines: [Substring] = []
    var next = 0
    while let place = firstPlace(of: mark, in: bytes, from: next) {
      let start = (bytes[..<place].lastIndex(of: newLine) ?? -1) + 1
      next = bytes[place...].firstIndex(of: newLine) ?? bytes.count
      lines.append(Substring(decoding: bytes[start..<next], as: UTF8.self))
    }
    return lines
  }

  private static let mark = Array(" - cgroup".utf8)
  private static let newLine = UInt8(ascii: "\n")
}
