import ImageSpec
import RuntimeSpec
import Testing

@testable import Engine

@Suite struct ResolutionTests {
  /// An image cannot reach variables of the host, whatever it writes.
  @Test func theImagesVariablesAreTakenAsTheyAre() {
    let environment = ContainerEnvironment(
      ProcessRequest(), defaults: ["PATH=/bin"],
      image: ["HOME", "*", "=x", "A=1", "PATH=/i", "B=$HOME"],
      host: ["HOME": "/secret", "A": "host"], passesHost: false, passesProxies: true)
    #expect(environment.entries == ["PATH=/i", "container=podman", "A=1", "B=$HOME"])
  }

  @Test func whatWasAskedForComesLast() {
    var request = ProcessRequest()
    request.hasTerminal = true
    request.environment = [("A", "2"), ("TERM", "dumb")]
    request.environmentMerges = ["PATH=${PATH}:/more"]
    request.unsetVariables = ["B"]
    let environment = ContainerEnvironment(
      request, defaults: ["PATH=/bin"], image: ["A=1", "B=1"], host: ["http_proxy": "p"],
      passesHost: false, passesProxies: true)
    #expect(
      environment.entries == [
        "PATH=/bin:/more", "TERM=dumb", "container=podman", "A=2", "http_proxy=p",
      ])
  }

  /// An image's label can only take capabilities away.
  @Test func anImageNeverAddsCapabilities() throws {
    let result = try ContainerCapabilities(
      SecurityRequest(), isPrivileged: false, defaults: ["CHOWN", "KILL"],
      imageLabel: "SYS_ADMIN,KILL")
    #expect(result.all == ["CAP_KILL"])
  }

  @Test func capabilitiesAreAddedAndDropped() throws {
    var request = SecurityRequest()
    request.droppedCapabilities = ["all"]
    request.addedCapabilities = ["net_bind_service", "CAP_KILL"]
    let result = try ContainerCapabilities(
      request, isPrivileged: false, defaults: ["CHOWN"], imageLabel: nil)
    #expect(result.all == ["CAP_KILL", "CAP_NET_BIND_SERVICE"])
    request.addedCapabilities = ["nosuch"]
    #expect(throws: EngineError.self) {
      try ContainerCapabilities(request, isPrivileged: false, defaults: [], imageLabel: nil)
    }
  }

  @Test func aDefaultLimitIsLoweredAndAskedOnesAreNot() throws {
    let limits = try ContainerLimits.resolve(
      requested: ["nofile=5000000"], defaults: ["nproc=9000000:9000000"], maximum: { _ in 20000 })
    #expect(limits.first { $0.type == .processes }?.hard == 20000)
    #expect(limits.first { $0.type == .openFiles }?.hard == 5_000_000)
    for text in ["", "nofile", "nofile=a", "nofile=3:2", "nosuch=1"] {
      #expect(throws: EngineError.self) { try ContainerLimits.limit(text) }
    }
  }

  @Test(arguments: [
    ("kernel.core_pattern", false), ("kernel.shmmax", true), ("net.ipv4.ip_forward", true),
    ("fs.mqueue.msg_max", true), ("vm.swappiness", false), ("net.a+b", false), ("net..x", false),
  ])
  func onlyNamespacedParametersCanBeSet(_ name: String, _ isAllowed: Bool) {
    #expect((ContainerResolution.refusal(name, ContainerNamespaces()) == nil) == isAllowed)
  }

  @Test func aMountIsReadFromAVolumeOption() throws {
    let bind = try ContainerMount(volume: "./x:/a/../b:ro,Z,U", in: "/work")
    #expect(bind.kind == .bind && bind.source == "/work/./x" && bind.destination == "/b")
    #expect(bind.isReadOnly && bind.relabel == "Z" && bind.changesOwner)
    let named = try ContainerMount(volume: "data:/d:nocopy", in: "/")
    #expect(named.kind == .volume && named.source == "data" && !named.copiesUp)
    #expect(try ContainerMount(volume: "/d", in: "/").isAnonymous)
    for text in ["", "/a:b", "a:/", "a b:/c", "x:/y:bad", "a:/b:c:d"] {
      #expect(throws: EngineError.self) { try ContainerMount(volume: text, in: "/") }
    }
  }

  @Test func aMountIsReadFromAMountOption() throws {
    let bind = try ContainerMount(
      mount: "type=bind,src=/a,dst=/b,ro=true,bind-propagation=rshared", in: "/")
    #expect(bind.options == ["ro", "rshared"])
    let tmpfs = try ContainerMount(
      mount: "type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777", in: "/")
    #expect(tmpfs.options == ["size=1m", "mode=1777"])
    for text in [
      "type=bind,dst=/b", "type=nosuch,dst=/b", "type=bind,src=/a", "type=bind,src=/a,dst=/b,bad",
      "type=bind,src=/a,dst=/b,bind-propagation=x", "type=volume,src=a,dst=/b,subpath=../x",
    ] {
      #expect(throws: EngineError.self) { try ContainerMount(mount: text, in: "/") }
    }
  }

  @Test func aUsersNumberIsKept() throws {
    let maps = try UserMappings.keeping(1000, size: nil, available: 65537)
    #expect(
      maps == [
        .init(containerID: 0, hostID: 1, size: 1000), .init(containerID: 1000, hostID: 0, size: 1),
        .init(containerID: 1001, hostID: 1001, size: 64536),
      ])
  }

  @Test func aFreeRowOfNumbersIsFound() {
    let pool = [SubordinateRange(first: 100, count: 30)]
    #expect(UserMappings.free(10, in: pool, without: []) == 100)
    let taken = [SubordinateRange(first: 100, count: 10), SubordinateRange(first: 115, count: 5)]
    #expect(UserMappings.free(10, in: pool, without: taken) == 120)
    #expect(UserMappings.free(11, in: pool, without: taken) == nil)
  }

  @Test(arguments: [("1h30m", 5_400_000_000_000), ("2.5s", 2_500_000_000), ("0", 0)])
  func lengthsOfTime(_ text: String, _ nanoseconds: Int64) {
    #expect(TimeText.duration(text) == nanoseconds)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:01Z", 1_000_000_000),
    ("2026-11-24T12:00:00.5+01:00", 1_795_518_000_500_000_000),
    ("2000-02-29", 951_782_400_000_000_000),
  ])
  func moments(_ text: String, _ nanoseconds: Int64) {
    #expect(TimeText.nanoseconds(text) == nanoseconds)
  }
}
