import CLinux
import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import Cgroups

/// The controllers that this host's cgroups have.
private let controllers: [String] =
  (try? CgroupLayout.detect().availableControllers()) ?? []
private func has(_ controller: String) -> Bool { controllers.contains(controller) }
private let isUnified = (try? CgroupLayout.detect().mode) == .unified

@Suite(.enabled(if: isRoot, "making cgroups needs root"), .serialized)
struct LimitsKernelTests {
  private let name = "cgroups-limits-test-\(getpid())"

  private func withCgroup(
    _ resources: Spec.Linux.Resources, path: String? = nil,
    _ body: (ContainerCgroup) throws -> Void
  ) throws {
    var cgroup = try ContainerCgroup(
      layout: try CgroupLayout.detect(), driver: .cgroupfs, path: path, containerID: name)
    try cgroup.create(for: resources)
    let result = Result {
      try cgroup.apply(resources)
      try body(cgroup)
    }
    try cgroup.delete()
    try result.get()
  }

  private func read(
    _ cgroup: ContainerCgroup, _ controller: String, legacy: String, unified: String
  ) throws -> String {
    let directory = try #require(cgroup.membership(controller)).directory
    return String(try directory.read(isUnified ? unified : legacy).trimmed)
  }

  @Test(.enabled(if: has("memory"), "no memory controller here"))
  func limitsMemory() throws {
    var resources = Spec.Linux.Resources()
    resources.memory = .init(limit: 64 << 20, swap: 96 << 20)
    try withCgroup(resources) { cgroup in
      func limit() throws -> String {
        try read(
          cgroup, "memory", legacy: "memory.limit_in_bytes", unified: "memory.max")
      }
      #expect(try limit() == "\(64 << 20)")
      // Above the old limit of memory and swap, and below it again: the order matters to v1.
      for size in [256, 32] as [Int64] {
        var changes = Spec.Linux.Resources()
        changes.memory = .init(limit: size << 20, swap: size << 21)
        try cgroup.apply(resources.updated(by: changes), devices: .unchanged)
        #expect(try limit() == "\(size << 20)")
      }
      var changes = Spec.Linux.Resources()
      changes.memory = .init(limit: -1)
      try cgroup.apply(resources.updated(by: changes), devices: .unchanged)
      #expect(try limit() != "\(32 << 20)")
    }
  }

  @Test(.enabled(if: has("memory"), "no memory controller here"))
  func refusesALimitBelowTheUse() throws {
    var resources = Spec.Linux.Resources()
    resources.memory = .init(limit: 64 << 20)
    try withCgroup(resources) { cgroup in
      let process = try WaitingProcess(in: cgroup) { Self.useMemory(megabytes: 8) }
      defer { process.end() }
      var changes = Spec.Linux.Resources()
      changes.memory = .init(limit: 1 << 20, checkBeforeUpdate: true)
      do {
        try cgroup.apply(changes, devices: .unchanged)
        Issue.record("the limit was accepted")
      } catch CgroupError.limitBelowUsage(let field, let limit, let usage) {
        #expect(field == "linux.resources.memory.limit")
        #expect(limit == 1 << 20)
        #expect(usage > 8 << 20)
      }
    }
  }

  /// Touches memory. It is mapped: in a clone of a process with threads, malloc may wait for ever for
  /// a lock that one of them held.
  private static func useMemory(megabytes: Int) -> UInt8 {
    let memory = mmap(
      nil, megabytes << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { return 1 }
    memset(memory, 1, megabytes << 20)
    return 0
  }

  @Test(.enabled(if: has("memory"), "no memory controller here"))
  func tellsOfWantOfMemory() throws {
    var resources = Spec.Linux.Resources()
    resources.memory = .init(limit: 8 << 20, swap: 8 << 20)
    try withCgroup(resources) { cgroup in
      var events = try cgroup.outOfMemoryEvents()
      #expect(try events.read() == nil)
      #expect(throws: SystemError.self) {
        try WaitingProcess(in: cgroup) { Self.useMemory(megabytes: 64) }
      }
      var found: OutOfMemoryEvents.Event?
      var state = pollfd(fd: events.lent.rawValue, events: Int16(POLLIN), revents: 0)
      while found == nil, poll(&state, 1, 5000) > 0 { found = try events.read() }
      #expect(found == .outOfMemory)
      #expect(try cgroup.outOfMemoryKills() >= 1)
    }
  }

