import RuntimeSpec

extension Spec.Linux.Resources {
  /// The limits as cgroup v2 takes them, devices left out
  /// (kernel, Documentation/admin-guide/cgroup-v2.rst).
  func unifiedWrites() throws(CgroupError) -> [ControlWrite] {
    try refuseLegacyOnly()
    var writes: [ControlWrite] = []
    writes.add("pids", "pids.max", text: pids?.limit.map(taskLimit), "pids.limit")
    if let memory { try memory.addUnifiedWrites(to: &writes) }
    blockIO?.addUnifiedWrites(to: &writes)
    cpu?.addUnifiedWrites(to: &writes)
    writes.add("cpuset", "cpuset.cpus", text: cpu?.cpus, "cpu.cpus")
    writes.add("cpuset", "cpuset.mems", text: cpu?.mems, "cpu.mems")
    for (index, limit) in (hugepageLimits ?? []).enumerated() {
      let field = "hugepageLimits[\(index)]"
      let size = try checkedPageSize(limit.pageSize, field: "linux.resources.\(field).pageSize")
      writes.add("hugetlb", "hugetlb.\(size).max", limit.limit, field)
      // Reservations, since Linux 5.7.
      writes.add(
        "hugetlb", "hugetlb.\(size).rsvd.max", limit.limit, field, absence: .passedOver)
    }
    for (device, limit) in (rdma ?? [:]).sorted(by: { $0.key < $1.key }) {
      let line = rdmaLine(device: device, handles: limit.hcaHandles, objects: limit.hcaObjects)
      writes.add("rdma", "rdma.max", text: line, "rdma.\(device)")
    }
    // Last, so that it has the last word.
    for (file, value) in (unified ?? [:]).sorted(by: { $0.key < $1.key }) {
      writes.append(try Self.unifiedWrite(file: file, value: value))
    }
    return writes
  }

  private static func unifiedWrite(
    file: String, value: String
  ) throws(CgroupError) -> ControlWrite {
    let field = "linux.resources.unified"
    guard !file.utf8.contains(UInt8(ascii: "/")), !file.utf8.contains(0) else {
      throw .invalidValue(field: field, value: file, reason: "a file name, without slashes")
    }
    guard let (controller, parameter) = file.cut(at: "."), !controller.isEmpty, !parameter.isEmpty
    else {
      throw .invalidValue(field: field, value: file, reason: "of the form controller.parameter")
    }
    return ControlWrite(
      controller: String(controller), file: file, value: value, field: "\(field).\(file)")
  }

  /// What only v1 can do is refused by its name rather than forgotten.
  private func refuseLegacyOnly() throws(CgroupError) {
    let asked: [(String, Bool)] = [
      ("memory.kernelTCP", memory?.kernelTCP ?? 0 > 0),
      ("memory.disableOOMKiller", memory?.disableOOMKiller == true),
      ("memory.swappiness", memory?.swappiness.map { $0 != .max } ?? false),
      ("cpu.realtimeRuntime", cpu?.realtimeRuntime.unlessZero != nil),
      ("cpu.realtimePeriod", cpu?.realtimePeriod.unlessZero != nil),
      ("blockIO.leafWeight", blockIO?.leafWeight.unlessZero != nil),
      (
        "blockIO.weightDevice",
        blockIO?.weightDevice?.contains { $0.leafWeight.unlessZero != nil } ?? false
      ),
      ("network.classID", network?.classID.unlessZero != nil),
      ("network.priorities", network?.priorities?.isEmpty == false),
    ]
    for (field, isAsked) in asked where isAsked {
      throw .invalidValue(
        field: "linux.resources.\(field)", value: "set", reason: "cgroup v2 has nothing like it")
    }
    try memory?.refuseWhatKernelsDropped()
  }
}

extension Spec.Linux.Resources.Memory {
  fileprivate func addUnifiedWrites(to writes: inout [ControlWrite]) throws(CgroupError) {
    if let swapLimit = try swapLimit(memory: limit, memoryAndSwap: swap) {
      // Where the kernel counts no swap, none and all come to the same as nothing.
      writes.add(
        "memory", "memory.swap.max", text: swapLimit == -1 ? "max" : "\(swapLimit)",
        swap.unlessZero == nil ? "memory.limit" : "memory.swap",
        absence: swapLimit > 0 ? .refused : .passedOver)
    }
    writes.add("memory", "memory.max", text: unifiedLimit(limit), "memory.limit")
    writes.add("memory", "memory.low", text: unifiedLimit(reservation), "memory.reservation")
  }
}

extension Spec.Linux.Resources.CPU {
  fileprivate func addUnifiedWrites(to writes: inout [ControlWrite]) {
    writes.add("cpu", "cpu.idle", idle, "cpu.idle")
    // An idle cgroup has no weight, and the kernel refuses one.
    if idle != 1 { writes.add("cpu", "cpu.weight", shares.flatMap(cpuWeight), "cpu.shares") }
    writes.add("cpu", "cpu.max.burst", burst, "cpu.burst")
    let quota = quota.unlessZero.map { $0 > 0 ? "\($0)" : "max" }
    switch (quota, period.unlessZero) {
    case (let quota?, let period?):
      writes.add("cpu", "cpu.max", text: "\(quota) \(period)", "cpu.quota")
    case (let quota?, nil):
      // The period that is there stays; it is 100000 in a new cgroup.
      writes.add("cpu", "cpu.max", text: quota, "cpu.quota")
    case (nil, let period?):
      writes.append(
        ControlWrite(
          controller: "cpu", file: "cpu.max", value: "\(period)",
          field: "linux.resources.cpu.period", keepsFirstWord: true))
    case (nil, nil): break
    }
  }
}

extension Spec.Linux.Resources.BlockIO {
  fileprivate func addUnifiedWrites(to writes: inout [ControlWrite]) {
    // The scheduler BFQ has weights of v1's range; io.weight is that of iocost.
    if let weight = weight.unlessZero {
      writes.add(
        "io", "io.bfq.weight", weight, "blockIO.weight",
        absence: .other(file: "io.weight", value: "\(ioWeight(blkioWeight: weight))"))
    }
    for device in weightDevice ?? [] {
      guard let weight = device.weight.unlessZero else { continue }
      let number = "\(device.major):\(device.minor)"
      writes.add(
        "io", "io.bfq.weight", text: "\(number) \(weight)", "blockIO.weightDevice",
        absence: .other(
          file: "io.weight", value: "\(number) \(ioWeight(blkioWeight: weight))"))
    }
    let throttles: [(String, String, [ThrottleDevice]?)] = [
      ("rbps", "blockIO.throttleReadBpsDevice", throttleReadBpsDevice),
      ("wbps", "blockIO.throttleWriteBpsDevice", throttleWriteBpsDevice),
      ("riops", "blockIO.throttleReadIOPSDevice", throttleReadIOPSDevice),
      ("wiops", "blockIO.throttleWriteIOPSDevice", throttleWriteIOPSDevice),
    ]
    for (name, field, devices) in throttles {
      for device in devices ?? [] {
        writes.add(
          "io", "io.max", text: "\(device.major):\(device.minor) \(name)=\(device.rate)", field)
      }
    }
  }
}
