import Cgroups
import EngineConfig
import LinuxSystem
import SystemPackage

/// Which cgroups the machine has, and who manages them.
struct CgroupKind {
  /// Whether there is version 2 alone.
  let isUnified: Bool
  /// Whether systemd is the machine's first process.
  let hasSystemd: Bool

  /// Whether the number of processes can be limited.
  let limitsProcesses: Bool

  init() {
    let layout = try? CgroupLayout.detect()
    isUnified = layout?.mode == .unified
    limitsProcesses = (try? layout?.availableControllers())?.contains("pids") == true
    hasSystemd = (try? openFile("/run/systemd/system", [.path, .directory])) != nil
  }
}

extension ContainerEngine {
  /// Whether containers get cgroups of their own: an ordinary user's only from systemd, on version 2.
  var managesCgroups: Bool {
    !configuration.user.isRootless || cgroups.isUnified && cgroupManager == "systemd"
  }

  /// `systemd` or `cgroupfs`: as said, or what fits the machine.
  ///
  /// systemd's own manager is only used on version 2, as podman does; rootless it needs the user's
  /// session bus.
  var cgroupManager: String {
    if let said = configuration.options.cgroupManager
      ?? configuration.containersConf.engine.cgroupManager
    {
      return said
    }
    guard cgroups.hasSystemd, cgroups.isUnified else { return "cgroupfs" }
    if configuration.user.isRootless {
      let bus = "/run/user/\(configuration.user.uid)/bus"
      return (try? openFile(bus, [.path])) != nil ? "systemd" : "cgroupfs"
    }
    return "systemd"
  }
}

/// `--cgroups split`: the cgroup that this process was started in, as a unit of systemd's is, gets one child for
/// the container and one for who looks after it.
struct SplitCgroup {
  let isUnified: Bool

  private static let supervisor = "supervisor"

  /// Makes the place, and moves what is in the cgroup out of the way.
  ///
  /// - Returns: the path for the runtime.
  func make(for id: String) throws -> String {
    let text = try readFile("/proc/self/cgroup", limit: 1 << 16)
    var path = Self.own(String(decoding: text, as: UTF8.self), isUnified: isUnified)
    if path.hasSuffix("/" + Self.supervisor) {
      path = String(path.dropLast(Self.supervisor.utf8.count + 1))
    }
    guard path != "/", !path.isEmpty else {
      throw EngineError.unsupported(
        "--cgroups split",
        reason: "podman itself is in the root of the cgroups; it is for units of systemd")
    }
    if isUnified { try moveProcesses("/sys/fs/cgroup" + path) }
    return "\(path)/libpod-payload-\(id)"
  }

  /// A cgroup of version 2 with processes can have no children that are limited.
  private func moveProcesses(_ folder: String) throws {
    let place = "\(folder)/\(Self.supervisor)"
    try makeDirectories(place, mode: 0o755)
    let text = try readFile("\(folder)/cgroup.procs", limit: 1 << 20)
    for process in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let file = try openFile("\(place)/cgroup.procs", [.writeOnly])
      do throws(SystemError) {
        try file.lent.writeAll(String(process), subject: place)
      } catch {
        // It may have ended meanwhile.
        if error.errno != .noSuchProcess { throw error }
      }
    }
  }

  /// The path of a process in /proc/PID/cgroup: of version 2, or of systemd's own hierarchy.
  static func own(_ text: String, isUnified: Bool) -> String {
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }.filter { $0.count == 3 }
    let wanted = isUnified ? "" : "name=systemd"
    return lines.first { $0[1] == wanted }.map { String($0[2]) } ?? "/"
  }
}
