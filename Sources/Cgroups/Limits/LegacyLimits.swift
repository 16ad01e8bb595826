import RuntimeSpec

extension Spec.Linux.Resources {
  /// The limits as cgroup v1 takes them, devices left out
  /// (kernel, Documentation/admin-guide/cgroup-v1).
  func legacyWrites() throws(CgroupError) -> [ControlWrite] {
    if let unified, let name = unified.keys.min() {
      throw .invalidValue(
        field: "linux.resources.unified", value: name, reason: "this host has cgroup v1")
    }
    var writes: [ControlWrite] = []
    writes.add("cpuset", "cpuset.cpus", text: cpu?.cpus, "cpu.cpus")
    writes.add("cpuset", "cpuset.mems", text: cpu?.mems, "cpu.mems")
    if let memory { try memory.addLegacyWrites(to: &writes) }
    if let cpu { try cpu.addLegacyWrites(to: &writes) }
    writes.add("pids", "pids.max", text: pids?.limit.map(taskLimit), "pids.limit")
    blockIO?.addLegacyWrites(to: &writes)
    for (index, limit) in (hugepageLimits ?? []).enumerated() {
      let field = "hugepageLimits[\(index)]"
      let size = try checkedPageSize(limit.pageSize, field: "linux.resources.\(field).pageSize")
      writes.add("hugetlb", "hugetlb.\(size).limit_in_bytes", limit.limit, field)
      // Reservations, since Linux 5.7.
      writes.add(
        "hugetlb", "hugetlb.\(size).rsvd.limit_in_bytes", limit.limit, field, absence: .passedOver)
    }
    writes.add("net_cls", "net_cls.classid", network?.classID.unlessZero, "network.classID")
    for priority in network?.priorities ?? [] {
      writes.add(
        "net_prio", "net_prio.ifpriomap", text: "\(priority.name) \(priority.priority)",
        "network.priorities")
    }
    for (device, limit) in (rdma ?? [:]).sorted(by: { $0.key < $1.key }) {
      let line = rdmaLine(device: device, handles: limit.hcaHandles, objects: limit.hcaObjects)
      writes.add("rdma", "rdma.max", text: line, "rdma.\(device)")
    }
    return writes
  }
}

extension Spec.Linux.Resources.Memory {
  /// Memory, and memory with swap, which must never be less. Which must be written first depends on
  /// what is there; the writer tries again what the kernel refuses at first.
  fileprivate func addLegacyWrites(to writes: inout [ControlWrite]) throws(CgroupError) {
    writes.add("memory", "memory.limit_in_bytes", limit.unlessZero, "memory.limit")
    if let swap = swap.unlessZero {
      writes.add("memory", "memory.memsw.limit_in_bytes", swap, "memory.swap")
    } else if limit == -1 {
      writes.add(
        "memory", "memory.memsw.limit_in_bytes", -1, "memory.limit", absence: .passedOver)
    }
    writes.add(
      "memory", "memory.soft_limit_in_bytes", reservation.unlessZero, "memory.reservation")
    try refuseWhatKernelsDropped()
    if let kernelTCP, kernelTCP > 0 {
      writes.add("memory", "memory.kmem.tcp.limit_in_bytes", kernelTCP, "memory.kernelTCP")
    }
    if disableOOMKiller == true {
      writes.add("memory", "memory.oom_control", 1, "memory.disableOOMKiller")
    }
    // Go programs have written -1 for "not set" into this unsigned number.
    guard let swappiness, swappiness != .max else { return }
    guard swappiness <= 100 else {
      throw .invalidValue(
        field: "linux.resources.memory.swappiness", value: "\(swappiness)", reason: "0 to 100")
    }
    writes.add("memory", "memory.swappiness", swappiness, "memory.swappiness")
  }

