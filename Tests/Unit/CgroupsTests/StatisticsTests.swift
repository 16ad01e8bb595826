import Testing

@testable import Cgroups

@Suite struct StatisticsTests {
  @Test func readsPressure() {
    let pressure = CgroupStatistics.Pressure(
      parsing: """
        some avg10=12.50 avg60=1.00 avg300=0.25 total=472813436
        full avg10=0.00 avg60=0.00 avg300=0.01 total=7

        """)
    #expect(pressure.some.average10 == 12.5)
    #expect(pressure.some.total == 472_813_436)
    #expect(pressure.full.average300 == 0.01)
  }

  @Test func readsBlockCounters() {
    let legacy = CgroupStatistics.BlockIO.entries(
      "8:0 Read 124\n8:0 Write 104\n253:1 6792\nTotal 228\nnonsense\n")
    #expect(legacy.map(\.value) == [124, 104, 6792])
    #expect(legacy.map(\.operation) == ["Read", "Write", ""])
    #expect(legacy.last?.major == 253)
    let unified = CgroupStatistics.BlockIO.parse(
      ioStat: "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 rbytes=7\nx:y rbytes=1\n")
    #expect(unified.serviceBytes.map(\.value) == [1, 2, 7])
    #expect(unified.serviced.map(\.operation) == ["Read", "Write"])
  }

  @Test(
    arguments: [
      ("hugepages-2048kB", "2MB"), ("hugepages-1048576kB", "1GB"), ("hugepages-64kB", "64KB"),
      ("hugepages-xkB", nil), ("other", nil), ("hugepages-", nil),
    ] as [(String, String?)])
  func namesHugepages(directory: String, size: String?) {
    #expect(ControlDirectory.hugepageSize(directoryName: directory) == size)
  }

  @Test func readsLists() {
    #expect(CgroupStatistics.Cpuset.list("0-2,7\n") == [0, 1, 2, 7])
    #expect(CgroupStatistics.Cpuset.list("\n").isEmpty)
    #expect(CgroupStatistics.Cpuset.list("2-1,x,70000").isEmpty)
  }

  @Test func readsCounters() {
    #expect("max".counter == .max)
    #expect("12".counter == 12)
    #expect("-12".counter == 0)
    #expect("".counter == nil)
    #expect("-".counter == nil)
    #expect("1x".counter == nil)
  }

  @Test func splitsText() {
    #expect("a b\tc\n\nd".words == ["a", "b", "c", "d"])
    #expect("a\n\nb\n".lines == ["a", "b"])
    #expect("  a b \n".trimmed == "a b")
    #expect("\n".trimmed.isEmpty)
    #expect("a:b:c".parts(separatedBy: ":", limit: 2) == ["a", "b:c"])
    #expect("a::".parts(separatedBy: ":") == ["a", "", ""])
  }
}
