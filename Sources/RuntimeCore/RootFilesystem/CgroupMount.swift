import LinuxSystem
import SystemPackage

// The container's view of its cgroups.
extension MountedRoot {
  func mountCgroups(_ mount: PlannedMount) throws {
    if try fileSystemStatus(of: "/sys/fs/cgroup").type == .cgroup2 {
      try mountUnifiedCgroups(mount)
    } else {
      try mountLegacyCgroups(mount)
    }
  }

  private func mountUnifiedCgroups(_ mount: PlannedMount) throws {
    try makeFileSystem(mount, "cgroup2")
  }

  private func mountLegacyCgroups(_ mount: PlannedMount) throws {
    try makeFileSystem(mount, "tmpfs")
  }
}
