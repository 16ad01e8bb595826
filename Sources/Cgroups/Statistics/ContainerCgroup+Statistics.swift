import LinuxSystem
import SystemPackage

extension ContainerCgroup {
  /// Reads what the kernel has counted. Where a controller is absent, its part stays empty.
  public func statistics(
    _ parts: CgroupStatistics.Parts = .all
  ) throws(CgroupError) -> CgroupStatistics {
    var statistics = CgroupStatistics()
    do throws(SystemError) {
      if mode == .unified {
        guard let directory = memberships.first?.directory else { return statistics }
        try statistics.readUnified(directory, parts)
      } else {
        try readLegacy(into: &statistics, parts)
      }
    } catch {
      throw .system(error)
    }
    return statistics
  }

  private func readLegacy(
    into statistics: inout CgroupStatistics, _ parts: CgroupStatistics.Parts
  ) throws(SystemError) {
    func directory(_ controller: String, _ part: CgroupStatistics.Parts) -> ControlDirectory? {
      parts.contains(part) ? membership(controller)?.directory : nil
    }
    if let directory = directory("cpu", .cpu) {
      try statistics.cpu.readThrottling(directory)
    }
    if let directory = directory("cpuacct", .cpu) {
      try statistics.cpu.readAccounting(directory)
    }
    if let directory = directory("cpuset", .cpuset) { try statistics.cpuset.read(directory) }
    if let directory = directory("memory", .memory) {
      try statistics.memory.readLegacy(directory)
    }
    if let directory = directory("pids", .pids) { try statistics.pids.read(directory) }
    if let directory = directory("blkio", .blockIO) {
      try statistics.blockIO.readLegacy(directory)
    }
    if let directory = directory("hugetlb", .hugepages) {
      try statistics.readLegacyHugepages(directory)
    }
  }
}

extension CgroupStatistics.Pids {
  /// Of both versions.
  mutating func read(_ directory: ControlDirectory) throws(SystemError) {
    if let current = try directory.number("pids.current") {
      self.current = current
      let limit = try directory.number("pids.max") ?? .max
      self.limit = limit == .max ? 0 : limit
    } else {
      // Without the controller the processes can still be counted.
      let list: String?
      do throws(SystemError) {
        list = try directory.readIfPresent("cgroup.procs")
      } catch where error.errno == .notSupported {  // EOPNOTSUPP: a threaded cgroup
        list = try directory.readIfPresent("cgroup.threads")
      }
      current = UInt64(list?.lines.count ?? 0)
    }
  }
}
