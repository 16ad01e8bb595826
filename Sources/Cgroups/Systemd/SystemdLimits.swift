import RuntimeSpec

/// The period of CPU quotas where none is set, in microseconds (kernel, sched-bwc.rst).
private let defaultPeriod: UInt64 = 100_000

extension SystemdProperty {
  /// The limits that systemd knows (systemd.resource-control(5)), so that it does not undo them. The
  /// rest is in the cgroup's files alone.
  ///
  /// - Parameter version: of systemd, asked only where it matters.
  static func limits(
    _ resources: Spec.Linux.Resources, mode: CgroupLayout.Mode,
    version: @autoclosure () throws(CgroupError) -> Int
  ) throws(CgroupError) -> [SystemdProperty] {
    var properties: [SystemdProperty] = []
    func add(_ name: String, _ value: UInt64?) {
      if let value { properties.append(SystemdProperty(name, .uint64(value))) }
    }
    let (memory, cpu) = (resources.memory, resources.cpu)
    if mode == .unified {
      add("MemoryMax", limit(memory?.limit))
      add("MemoryLow", limit(memory?.reservation))
      let swap = try swapLimit(memory: memory?.limit, memoryAndSwap: memory?.swap)
      add("MemorySwapMax", swap.map { $0 < 0 ? .max : UInt64($0) })
      // Weight 0 is systemd's word for an idle cgroup, since 252.
      if cpu?.idle == 1, try version() >= 252 {
        add("CPUWeight", 0)
      } else if cpu?.idle != 1 {
        add("CPUWeight", cpu?.shares.flatMap(cpuWeight))
      }
    } else {
      add("MemoryLimit", limit(memory?.limit))
      add("CPUShares", cpu?.shares.unlessZero)
      add("BlockIOWeight", resources.blockIO?.weight.unlessZero.map(UInt64.init))
    }
    if let period = cpu?.period.unlessZero, try version() >= 242 {
      add("CPUQuotaPeriodUSec", period)
    }
    if let cpu { add("CPUQuotaPerSecUSec", quotaPerSecond(cpu)) }
    add("TasksMax", resources.pids?.limit.map { $0 < 0 ? .max : UInt64(max($0, 1)) })
    for (name, list) in [("AllowedCPUs", cpu?.cpus), ("AllowedMemoryNodes", cpu?.mems)] {
      guard let list, !list.isEmpty, try version() >= 244 else { continue }
      let field = name == "AllowedCPUs" ? "linux.resources.cpu.cpus" : "linux.resources.cpu.mems"
      properties.append(SystemdProperty(name, .bytes(try cpuMask(list, field: field))))
    }
    if mode == .unified {
      for (file, value) in (resources.unified ?? [:]).sorted(by: { $0.key < $1.key }) {
        properties += try unified(file, String(value.trimmed), resources, version: version())
      }
    }
    return properties
  }

  private static func limit(_ value: Int64?) -> UInt64? {
    guard let value, value != 0 else { return nil }
    return value < 0 ? .max : UInt64(value)
  }

  /// The quota that comes of whole percents, so that the file says what systemd says.
  static func roundedQuota(_ cpu: Spec.Linux.Resources.CPU) -> Int64? {
    guard let quota = cpu.quota, quota > 0, let perSecond = quotaPerSecond(cpu),
      perSecond != .max
    else { return cpu.quota }
    let period = cpu.period.unlessZero ?? defaultPeriod
    let (product, overflow) = perSecond.multipliedReportingOverflow(by: period)
    return overflow ? quota : Int64(clamping: product / 1_000_000)
  }

  /// Microseconds of processor in each second; without limit it is the greatest number.
  private static func quotaPerSecond(_ cpu: Spec.Linux.Resources.CPU) -> UInt64? {
    let quota = cpu.quota.unlessZero
    guard quota != nil || cpu.period.unlessZero != nil else { return nil }
    guard let quota, quota > 0 else { return .max }
    let period = cpu.period.unlessZero ?? defaultPeriod
    let (product, overflow) = UInt64(quota).multipliedReportingOverflow(by: 1_000_000)
    if overflow { return .max }
    // systemd keeps whole percents: up, so that cgroups below can have what was asked.
    let (rounded, tooMuch) = (product / period).addingReportingOverflow(9_999)
    return tooMuch ? .max : rounded / 10_000 * 10_000
  }