  /// Kernel memory of its own has been without effect since Linux 5.16, memory without a hierarchy
  /// since 5.11.
  func refuseWhatKernelsDropped() throws(CgroupError) {
    if useHierarchy == false {
      throw .invalidValue(
        field: "linux.resources.memory.useHierarchy", value: "false",
        reason: "kernels count memory in hierarchies only")
    }
    guard let kernel, kernel > 0 else { return }
    throw .invalidValue(
      field: "linux.resources.memory.kernel", value: "\(kernel)",
      reason: "kernels no longer limit it by itself; use memory.limit")
  }
}

extension Spec.Linux.Resources.CPU {
  fileprivate func addLegacyWrites(to writes: inout [ControlWrite]) throws(CgroupError) {
    // An idle cgroup has no weight, and the kernel refuses one.
    if let shares, shares != 0, idle != 1 {
      // The kernel would move it to the nearer end without a word.
      guard (2...262_144).contains(shares) else {
        throw .invalidValue(
          field: "linux.resources.cpu.shares", value: "\(shares)", reason: "2 to 262144")
      }
      writes.add("cpu", "cpu.shares", shares, "cpu.shares")
    }
    writes.add("cpu", "cpu.cfs_period_us", period.unlessZero, "cpu.period")
    writes.add(
      "cpu", "cpu.cfs_burst_us", burst, "cpu.burst",
      absence: burst == 0 ? .passedOver : .refused)
    writes.add("cpu", "cpu.cfs_quota_us", quota.unlessZero, "cpu.quota")
    writes.add("cpu", "cpu.idle", idle, "cpu.idle")
    writes += realtimeWrites()
  }

  /// The realtime limits of v1: they must be there before a realtime process enters.
  func realtimeWrites() -> [ControlWrite] {
    var writes: [ControlWrite] = []
    writes.add("cpu", "cpu.rt_period_us", realtimePeriod.unlessZero, "cpu.realtimePeriod")
    writes.add("cpu", "cpu.rt_runtime_us", realtimeRuntime.unlessZero, "cpu.realtimeRuntime")
    return writes
  }
}

extension Spec.Linux.Resources.BlockIO {
  fileprivate func addLegacyWrites(to writes: inout [ControlWrite]) {
    // Kernels without the CFQ scheduler (since 5.0) have the weights of BFQ.
    if let weight = weight.unlessZero {
      writes.add(
        "blkio", "blkio.weight", weight, "blockIO.weight",
        absence: .other(file: "blkio.bfq.weight", value: "\(weight)"))
    }
    writes.add("blkio", "blkio.leaf_weight", leafWeight.unlessZero, "blockIO.leafWeight")
    for device in weightDevice ?? [] {
      let number = "\(device.major):\(device.minor)"
      if let weight = device.weight.unlessZero {
        writes.add(
          "blkio", "blkio.weight_device", text: "\(number) \(weight)", "blockIO.weightDevice",
          absence: .other(file: "blkio.bfq.weight_device", value: "\(number) \(weight)"))
      }
      if let weight = device.leafWeight.unlessZero {
        writes.add(
          "blkio", "blkio.leaf_weight_device", text: "\(number) \(weight)",
          "blockIO.weightDevice")
      }
    }
    for (name, field, devices) in throttles {
      for device in devices {
        writes.add(
          "blkio", "blkio.throttle.\(name)_device",
          text: "\(device.major):\(device.minor) \(device.rate)", field)
      }
    }
  }

  /// The four kinds of throttle: v1's name, field, devices.
  private var throttles: [(String, String, [ThrottleDevice])] {
    [
      ("read_bps", "blockIO.throttleReadBpsDevice", throttleReadBpsDevice ?? []),
      ("write_bps", "blockIO.throttleWriteBpsDevice", throttleWriteBpsDevice ?? []),
      ("read_iops", "blockIO.throttleReadIOPSDevice", throttleReadIOPSDevice ?? []),
      ("write_iops", "blockIO.throttleWriteIOPSDevice", throttleWriteIOPSDevice ?? []),
    ]
  }
}