  @Test(.enabled(if: has("cpu"), "no cpu controller here"))
  func limitsProcessorTime() throws {
    var resources = Spec.Linux.Resources()
    resources.cpu = .init(shares: 512, quota: 50_000, period: 100_000)
    try withCgroup(resources) { cgroup in
      #expect(
        try read(cgroup, "cpu", legacy: "cpu.shares", unified: "cpu.weight")
          == (isUnified ? "59" : "512"))
      // A quota alone, then a period alone, and both in an order that the kernel refuses at first.
      for (cpu, quota) in [
        (Spec.Linux.Resources.CPU(quota: 25_000), "25000"),
        (Spec.Linux.Resources.CPU(period: 50_000), "25000"),
        (Spec.Linux.Resources.CPU(quota: 10_000, burst: 5_000), "10000"),
        (Spec.Linux.Resources.CPU(quota: 80_000, burst: 60_000, period: 200_000), "80000"),
        (Spec.Linux.Resources.CPU(quota: -1, burst: 0), isUnified ? "max" : "-1"),
      ] {
        var changes = Spec.Linux.Resources()
        changes.cpu = cpu
        try cgroup.apply(changes, devices: .unchanged)
        let text = try read(cgroup, "cpu", legacy: "cpu.cfs_quota_us", unified: "cpu.max")
        #expect(text.words.first.map(String.init) == quota)
      }
    }
  }

  @Test(.enabled(if: has("pids"), "no pids controller here"))
  func limitsProcesses() throws {
    var resources = Spec.Linux.Resources()
    resources.pids = .init(limit: 1)
    try withCgroup(resources) { cgroup in
      let process = try WaitingProcess(in: cgroup) {
        var arguments = clone_args()
        arguments.exit_signal = UInt64(SIGCHLD)
        let child = clinux_clone3(&arguments)
        if child == 0 { _exit(0) }
        return child < 0 ? UInt8(errno) : 0
      }
      defer { process.end() }
      #expect(process.answer == EAGAIN)
    }
  }

  @Test(.enabled(if: has("cpuset"), "no cpuset controller here"))
  func setsProcessorsBelowEmptyParents() throws {
    var resources = Spec.Linux.Resources()
    resources.cpu = .init(cpus: "0")
    try withCgroup(resources, path: "/\(name)/a/b") { cgroup in
      let process = try WaitingProcess(in: cgroup)
      defer { process.end() }
      let directory = try #require(cgroup.membership("cpuset")).directory
      #expect(try directory.read("cpuset.cpus").trimmed == "0")
      var set = cpu_set_t()
      #expect(sched_getaffinity(process.pid, MemoryLayout<cpu_set_t>.size, &set) == 0)
      #expect(withUnsafeBytes(of: set) { $0.first } == 1)
    }
  }

  @Test func aMissingControllerIsNamed() throws {
    let known: [(String, String, (inout Spec.Linux.Resources) -> Void)] = [
      ("memory", "memory.limit", { $0.memory = .init(limit: 1 << 30) }),
      ("pids", "pids.limit", { $0.pids = .init(limit: 5) }),
      ("cpu", "cpu.shares", { $0.cpu = .init(shares: 5) }),
      ("hugetlb", "hugepageLimits[0]", { $0.hugepageLimits = [.init(pageSize: "2MB", limit: 0)] }),
      ("rdma", "rdma.x", { $0.rdma = ["x": .init(hcaHandles: 1)] }),
    ]
    for tested in TestedLayout.present {
      let layout = try #require(tested.layout)
      let there = try layout.availableControllers()
      for (controller, field, change) in known where !there.contains(controller) {
        var cgroup = try ContainerCgroup(
          layout: layout, driver: .cgroupfs, path: nil, containerID: name)
        var resources = Spec.Linux.Resources()
        change(&resources)
        try cgroup.create(for: resources)
        defer { try? cgroup.delete() }
        #expect(
          throws: CgroupError.missingController(
            field: "linux.resources.\(field)", controller: controller)
        ) { try cgroup.apply(resources) }
      }
    }
  }

  @Test func refusesAValueByItsField() throws {
    guard has("cpuset") else { return }
    var resources = Spec.Linux.Resources()
    resources.cpu = .init(cpus: "4000-4001")
    do {
      try withCgroup(resources) { _ in }
      Issue.record("processors that are not there were accepted")
    } catch CgroupError.refusedValue(let field, let value, _) {
      #expect(field == "linux.resources.cpu.cpus")
      #expect(value == "4000-4001")
    }
  }

  // MARK: Counting

  @Test func counts() throws {
    for tested in TestedLayout.present {
      let layout = try #require(tested.layout)
      var cgroup = try ContainerCgroup(
        layout: layout, driver: .cgroupfs, path: nil, containerID: name)
      try cgroup.create(for: nil)
      let result = Result {
        let process = try WaitingProcess(in: cgroup) { Self.useMemory(megabytes: 4) }
        defer { process.end() }
        let statistics = try cgroup.statistics()
        #expect(statistics.pids.current == 1)
        #expect(statistics.cpu.total > 0)
        let there = try layout.availableControllers()
        if there.contains("memory") {
          #expect(statistics.memory.usage.usage >= 4 << 20)
          #expect(statistics.memory.usage.limit > 0)
          #expect(!statistics.memory.raw.isEmpty)
        }
        if layout.mode != .unified, there.contains("cpuset") {
          #expect(!statistics.cpuset.cpus.isEmpty)
        }
        #expect(try cgroup.statistics(.pids).memory == CgroupStatistics.Memory())
      }
      try cgroup.delete()
      try result.get()
    }
  }
}
