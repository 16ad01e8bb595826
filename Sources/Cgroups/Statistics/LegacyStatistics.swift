import LinuxSystem

// Counters of cgroup v1 (kernel, Documentation/admin-guide/cgroup-v1).

extension CgroupStatistics.CPU {
  mutating func readThrottling(_ directory: ControlDirectory) throws(SystemError) {
    for (key, value) in try directory.numbers("cpu.stat") ?? [] {
      switch key {
      case "nr_periods": periods = value
      case "nr_throttled": throttledPeriods = value
      case "throttled_time": throttledTime = value
      case "nr_bursts": burstPeriods = value
      case "burst_time": burstTime = value
      default: break
      }
    }
  }

  mutating func readAccounting(_ directory: ControlDirectory) throws(SystemError) {
    // Ticks, of which Linux tells user space 100 a second on every architecture.
    let tick: UInt64 = 10_000_000
    for (key, value) in try directory.numbers("cpuacct.stat") ?? [] {
      if key == "user" { user = value.multipliedReportingOverflow(by: tick).partialValue }
      if key == "system" { kernel = value.multipliedReportingOverflow(by: tick).partialValue }
    }
    total = try directory.number("cpuacct.usage") ?? 0
    perCPU = (try directory.readIfPresent("cpuacct.usage_percpu") ?? "").words.compactMap {
      UInt64($0)
    }
    // A header, then lines of "cpu user system".
    for line in (try directory.readIfPresent("cpuacct.usage_all") ?? "").lines.dropFirst() {
      let words = line.words
      guard words.count >= 3, let user = UInt64(words[1]), let kernel = UInt64(words[2]) else {
        continue
      }
      perCPUUser.append(user)
      perCPUKernel.append(kernel)
    }
  }
}

extension CgroupStatistics.Cpuset {
  mutating func read(_ directory: ControlDirectory) throws(SystemError) {
    func flag(_ name: String) throws(SystemError) -> UInt64 {
      try directory.number("cpuset.\(name)") ?? 0
    }
    cpus = Self.list(try directory.readIfPresent("cpuset.cpus") ?? "")
    mems = Self.list(try directory.readIfPresent("cpuset.mems") ?? "")
    cpuExclusive = try flag("cpu_exclusive")
    memHardwall = try flag("mem_hardwall")
    memExclusive = try flag("mem_exclusive")
    memoryMigrate = try flag("memory_migrate")
    memorySpreadPage = try flag("memory_spread_page")
    memorySpreadSlab = try flag("memory_spread_slab")
    memoryPressure = try flag("memory_pressure")
    schedLoadBalance = try flag("sched_load_balance")
    let level = try directory.readIfPresent("cpuset.sched_relax_domain_level") ?? ""
    schedRelaxDomainLevel = Int64(level.trimmed) ?? 0
  }

  /// The numbers of a list such as `0-3,7`.
  static func list(_ text: String) -> [UInt16] {
    var numbers: [UInt16] = []
    for part in text.trimmed.parts(separatedBy: ",") {
      let (first, last) = part.cut(at: "-") ?? (part, part)
      guard let first = UInt16(first), let last = UInt16(last), first <= last else { continue }
      numbers += first...last
    }
    return numbers
  }
}

extension CgroupStatistics.Memory {
  mutating func readLegacy(_ directory: ControlDirectory) throws(SystemError) {
    for (key, value) in try directory.numbers("memory.stat") ?? [] { raw[String(key)] = value }
    cache = raw["cache"] ?? 0
    usage = try Self.use("memory", directory)
    swap = try Self.use("memory.memsw", directory)
    kernel = try Self.use("memory.kmem", directory)
    kernelTCP = try Self.use("memory.kmem.tcp", directory)
  }

  private static func use(
    _ prefix: String, _ directory: ControlDirectory
  ) throws(SystemError) -> CgroupStatistics.MemoryUse {
    var use = CgroupStatistics.MemoryUse()
    guard let usage = try directory.number("\(prefix).usage_in_bytes") else { return use }
    use.usage = usage
    use.peak = try directory.number("\(prefix).max_usage_in_bytes") ?? 0
    use.failures = try directory.number("\(prefix).failcnt") ?? 0
    use.limit = try directory.number("\(prefix).limit_in_bytes") ?? 0
    return use
  }
}

extension CgroupStatistics.BlockIO {
  /// Which files count depends on the kernel and the scheduler: those of BFQ, with more of them in
  /// a kernel for debugging; of CFQ before Linux 5.0; of the throttling layer. The first group whose
  /// first file has anything is taken.
  mutating func readLegacy(_ directory: ControlDirectory) throws(SystemError) {
    for (prefix, suffix, isLong) in [
      ("blkio.bfq.", "_recursive", true), ("blkio.bfq.", "_recursive", false),
      ("blkio.", "_recursive", true), ("blkio.throttle.", "_recursive", false),
      ("blkio.throttle.", "", false),
    ] {
      func entries(_ name: String) throws(SystemError) -> [CgroupStatistics.BlockEntry] {
        Self.entries(try directory.readIfPresent(prefix + name + suffix) ?? "")
      }
      if isLong {
        let first = try entries("sectors")
        if first.isEmpty { continue }
        sectors = first
        serviceTime = try entries("io_service_time")
        waitTime = try entries("io_wait_time")
        merged = try entries("io_merged")
        queued = try entries("io_queued")
        time = try entries("time")
      }
      let first = try entries("io_serviced")
      if first.isEmpty, !isLong { continue }
      serviced = first
      serviceBytes = try entries("io_service_bytes")
      return
    }
  }

  /// Lines of `8:0 Read 124` or `8:0 124`, and a last one of all together.
  static func entries(_ text: String) -> [CgroupStatistics.BlockEntry] {
    var entries: [CgroupStatistics.BlockEntry] = []
    for line in text.lines {
      let words = line.words
      guard words.count >= 2, let (major, minor) = words[0].cut(at: ":"),
        let major = UInt64(major), let minor = UInt64(minor),
        let value = words.last.flatMap({ UInt64($0) })
      else { continue }
      entries.append(
        CgroupStatistics.BlockEntry(
          major: major, minor: minor, operation: words.count > 2 ? String(words[1]) : "",
          value: value))
    }
    return entries
  }
}

extension CgroupStatistics {
  mutating func readLegacyHugepages(_ directory: ControlDirectory) throws(SystemError) {
    for size in ControlDirectory.hugepageSizes() {
      // With reservations, where the kernel counts them (Linux 5.7).
      let name = "hugetlb.\(size)"
      let prefix = directory.has("\(name).rsvd.usage_in_bytes") ? "\(name).rsvd" : name
      guard let usage = try directory.number("\(prefix).usage_in_bytes") else { continue }
      hugepages[size] = Hugepages(
        usage: usage, peak: try directory.number("\(prefix).max_usage_in_bytes") ?? 0,
        failures: try directory.number("\(prefix).failcnt") ?? 0)
    }
  }
}
