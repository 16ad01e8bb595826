import Cgroups
import EngineConfig
import LinuxSystem

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
