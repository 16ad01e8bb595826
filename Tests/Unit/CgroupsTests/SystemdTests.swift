import RuntimeSpec
import Testing

@testable import Cgroups

@Suite struct SystemdTests {
  private func scope(
    _ path: String, id: String = "c1", annotations: [String: String] = [:],
    isRootless: Bool = false
  ) throws -> SystemdScope {
    try SystemdScope(
      path: path, containerID: id, annotations: annotations, isRootless: isRootless)
  }

  // MARK: Names

  @Test func namesUnits() throws {
    #expect(try scope("").unit == "ocirun-c1.scope")
    #expect(try scope("").slice == "system.slice")
    #expect(try scope("", isRootless: true).slice == "user.slice")
    let podman = try scope("machine.slice:libpod:0123")
    #expect(podman.slice == "machine.slice")
    #expect(podman.unit == "libpod-0123.scope")
    #expect(try scope("a-b.slice:x:a-b-c.slice").unit == "a-b-c.slice")
  }

  @Test(arguments: [
    "a", "a:b", "a:b:c:d", "a.slice:b:", "a/b.slice:c:d", "../x.slice:c:d", "a.slice:../b:d",
    "a.slice:b:c/../d", "a--b.slice:c:d", ".slice:c:d", "a.slice:b:c\0", "x:y:z",
  ])
  func refusesPaths(path: String) {
    #expect(throws: CgroupError.self) { try scope(path) }
  }

