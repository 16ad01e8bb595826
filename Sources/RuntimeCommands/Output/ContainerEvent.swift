import Cgroups
import JSON

/// A line of `events`, in the shape of runc's.
struct ContainerEvent: JSONWritable {
  enum Kind: String, JSONValue, CaseIterable { case stats, oom }

  var type: Kind
  var id: String
  var data: CgroupStatistics?

  func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.member("type", type)
      try object.member("id", id)
      try object.member("data", data)
    }
  }
}

// The statistics in the names and the order of runc. A counter that is 0 and a list that is empty
// are left out where Go's `omitempty` does so, and written where runc always writes them.

extension JSONObjectOutput {
  fileprivate func count(_ name: String, _ value: UInt64) throws(JSONError) {
    try member(name, value == 0 ? nil : value)
  }

  fileprivate func list<Element: JSONWritable>(
    _ name: String, _ value: [Element]
  ) throws(JSONError) {
    try member(name, value.isEmpty ? nil : value)
  }
}

extension CgroupStatistics: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.member("cpu", cpu)
      try object.member("cpuset", cpuset)
      try object.member("memory", memory)
      try object.member("pids", pids)
      try object.member("blkio", blockIO)
      try object.member("hugetlb", hugepages)
      // runc fills these only for configurations that no config.json can ask for.
      try object.member("intel_rdt", [String: String]())
      try object.member("network_interfaces", Null())
    }
  }
}

private struct Null: JSONWritable {
  func write(to output: JSONOutput) { output.null() }
}

extension CgroupStatistics.CPU: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.member("usage", Usage(cpu: self))
      try object.member("throttling", Throttling(cpu: self))
      try object.member("psi", pressure)
    }
  }
}

private struct Usage: JSONWritable {
  var cpu: CgroupStatistics.CPU

  func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.count("total", cpu.total)
      try object.list("percpu", cpu.perCPU)
      try object.list("percpu_kernel", cpu.perCPUKernel)
      try object.list("percpu_user", cpu.perCPUUser)
      try object.member("kernel", cpu.kernel)
      try object.member("user", cpu.user)
    }
  }
}

private struct Throttling: JSONWritable {
  var cpu: CgroupStatistics.CPU

  func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.count("periods", cpu.periods)
      try object.count("throttledPeriods", cpu.throttledPeriods)
      try object.count("throttledTime", cpu.throttledTime)
    }
  }
}

extension CgroupStatistics.Cpuset: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.list("cpus", cpus)
      try object.member("cpu_exclusive", cpuExclusive)
      try object.list("mems", mems)
      try object.member("mem_hardwall", memHardwall)
      try object.member("mem_exclusive", memExclusive)
      try object.member("memory_migrate", memoryMigrate)
      try object.member("memory_spread_page", memorySpreadPage)
      try object.member("memory_spread_slab", memorySpreadSlab)
      try object.member("memory_pressure", memoryPressure)
      try object.member("sched_load_balance", schedLoadBalance)
      try object.member("sched_relax_domain_level", schedRelaxDomainLevel)
    }
  }
}

extension CgroupStatistics.Memory: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.count("cache", cache)
      try object.member("usage", usage)
      try object.member("swap", swap)
      try object.member("kernel", kernel)
      try object.member("kernelTCP", kernelTCP)
      try object.member("raw", raw.isEmpty ? nil : raw)
      try object.member("psi", pressure)
    }
  }
}

extension CgroupStatistics.MemoryUse: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.member("limit", limit)
      try object.count("usage", usage)
      try object.count("max", peak)
      try object.member("failcnt", failures)
    }
  }
}

extension CgroupStatistics.Pids: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.count("current", current)
      try object.count("limit", limit)
    }
  }
}

extension CgroupStatistics.BlockIO: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.list("ioServiceBytesRecursive", serviceBytes)
      try object.list("ioServicedRecursive", serviced)
      try object.list("ioQueueRecursive", queued)
      try object.list("ioServiceTimeRecursive", serviceTime)
      try object.list("ioWaitTimeRecursive", waitTime)
      try object.list("ioMergedRecursive", merged)
      try object.list("ioTimeRecursive", time)
      try object.list("sectorsRecursive", sectors)
      try object.member("psi", pressure)
    }
  }
}

extension CgroupStatistics.BlockEntry: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.count("major", major)
      try object.count("minor", minor)
      try object.member("op", operation.isEmpty ? nil : operation)
      try object.count("value", value)
    }
  }
}

extension CgroupStatistics.Hugepages: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.count("usage", usage)
      try object.count("max", peak)
      try object.member("failcnt", failures)
    }
  }
}

extension CgroupStatistics.Pressure: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.member("some", some)
      try object.member("full", full)
    }
  }
}

extension CgroupStatistics.Pressure.Share: JSONWritable {
  public func write(to output: JSONOutput) throws(JSONError) {
    try output.object { object throws(JSONError) in
      try object.member("avg10", average10)
      try object.member("avg60", average60)
      try object.member("avg300", average300)
      try object.member("total", total)
    }
  }
}