  /// A file of `unified` in systemd's words; nothing for those that it has none for.
  private static func unified(
    _ file: String, _ value: String, _ resources: Spec.Linux.Resources,
    version: @autoclosure () throws(CgroupError) -> Int
  ) throws(CgroupError) -> [SystemdProperty] {
    func number(_ text: some StringProtocol) throws(CgroupError) -> UInt64 {
      guard let number = text == "max" ? UInt64.max : UInt64(text) else {
        throw .invalidValue(
          field: "linux.resources.unified.\(file)", value: value, reason: "not a number or max")
      }
      return number
    }
    switch file {
    case "cpu.idle":
      guard value == "1", try version() >= 252 else { return [] }
      return [SystemdProperty("CPUWeight", .uint64(0))]
    case "cpu.weight":
      if resources.unified?["cpu.idle"]?.trimmed == "1" { return [] }
      return [SystemdProperty("CPUWeight", .uint64(try number(value)))]
    case "cpu.max":
      let words = value.words
      guard let first = words.first, words.count <= 2 else { return [] }
      var cpu = Spec.Linux.Resources.CPU()
      cpu.quota = first == "max" ? -1 : Int64(clamping: try number(first))
      if words.count == 2 { cpu.period = try number(words[1]) }
      var properties: [SystemdProperty] = []
      if let period = cpu.period.unlessZero, try version() >= 242 {
        properties.append(SystemdProperty("CPUQuotaPeriodUSec", .uint64(period)))
      }
      let quota = quotaPerSecond(cpu) ?? .max
      return properties + [SystemdProperty("CPUQuotaPerSecUSec", .uint64(quota))]
    case "cpuset.cpus", "cpuset.mems":
      guard try version() >= 244 else { return [] }
      let mask = try cpuMask(value, field: "linux.resources.unified.\(file)")
      let name = file == "cpuset.cpus" ? "AllowedCPUs" : "AllowedMemoryNodes"
      return [SystemdProperty(name, .bytes(mask))]
    case "memory.high": return [SystemdProperty("MemoryHigh", .uint64(try number(value)))]
    case "memory.low": return [SystemdProperty("MemoryLow", .uint64(try number(value)))]
    case "memory.min": return [SystemdProperty("MemoryMin", .uint64(try number(value)))]
    case "memory.max": return [SystemdProperty("MemoryMax", .uint64(try number(value)))]
    case "memory.swap.max":
      return [SystemdProperty("MemorySwapMax", .uint64(try number(value)))]
    case "pids.max":
      return [SystemdProperty("TasksMax", .uint64(max(try number(value), 1)))]
    default: return []
    }
  }

  /// A list of processors or nodes as a mask, the lowest bits in the first byte.
  static func cpuMask(_ list: String, field: String) throws(CgroupError) -> [UInt8] {
    let error = CgroupError.invalidValue(
      field: field, value: list, reason: "a list such as 0-3,7 is meant")
    var mask: [UInt8] = []
    for part in list.parts(separatedBy: ",") {
      let part = part.trimmed
      if part.isEmpty { continue }
      let (from, to) = part.cut(at: "-") ?? (part, part)
      // More than any kernel is built for (NR_CPUS); without it a list could ask for gigabytes.
      guard let from = UInt32(from), let to = UInt32(to), from <= to, to < 65_536 else {
        throw error
      }
      for bit in Int(from)...Int(to) {
        while mask.count <= bit / 8 { mask.append(0) }
        mask[bit / 8] |= 1 << (bit % 8)
      }
    }
    if mask.isEmpty { throw error }
    return mask
  }
}