  @Test func unfoldsSlices() throws {
    #expect(try SystemdScope.path(ofSlice: "a.slice") == "/a.slice")
    #expect(
      try SystemdScope.path(ofSlice: "a-b-c.slice") == "/a.slice/a-b.slice/a-b-c.slice")
    #expect(try SystemdScope.path(ofSlice: "-.slice") == "/")
  }

  @Test func findsTheDirectory() throws {
    let layout = CgroupLayout(unifiedAt: "/sys/fs/cgroup")
    let memberships = try scope("machine.slice:libpod:0123").memberships(layout: layout)
    #expect(
      memberships.map(\.directory.path) == ["/sys/fs/cgroup/machine.slice/libpod-0123.scope"])
    let hybrid = try CgroupLayout(mountTable: CgroupLayoutTests.hybrid)
    #expect(
      try scope("").memberships(layout: hybrid).map(\.directory.path).contains(
        "/sys/fs/cgroup/cpu,cpuacct/system.slice/ocirun-c1.scope"))
    #expect(throws: CgroupError.self) {
      try scope("", isRootless: true).memberships(layout: hybrid)
    }
  }

  @Test(arguments: [
    ("252.39-1~deb12u2", 252), ("v245.4-1.fc32", 245), ("245", 245), ("257~rc1", 257), ("x", 0),
    ("", 0),
  ])
  func readsVersions(text: String, version: Int) {
    #expect(SystemdBus.version(text) == version)
  }

  // MARK: Limits

  private func limits(
    _ resources: Spec.Linux.Resources, mode: CgroupLayout.Mode = .unified, version: Int = 252
  ) throws -> [String: DBusValue] {
    var found: [String: DBusValue] = [:]
    for property in try SystemdProperty.limits(resources, mode: mode, version: version) {
      found[property.name] = property.value
    }
    return found
  }

  @Test func tellsSystemdTheLimits() throws {
    var resources = Spec.Linux.Resources()
    resources.memory = .init(limit: 1 << 20, reservation: 1 << 19, swap: 3 << 20)
    resources.cpu = .init(shares: 1024, quota: 50_000, period: 100_000, cpus: "0-3,9", mems: "0")
    resources.pids = .init(limit: -1)
    resources.unified = ["memory.high": "max", "io.weight": "default 5"]
    #expect(
      try limits(resources) == [
        "MemoryMax": .uint64(1 << 20), "MemoryLow": .uint64(1 << 19),
        "MemorySwapMax": .uint64(2 << 20), "CPUWeight": .uint64(100),
        "CPUQuotaPeriodUSec": .uint64(100_000), "CPUQuotaPerSecUSec": .uint64(500_000),
        "TasksMax": .uint64(.max), "AllowedCPUs": .bytes([0b0000_1111, 0b10]),
        "AllowedMemoryNodes": .bytes([1]), "MemoryHigh": .uint64(.max),
      ])
    resources.unified = nil
    let legacy = try limits(resources, mode: .hybrid)
    #expect(legacy["MemoryLimit"] == .uint64(1 << 20))
    #expect(legacy["CPUShares"] == .uint64(1024))
    #expect(legacy["MemoryMax"] == nil)
    let old = try limits(resources, version: 239)
    #expect(old["CPUQuotaPeriodUSec"] == nil)
    #expect(old["AllowedCPUs"] == nil)
  }

  @Test func roundsQuotasUpToPercents() throws {
    var resources = Spec.Linux.Resources()
    resources.cpu = .init(quota: 33_333, period: 100_000)
    #expect(try limits(resources)["CPUQuotaPerSecUSec"] == .uint64(340_000))
    #expect(SystemdProperty.roundedQuota(.init(quota: 33_333, period: 100_000)) == 34_000)
    #expect(SystemdProperty.roundedQuota(.init(quota: 50_000)) == 50_000)
    #expect(SystemdProperty.roundedQuota(.init(quota: -1)) == -1)
    #expect(SystemdProperty.roundedQuota(.init(quota: .max, period: 1)) == .max)
    resources.cpu = .init(period: 100_000)
    #expect(try limits(resources)["CPUQuotaPerSecUSec"] == .uint64(.max))
    resources.cpu = .init(idle: 1)
    #expect(try limits(resources)["CPUWeight"] == .uint64(0))
    #expect(try limits(resources, version: 250)["CPUWeight"] == nil)
  }

  @Test(arguments: ["", "a", "3-1", "1-", "0-99999999", "-", "65536"])
  func refusesProcessorLists(list: String) {
    #expect(throws: CgroupError.self) { try SystemdProperty.cpuMask(list, field: "x") }
  }

  // MARK: Devices

  @Test func tellsSystemdTheDevices() throws {
    let rule = Spec.Linux.Resources.DeviceRule(
      allow: true, type: .block, major: 8, minor: 0, access: "r")
    let properties = SystemdProperty.devices(try DevicePolicy(DeviceRule.merged([rule])))
    #expect(properties.map(\.name) == ["DeviceAllow", "DevicePolicy", "DeviceAllow"])
    #expect(properties[1].value == .string("strict"))
    guard case .array(of: "(ss)", let entries) = properties[2].value else {
      Issue.record("not an array")
      return
    }
    func entry(_ node: String, _ access: String) -> DBusValue {
      .structure([.string(node), .string(access)])
    }
    #expect(entries.contains(entry("/dev/block/8:0", "r")))
    #expect(entries.contains(entry("char-*", "m")))
    #expect(entries.contains(entry("char-136", "rwm")))
    let all = SystemdProperty.devices(.allowingAll)
    #expect(all.last == SystemdProperty("DevicePolicy", .string("auto")))
  }

  // MARK: Annotations

  @Test func takesPropertiesFromAnnotations() throws {
    let properties = try SystemdProperty.fromAnnotations([
      "org.systemd.property.TimeoutStopSec": "uint64 5",
      "org.systemd.property.CollectMode": "'inactive-or-failed'",
      "org.systemd.property.RuntimeMaxUSec": "uint64 7", "other": "x",
    ])
    #expect(
      properties == [
        SystemdProperty("CollectMode", .string("inactive-or-failed")),
        SystemdProperty("RuntimeMaxUSec", .uint64(7)),
        SystemdProperty("TimeoutStopUSec", .uint64(5_000_000)),
      ])
  }

  /// CVE-2024-3154: a container's annotations must not reach what is not the container's.
  @Test(arguments: [
    "SuccessAction", "FailureAction", "JobTimeoutAction", "ExecStart", "ExecStopPost", "OnFailure",
    "Wants", "Requires", "BindsTo", "DeviceAllow", "DevicePolicy", "Delegate", "PIDs", "Slice",
    "User", "", "collectMode", "CollectMode ", "CollectMode=x",
  ])
  func refusesOtherProperties(name: String) {
    #expect(throws: CgroupError.self) {
      try SystemdProperty.fromAnnotations(["org.systemd.property.\(name)": "'reboot-force'"])
    }
  }

  @Test(arguments: ["'5'", "uint64 18446744073709551615", "-5", "true", "'a' 'b'", "1e40"])
  func refusesSeconds(text: String) {
    #expect(throws: CgroupError.self) {
      try SystemdProperty.fromAnnotations(["org.systemd.property.TimeoutStopSec": text])
    }
  }
}
