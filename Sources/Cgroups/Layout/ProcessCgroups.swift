import LinuxSystem

/// In which cgroup of each hierarchy a process is: `/proc/<pid>/cgroup` (cgroups(7)).
struct ProcessCgroups: Equatable, Sendable {
  /// The path in cgroup v2, where there is one.
  private(set) var unified: String?
  /// Paths by controller; a named hierarchy stands as `name=systemd`.
  private(set) var legacy: [String: String] = [:]
  /// The controllers of each v1 hierarchy.
  private(set) var hierarchies: [[String]] = []

  /// Reads lines of `id:controller,controller:path`.
  init(parsing text: String) throws(CgroupError) {
    for line in text.lines {
      let parts = line.parts(separatedBy: ":", limit: 3)
      guard parts.count == 3 else {
        throw .malformed(path: "/proc/self/cgroup", text: String(line))
      }
      let path = String(parts[2])
      if parts[0] == "0", parts[1].isEmpty {
        unified = path
      } else {
        let names = parts[1].parts(separatedBy: ",").map(String.init)
        for name in names { legacy[name] = path }
        hierarchies.append(names)
      }
    }
  }

  /// The path in a hierarchy.
  func path(in hierarchy: CgroupHierarchy) -> String? {
    hierarchy.isUnified ? unified : legacy[hierarchy.key]
  }

  /// Those of a process; of this one without an identifier.
  static func of(_ pid: Int32? = nil) throws(CgroupError) -> ProcessCgroups {
    let directory = ControlDirectory(path: "/proc/\(pid.map { "\($0)" } ?? "self")")
    let text = try cgroupCall { () throws(SystemError) in try directory.read("cgroup") }
    return try ProcessCgroups(parsing: text)
  }
}
