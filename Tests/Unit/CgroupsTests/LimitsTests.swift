import RuntimeSpec
import Testing

@testable import Cgroups

private typealias Resources = Spec.Linux.Resources

@Suite struct LimitsTests {
  /// Writes as `controller file=value`.
  private func text(_ writes: [ControlWrite]) -> [String] {
    writes.map { "\($0.controller) \($0.file)=\($0.value)" }
  }

  // MARK: Conversions

  @Test(
    arguments: [
      (2, 1), (1, 1), (262_144, 10_000), (1_000_000, 10_000), (1024, 100), (512, 59), (2048, 174),
    ] as [(UInt64, UInt64)])
  func convertsShares(shares: UInt64, weight: UInt64) {
    #expect(cpuWeight(shares: shares) == weight)
  }

  @Test func weightsRiseWithShares() {
    var last: UInt64 = 0
    for shares in stride(from: UInt64(2), through: 262_144, by: 511) {
      let weight = cpuWeight(shares: shares) ?? 0
      #expect(weight >= last && (1...10_000).contains(weight))
      last = weight
    }
    #expect(cpuWeight(shares: 0) == nil)
  }

  @Test func convertsBlockWeights() {
    #expect(ioWeight(blkioWeight: 10) == 1)
    #expect(ioWeight(blkioWeight: 1000) == 10_000)
    #expect(ioWeight(blkioWeight: 500) == 4950)
    #expect(ioWeight(blkioWeight: 3) == 1)
  }

  @Test func separatesSwapFromMemory() throws {
    #expect(try swapLimit(memory: 100, memoryAndSwap: 150) == 50)
    #expect(try swapLimit(memory: 100, memoryAndSwap: 100) == 0)
    #expect(try swapLimit(memory: 100, memoryAndSwap: -1) == -1)
    #expect(try swapLimit(memory: -1, memoryAndSwap: nil) == -1)
    #expect(try swapLimit(memory: -1, memoryAndSwap: 70) == 70)
    #expect(try swapLimit(memory: 100, memoryAndSwap: nil) == nil)
    #expect(try swapLimit(memory: nil, memoryAndSwap: 0) == nil)
    for (memory, both) in [(nil, 5), (100, 50), (-2, 5)] as [(Int64?, Int64)] {
      #expect(throws: CgroupError.self) { try swapLimit(memory: memory, memoryAndSwap: both) }
    }
  }

  // MARK: Version 2

  @Test func nothingAskedIsNothingWritten() throws {
    #expect(try Resources().unifiedWrites().isEmpty)
    #expect(try Resources().legacyWrites().isEmpty)
    var zeros = Resources()
    zeros.memory = .init(limit: 0, reservation: 0, swap: 0, kernel: 0)
    zeros.cpu = .init(shares: 0, quota: 0, period: 0, cpus: "", mems: "")
    zeros.blockIO = .init(weight: 0)
    zeros.network = .init(classID: 0, priorities: [])
    #expect(try zeros.unifiedWrites().isEmpty)
    #expect(try zeros.legacyWrites().isEmpty)
  }

