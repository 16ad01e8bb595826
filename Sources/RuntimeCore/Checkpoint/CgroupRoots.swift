import LinuxSystem
import SystemPackage

/// Where a process is in each hierarchy of cgroups, in the form that CRIU takes.
enum CgroupRoots {
  private static let longestFile = 64 << 10

  static func ofProcess(_ pid: ProcessID) throws -> [CriuOptions.CgroupRoot] {
    let text = try readFile("/proc/\(pid)/cgroup", limit: longestFile)
    return parse(String(decoding: text, as: UTF8.self))
  }

  /// Reads /proc/PID/cgroup: lines of `ID:CONTROLLERS:PATH` (cgroups(7)).
  static func parse(_ text: String) -> [CriuOptions.CgroupRoot] {
    text.split(separator: "\n").flatMap { line -> [CriuOptions.CgroupRoot] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      return parts[1].split(separator: ",", omittingEmptySubsequences: false).map {
        CriuOptions.CgroupRoot(controller: String($0), path: String(parts[2]))
      }
    }
  }
}
