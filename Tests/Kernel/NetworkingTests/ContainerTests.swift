import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Networking

@Suite(.serialized, .enabled(if: Lab.isRoot, "needs root"))
struct ContainerTests {
  @Test func everythingThatIsAskedFor() throws {
    let lab = try Lab()
    var request = NewNetworkRequest(name: "n1")
    request.isIPv6Enabled = true
    request.options = ["mtu": "1400", "metric": "7"]
    request.subnets = [.init(subnet: try #require(Subnet("10.77.0.0/24")))]
    let destination = try #require(Subnet("10.99.0.0/16"))
    request.routes = [
      NetworkRoute(
        destination: destination, gateway: try #require(IPAddress("10.77.0.9")), metric: 3)
    ]
    let network = try lab.service.create(request)
    var container = try lab.container("a", ["n1"])
    container.attachments[0].interface = "net7"
    container.attachments[0].staticMAC = MACAddress("92:d0:c6:0a:29:33")
    container.attachments[0].staticAddresses = [try #require(IPAddress("10.77.0.40"))]
    let status = try #require(try lab.service.setUp(container).statuses.first)
    #expect(status.interface == "net7" && status.mac == MACAddress("92:d0:c6:0a:29:33"))
    #expect(status.addresses.map { "\($0.address)" }.first == "10.77.0.40/24")
    #expect(status.addresses.count == 2 && network.isIPv6Enabled)
    try lab.inside(container.namespace) {
      var session = RouteSession(try KernelSocket(.route))
      let link = try session.link(named: "net7")
      #expect(link.isUp && link.mtu == 1400)
      let routes = try session.routes().filter { $0.table == Route.mainTable }
      #expect(
        routes.contains { $0.prefixLength == 0 && $0.metric == 7 && $0.gateway == [10, 77, 0, 1] })
      #expect(routes.contains { $0.destination == [10, 99, 0, 0] && $0.metric == 3 })
      #expect(routes.contains { $0.prefixLength == 0 && $0.family == Address.familyV6 })
      let own = try session.addresses(of: link.index).filter { $0.family == Address.familyV6 }
      #expect(own.contains { $0.isGlobal && $0.isPermanent && $0.flags & 0x40 == 0 })
    }
    // Addresses that are taken, or no container's.
    var second = try lab.container("b", ["n1"])
    for text in ["10.77.0.40", "10.77.0.1", "10.77.0.255", "10.78.0.2"] {
      second.attachments[0].staticAddresses = [try #require(IPAddress(text))]
      #expect(throws: NetworkError.self) { try lab.service.setUp(second) }
    }
    #expect(try lab.service.states.all().count == 1)
  }

  @Test func severalNetworksAndTheirChange() throws {
    let lab = try Lab()
    for name in ["n1", "n2", "n3"] { _ = try lab.service.create(NewNetworkRequest(name: name)) }
    let container = try lab.container(
      "a", ["n1", "n2"], ports: [PortMapping(hostPort: 8080, containerPort: 80)])
    #expect(try lab.service.setUp(container).statuses.map(\.interface) == ["eth0", "eth1"])
    let listener = try lab.inside(container.namespace) { try Listener(80) }
    let status = try lab.service.connect(
      containerID: container.containerID, NetworkAttachment(network: "n3"))
    #expect(status.interface == "eth2")
    #expect(throws: NetworkError.self) {
      try lab.service.connect(
        containerID: container.containerID, NetworkAttachment(network: "n3"))
    }
    // The port follows to the next network's address.
    try lab.service.disconnect(containerID: container.containerID, network: "n1")
    #expect(try connect("127.0.0.1", 8080) != nil)
    #expect(try listener.peer() != nil)
    #expect(try lab.service.statuses(containerID: container.containerID).count == 2)
    #expect(throws: NetworkError.self) { try lab.service.remove("n2") }
    try lab.service.tearDown(containerID: container.containerID)
    for name in ["n1", "n2", "n3"] { try lab.service.remove(name) }
    #expect(try lab.links().count { $0.kind == "bridge" } == 0)
  }

  @Test func rangesAndProtocols() throws {
    let lab = try Lab()
    let container = try lab.container(
      "a",
      ports: [
        PortMapping(hostPort: 8000, containerPort: 7000, count: 300),
        PortMapping(hostPort: 8000, containerPort: 53, transport: .udp),
      ])
    let held = try lab.service.setUp(container).heldPorts
    #expect(held.count == 301)
    let listener = try lab.inside(container.namespace) { try Listener(7299) }
    #expect(try connect("127.0.0.1", 8299) != nil)
    #expect(try listener.peer() != nil)
    let datagrams = try lab.inside(container.namespace) {
      SharedDescriptor(
        try InternetSocket.bind(.udp, to: .init(address: [0, 0, 0, 0], port: 53), .nonBlocking))
    }
    let client = SharedDescriptor(try InternetSocket.open(.udp, isV6: false))
    try InternetSocket.send(
      [1, 2], from: client.lent, to: .init(address: [127, 0, 0, 1], port: 8000))
    #expect(try datagrams.lent.isReadable(within: 1000))
    withExtendedLifetime(held) {}
  }

  @Test func portsThatAreTaken() throws {
    let lab = try Lab()
    let program = try Listener(8080)
    let mapping = PortMapping(hostPort: 8080, containerPort: 80)
    let first = try lab.container("a", ports: [mapping])
    let error = #expect(throws: NetworkError.self) { try lab.service.setUp(first) }
    #expect("\(try #require(error))".contains("(pid \(CurrentProcess.id))"))
    withExtendedLifetime(program) {}
    // What was made until then is gone.
    #expect(try lab.service.states.all().isEmpty)

    let other = PortMapping(hostPort: 8081, containerPort: 80)
    let second = try lab.container("b", ports: [other])
    var held = try lab.service.setUp(second).heldPorts
    held = []
    let third = try lab.container("c", ports: [other])
    let conflict = #expect(throws: NetworkError.self) { try lab.service.setUp(third) }
    #expect("\(try #require(conflict))".contains("container b"))
    withExtendedLifetime(held) {}
    // One that died is nobody any more: its port and its address can be had.
    try lab.removeNamespace(second.namespace)
    _ = try lab.service.setUp(third)
    #expect(try lab.service.states.all().map(\.containerName) == ["c"])
  }

  @Test func rulesComeBackAfterAFlush() throws {
    let lab = try Lab()
    let first = try lab.container("a", ports: [PortMapping(hostPort: 8080, containerPort: 80)])
    _ = try lab.service.setUp(first)
    let listener = try lab.inside(first.namespace) { try Listener(80) }
    try flush()
    #expect(try connect("127.0.0.1", 8080) == nil)
    try lab.service.reload()
    #expect(try connect("127.0.0.1", 8080) != nil)
    #expect(try listener.peer() != nil)
    // The next container's set-up brings those of all others back, too.
    try flush()
    _ = try lab.service.setUp(try lab.container("b"))
    #expect(try connect("127.0.0.1", 8080) != nil)
    #expect(try listener.peer() != nil)
    // A tear-down does not mind.
    try flush()
    try lab.service.tearDown(containerID: first.containerID)
  }

  private func flush() throws {
    var session = FirewallFlush()
    try session.run()
  }

  /// `NETWORK_CYCLES=10000` in the environment for a long run.
  @Test func cyclesLeaveNothing() throws {
    let count = CurrentProcess.environmentVariable("NETWORK_CYCLES").flatMap { Int($0) } ?? 50
    let lab = try Lab()
    let mapping = PortMapping(hostPort: 8080, containerPort: 80)
    for round in 0..<count {
      let container = try lab.container("a\(round)", ports: [mapping])
      _ = try lab.service.setUp(container)
      try lab.service.tearDown(containerID: container.containerID)
      try lab.removeNamespace(container.namespace)
    }
    #expect(try lab.service.states.all().isEmpty)
    let leases = try openFile("\(lab.folder)/run/leases/podman", [.readOnly, .directory])
    #expect(try leases.lent.entryNames().filter { !$0.hasPrefix("last-") }.isEmpty)
    // Devices go with their namespaces, in the kernel's own time.
    for _ in 0..<200 where try lab.links().contains(where: { $0.kind == "veth" }) {
      MonotonicClock.sleep(milliseconds: 20)
    }
    #expect(try !lab.links().contains { $0.kind == "veth" })
  }

  /// Whether the kernel has devices of this kind.
  private static func has(_ kind: NewLink.Kind) -> Bool {
    guard let lab = try? Lab() else { return false }
    defer { withExtendedLifetime(lab) {} }
    do {
      _ = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
      var session = RouteSession(try KernelSocket(.route))
      var link = NewLink(name: "probe", kind)
      link.parent = try session.link(named: "to-x").index
      try session.add(link)
      return true
    } catch {
      return false
    }
  }

  @Test(
    arguments: [("macvlan", NewLink.Kind.macvlan(.bridge)), ("ipvlan", .ipvlan(.l2))]
      .filter { has($0.1) }.map(\.0))
  func devicesOnAParent(_ driver: String) throws {
    let lab = try Lab()
    let outside = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
    var request = NewNetworkRequest(name: "n1")
    request.driver = driver
    request.options = ["parent": "to-x"]
    request.subnets = [
      .init(
        subnet: try #require(Subnet("198.51.100.0/24")), gateway: IPAddress("198.51.100.1"),
        leaseRange: .init(start: IPAddress("198.51.100.10"), end: IPAddress("198.51.100.12")))
    ]
    _ = try lab.service.create(request)
    let container = try lab.container("a", ["n1"])
    let status = try #require(try lab.service.setUp(container).statuses.first)
    #expect("\(try #require(status.addresses.first).address)" == "198.51.100.10/24")
    let listener = try lab.inside(outside) { try Listener(80) }
    #expect(
      try lab.inside(container.namespace) { try connect("198.51.100.2", 80, milliseconds: 1500) }
        != nil)
    #expect(try listener.peer() == IPAddress("198.51.100.10"))
    try lab.service.tearDown(containerID: container.containerID)
  }
}