  @Test func writesUnifiedLimits() throws {
    var resources = Resources()
    resources.memory = .init(limit: 1 << 20, reservation: 1 << 19, swap: 3 << 20)
    resources.cpu = .init(
      shares: 1024, quota: 50_000, burst: 10, period: 100_000, cpus: "0-1", mems: "0", idle: 0)
    resources.pids = .init(limit: 0)
    resources.hugepageLimits = [.init(pageSize: "2MB", limit: 4096)]
    resources.rdma = ["mlx5_1": .init(hcaHandles: 3, hcaObjects: 10_000)]
    resources.unified = ["memory.high": "900000", "cgroup.max.depth": "3"]
    #expect(
      text(try resources.unifiedWrites()) == [
        "pids pids.max=1", "memory memory.swap.max=2097152", "memory memory.max=1048576",
        "memory memory.low=524288", "cpu cpu.idle=0", "cpu cpu.weight=100",
        "cpu cpu.max.burst=10", "cpu cpu.max=50000 100000", "cpuset cpuset.cpus=0-1",
        "cpuset cpuset.mems=0", "hugetlb hugetlb.2MB.max=4096",
        "hugetlb hugetlb.2MB.rsvd.max=4096", "rdma rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
        "cgroup cgroup.max.depth=3", "memory memory.high=900000",
      ])
  }

  @Test func writesUnlimited() throws {
    var resources = Resources()
    resources.memory = .init(limit: -1)
    resources.cpu = .init(quota: -1)
    resources.pids = .init(limit: -1)
    #expect(
      text(try resources.unifiedWrites()) == [
        "pids pids.max=max", "memory memory.swap.max=max", "memory memory.max=max",
        "cpu cpu.max=max",
      ])
  }

  @Test func aPeriodAloneKeepsTheQuota() throws {
    var resources = Resources()
    resources.cpu = .init(period: 50_000)
    let write = try #require(try resources.unifiedWrites().first)
    #expect(write.keepsFirstWord)
    #expect(write.value == "50000")
  }

  @Test func writesBlockLimitsOfVersion2() throws {
    var resources = Resources()
    resources.blockIO = .init(
      weight: 500, weightDevice: [.init(major: 8, minor: 0, weight: 100)],
      throttleReadBpsDevice: [.init(major: 8, minor: 0, rate: 1000)],
      throttleWriteIOPSDevice: [.init(major: 8, minor: 16, rate: 5)])
    let writes = try resources.unifiedWrites()
    #expect(
      text(writes) == [
        "io io.bfq.weight=500", "io io.bfq.weight=8:0 100", "io io.max=8:0 rbps=1000",
        "io io.max=8:16 wiops=5",
      ])
    #expect(writes[0].absence == .other(file: "io.weight", value: "4950"))
    #expect(writes[1].absence == .other(file: "io.weight", value: "8:0 910"))
  }

  @Test func refusesWhatOnlyVersion1Has() {
    var cases: [(String, Resources)] = []
    func add(_ field: String, _ change: (inout Resources) -> Void) {
      var resources = Resources()
      change(&resources)
      cases.append(("linux.resources.\(field)", resources))
    }
    add("memory.swappiness") { $0.memory = .init(swappiness: 60) }
    add("memory.disableOOMKiller") { $0.memory = .init(disableOOMKiller: true) }
    add("memory.kernelTCP") { $0.memory = .init(kernelTCP: 5) }
    add("memory.useHierarchy") { $0.memory = .init(useHierarchy: false) }
    add("blockIO.weightDevice") {
      $0.blockIO = .init(weightDevice: [.init(major: 8, minor: 0, leafWeight: 50)])
    }
    add("memory.kernel") { $0.memory = .init(kernel: 5) }
    add("cpu.realtimeRuntime") { $0.cpu = .init(realtimeRuntime: 5) }
    add("blockIO.leafWeight") { $0.blockIO = .init(leafWeight: 50) }
    add("network.classID") { $0.network = .init(classID: 5) }
    for (field, resources) in cases {
      do {
        _ = try resources.unifiedWrites()
        Issue.record("\(field) was accepted")
      } catch .invalidValue(let named, _, _) {
        #expect(named == field)
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test(arguments: ["../memory.max", "a/b.c", "memory", ".max", "memory.", "a\0.b"])
  func refusesUnifiedNames(name: String) {
    var resources = Resources()
    resources.unified = [name: "1"]
    #expect(throws: CgroupError.self) { try resources.unifiedWrites() }
  }

  // MARK: Version 1

  @Test func writesLegacyLimits() throws {
    var resources = Resources()
    resources.memory = .init(
      limit: 1 << 20, reservation: 1 << 19, swap: 3 << 20, swappiness: 10, disableOOMKiller: true)
    resources.cpu = .init(
      shares: 512, quota: 50_000, burst: 10, period: 100_000, realtimeRuntime: 7,
      realtimePeriod: 9, cpus: "0")
    resources.pids = .init(limit: 100)
    resources.network = .init(
      classID: 0x10001, priorities: [.init(name: "eth0", priority: 5)])
    #expect(
      text(try resources.legacyWrites()) == [
        "cpuset cpuset.cpus=0", "memory memory.limit_in_bytes=1048576",
        "memory memory.memsw.limit_in_bytes=3145728",
        "memory memory.soft_limit_in_bytes=524288", "memory memory.oom_control=1",
        "memory memory.swappiness=10", "cpu cpu.shares=512", "cpu cpu.cfs_period_us=100000",
        "cpu cpu.cfs_burst_us=10", "cpu cpu.cfs_quota_us=50000", "cpu cpu.rt_period_us=9",
        "cpu cpu.rt_runtime_us=7", "pids pids.max=100", "net_cls net_cls.classid=65537",
        "net_prio net_prio.ifpriomap=eth0 5",
      ])
  }

  @Test func refusesValuesOutOfRange() {
    var resources = Resources()
    for shares in [1, 262_145] as [UInt64] {
      resources.cpu = .init(shares: shares)
      #expect(throws: CgroupError.self) { try resources.legacyWrites() }
    }
    resources = Resources()
    resources.memory = .init(swappiness: 101)
    #expect(throws: CgroupError.self) { try resources.legacyWrites() }
    // What Go programs write for "not set".
    resources.memory = .init(swappiness: .max)
    #expect(throws: Never.self) { try resources.legacyWrites() }
    resources = Resources()
    resources.unified = ["memory.high": "1"]
    #expect(throws: CgroupError.self) { try resources.legacyWrites() }
    for size in ["../2MB", "", "2 MB", "2mb", "2MB.rsvd"] {
      resources = Resources()
      resources.hugepageLimits = [.init(pageSize: size, limit: 1)]
      #expect(throws: CgroupError.self) { try resources.legacyWrites() }
      #expect(throws: CgroupError.self) { try resources.unifiedWrites() }
    }
  }

  // MARK: Update

  @Test func anUpdateKeepsWhatItDoesNotName() throws {
    var old = Resources()
    old.memory = .init(limit: 100, swap: 300)
    old.cpu = .init(shares: 512, period: 50_000)
    old.blockIO = .init(
      throttleReadBpsDevice: [
        .init(major: 8, minor: 0, rate: 1), .init(major: 8, minor: 16, rate: 2),
      ])
    var changes = Resources()
    changes.memory = .init(limit: 200)
    changes.cpu = .init(quota: 10_000)
    changes.blockIO = .init(throttleReadBpsDevice: [.init(major: 8, minor: 0, rate: 9)])
    let new = old.updated(by: changes)
    #expect(new.memory?.limit == 200)
    #expect(new.memory?.swap == 300)
    #expect(new.cpu == .init(shares: 512, quota: 10_000, period: 50_000))
    #expect(new.blockIO?.throttleReadBpsDevice?.map(\.rate) == [2, 9])
    #expect(text(try new.unifiedWrites()).contains("memory memory.swap.max=100"))

    changes.memory = .init(limit: -1)
    #expect(try old.updated(by: changes).unifiedWrites().first?.value == "max")
  }
}
