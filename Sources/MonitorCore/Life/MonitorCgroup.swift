import Cgroups
import HelperProtocols
import LinuxSystem
import SystemPackage

/// The monitor's way out of its caller's cgroup: who ends the caller's processes, or limits them, does not
/// mean the monitor.
///
/// With cgroupfs the monitor is born there, or enters by itself; systemd is told by the process that
/// started the monitor, while that one is at work already. A cgroup that cannot be had leaves it where it is.
struct MonitorCgroup {
  private var cgroup: ContainerCgroup?
  private var entrance: CgroupEntrance?
  private let plan: LaunchPlan.Cgroup?

  init(_ plan: LaunchPlan.Cgroup?) {
    self.plan = plan
    guard let plan else { return }
    do throws(CgroupError) {
      let driver: ContainerCgroup.Driver = plan.manager == .systemd ? .systemd : .cgroupfs
      cgroup = try ContainerCgroup(
        layout: try .detect(), driver: driver, path: plan.path, containerID: "",
        isRootless: plan.isRootless)
      guard driver == .cgroupfs else { return }
      try cgroup?.createShared(containing: CurrentProcess.id)
      entrance = try cgroup?.entrance()
    } catch {
      warn(error)
    }
  }

  /// Makes the process that is the monitor.
  func clone() throws(SystemError) -> Clone {
    var options = CloneOptions()
    guard let directory = entrance?.cloneDescriptor else { return try Clone.clone(options) }
    options.cgroup = directory
    do throws(SystemError) {
      return try Clone.clone(options)
    } catch {
      // A cgroup that takes no processes, or a kernel that cannot.
      return try Clone.clone()
    }
  }

  /// Takes the monitor, this process, the rest of the way in.
  func enter() {
    do throws(SystemError) { try entrance?.enter(wasCloned: true) } catch { warn(error) }
  }

  /// Has systemd take the monitor in.
  func take(_ monitor: ProcessID) {
    guard var cgroup, plan?.manager == .systemd else { return }
    do throws(CgroupError) { try cgroup.createShared(containing: monitor) } catch { warn(error) }
  }

  private func warn(_ error: some Error) {
    guard plan?.isRootless == false else { return }
    try? FileDescriptor.standardError.writeAll(
      "podman-monitor: it stays in the caller's cgroup: \(error)\n")
  }
}
