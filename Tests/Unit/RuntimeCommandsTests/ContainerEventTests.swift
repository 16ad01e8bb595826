import Cgroups
import JSON
import RuntimeSpec
import Testing

@testable import RuntimeCommands

@Suite struct ContainerEventTests {
  private func text(_ value: some JSONWritable) throws -> String {
    String(decoding: try JSONWriter().write(value), as: UTF8.self)
  }

  @Test func outOfMemory() throws {
    #expect(try text(ContainerEvent(type: .oom, id: "c")) == #"{"type":"oom","id":"c"}"#)
  }

  /// What is 0 is left out where runc leaves it out, and nowhere else.
  @Test func statisticsOfNothing() throws {
    #expect(
      try text(ContainerEvent(type: .stats, id: "c", data: CgroupStatistics()))
        == #"{"type":"stats","id":"c","data":{"#
        + #""cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},"#
        + #""cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"#
        + #""memory_migrate":0,"memory_spread_page":0,"memory_spread_slab":0,"#
        + #""memory_pressure":0,"sched_load_balance":0,"sched_relax_domain_level":0},"#
        + #""memory":{"usage":{"limit":0,"failcnt":0},"swap":{"limit":0,"failcnt":0},"#
        + #""kernel":{"limit":0,"failcnt":0},"kernelTCP":{"limit":0,"failcnt":0}},"#
        + #""pids":{},"blkio":{},"hugetlb":{},"intel_rdt":{},"network_interfaces":null}}"#)
  }

  @Test func statisticsInRuncsNames() throws {
    var statistics = CgroupStatistics()
    statistics.cpu.total = 3
    statistics.cpu.user = 2
    statistics.cpu.kernel = 1
    statistics.cpu.perCPU = [3]
    statistics.cpu.throttledPeriods = 4
    statistics.memory.usage.usage = 5
    statistics.memory.usage.limit = .max
    statistics.memory.usage.peak = 6
    statistics.memory.raw = ["b": 7, "a": 8]
    statistics.pids.current = 9
    statistics.pids.limit = 10
    let written = try text(statistics)
    for part in [
      #""usage":{"total":3,"percpu":[3],"kernel":1,"user":2},"throttling":{"throttledPeriods":4}"#,
      #""usage":{"limit":18446744073709551615,"usage":5,"max":6,"failcnt":0}"#,
      #""raw":{"a":8,"b":7}"#, #""pids":{"current":9,"limit":10}"#,
    ] {
      #expect(written.contains(part))
    }
  }

  @Test func listing() throws {
    let listing = ContainerListing(
      ociVersion: "1.0.0", id: "c", pid: 5, status: .paused, bundle: "/b", rootfs: "/b/r",
      created: "2026-01-02T03:04:05Z", annotations: ["x": "y"], owner: "root")
    #expect(
      try text(listing)
        == #"{"ociVersion":"1.0.0","id":"c","pid":5,"status":"paused","bundle":"/b","#
        + #""rootfs":"/b/r","created":"2026-01-02T03:04:05Z","annotations":{"x":"y"},"#
        + #""owner":"root"}"#)
  }
}
