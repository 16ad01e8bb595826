import LinuxSystem

// Counters of cgroup v2 (kernel, Documentation/admin-guide/cgroup-v2.rst).

extension CgroupStatistics {
  mutating func readUnified(
    _ directory: ControlDirectory, _ parts: Parts
  ) throws(SystemError) {
    if parts.contains(.cpu) { try cpu.readUnified(directory) }
    if parts.contains(.memory) { try memory.readUnified(directory) }
    if parts.contains(.pids) { try pids.read(directory) }
    if parts.contains(.blockIO) { try blockIO.readUnified(directory) }
    if parts.contains(.hugepages) { try readUnifiedHugepages(directory) }
  }

  private mutating func readUnifiedHugepages(
    _ directory: ControlDirectory
  ) throws(SystemError) {
    for size in ControlDirectory.hugepageSizes() {
      // With reservations, where the kernel counts them (Linux 5.7).
      let name = "hugetlb.\(size)"
      let prefix = directory.has("\(name).rsvd.current") ? "\(name).rsvd" : name
      guard let usage = try directory.number("\(prefix).current") else { continue }
      let events = try directory.numbers("hugetlb.\(size).events") ?? []
      hugepages[size] = Hugepages(
        usage: usage, failures: events.first { $0.key == "max" }?.value ?? 0)
    }
  }
}

extension CgroupStatistics.CPU {
  fileprivate mutating func readUnified(_ directory: ControlDirectory) throws(SystemError) {
    func nanoseconds(_ microseconds: UInt64) -> UInt64 {
      microseconds.multipliedReportingOverflow(by: 1000).partialValue
    }
    // Times are there even without the controller.
    for (key, value) in try directory.numbers("cpu.stat") ?? [] {
      switch key {
      case "usage_usec": total = nanoseconds(value)
      case "user_usec": user = nanoseconds(value)
      case "system_usec": kernel = nanoseconds(value)
      case "nr_periods": periods = value
      case "nr_throttled": throttledPeriods = value
      case "throttled_usec": throttledTime = nanoseconds(value)
      case "nr_bursts": burstPeriods = value
      case "burst_usec": burstTime = nanoseconds(value)
      default: break
      }
    }
    pressure = try directory.pressure("cpu.pressure")
  }
}

extension CgroupStatistics.Memory {
  fileprivate mutating func readUnified(_ directory: ControlDirectory) throws(SystemError) {
    for (key, value) in try directory.numbers("memory.stat") ?? [] { raw[String(key)] = value }
    cache = raw["file"] ?? 0
    pressure = try directory.pressure("memory.pressure")
    guard let current = try directory.number("memory.current") else { return }
    usage.usage = current
    usage.limit = try directory.number("memory.max") ?? .max
    usage.peak = try directory.number("memory.peak") ?? 0
    // How often the limit stopped an allocation, which v1 calls failcnt.
    usage.failures =
      try directory.numbers("memory.events")?.first { $0.key == "max" }?.value ?? 0
    // As v1 has it, memory and swap together; their peaks need not have been at one time.
    let swapUsage = try directory.number("memory.swap.current") ?? 0
    let swapLimit = try directory.number("memory.swap.max") ?? 0
    swap.usage = swapUsage &+ usage.usage
    let (sum, overflow) = swapLimit.addingReportingOverflow(usage.limit)
    swap.limit = overflow ? .max : sum
  }
}

extension CgroupStatistics.BlockIO {
  fileprivate mutating func readUnified(_ directory: ControlDirectory) throws(SystemError) {
    self = Self.parse(ioStat: try directory.readIfPresent("io.stat") ?? "")
    pressure = try directory.pressure("io.pressure")
  }

  /// Lines of `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`.
  static func parse(ioStat text: String) -> CgroupStatistics.BlockIO {
    var counters = CgroupStatistics.BlockIO()
    for line in text.lines {
      let words = line.words
      guard let (major, minor) = words.first?.cut(at: ":"),
        let major = UInt64(major), let minor = UInt64(minor)
      else { continue }
      for word in words.dropFirst() {
        guard let (key, number) = word.cut(at: "="), let value = UInt64(number) else { continue }
        func entry(_ operation: String) -> CgroupStatistics.BlockEntry {
          CgroupStatistics.BlockEntry(
            major: major, minor: minor, operation: operation, value: value)
        }
        switch key {
        case "rbytes": counters.serviceBytes.append(entry("Read"))
        case "wbytes": counters.serviceBytes.append(entry("Write"))
        case "rios": counters.serviced.append(entry("Read"))
        case "wios": counters.serviced.append(entry("Write"))
        default: break
        }
      }
    }
    return counters
  }
}
