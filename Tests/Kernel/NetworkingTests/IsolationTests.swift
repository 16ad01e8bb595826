import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Networking

@Suite(.serialized, .enabled(if: Lab.isRoot, "needs root"))
struct IsolationTests {
  private func network(
    _ lab: Lab, _ name: String, _ options: [String: String] = [:], isInternal: Bool = false
  ) throws {
    var request = NewNetworkRequest(name: name)
    request.options = options
    request.isInternal = isInternal
    _ = try lab.service.create(request)
  }

  private func address(_ setup: NetworkSetup) throws -> String {
    "\(try #require(setup.statuses.first?.addresses.first?.address.address))"
  }

  @Test func networksDoNotReachEachOther() throws {
    let lab = try Lab()
    try network(lab, "n1")
    try network(lab, "n2")
    try network(lab, "open", ["isolate": "false"])
    let first = try lab.container("a", ["n1"])
    let second = try lab.container("b", ["n2"])
    let third = try lab.container("c", ["open"])
    _ = try lab.service.setUp(first)
    let target = try address(try lab.service.setUp(second))
    let open = try address(try lab.service.setUp(third))
    let listeners = [
      try lab.inside(second.namespace) { try Listener(80) },
      try lab.inside(third.namespace) { try Listener(80) },
    ]
    #expect(try lab.inside(first.namespace) { try connect(target, 80) } == nil)
    #expect(try lab.inside(first.namespace) { try connect(open, 80) } != nil)
    #expect(try listeners[1].peer() != nil)
    for container in [first, second, third] {
      try lab.service.tearDown(containerID: container.containerID)
    }
  }

  /// A port that is published is so for containers of other networks, too.
  @Test func publishedPortOfAnotherNetwork() throws {
    let lab = try Lab()
    _ = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
    try network(lab, "n1")
    try network(lab, "n2")
    let client = try lab.container("a", ["n1"])
    let server = try lab.container(
      "b", ["n2"], ports: [PortMapping(hostPort: 8080, containerPort: 80)])
    _ = try lab.service.setUp(client)
    _ = try lab.service.setUp(server)
    let listener = try lab.inside(server.namespace) { try Listener(80) }
    #expect(try lab.inside(client.namespace) { try connect("198.51.100.1", 8080) } != nil)
    #expect(try listener.peer() != nil)
  }

  @Test func internalNetworkHasNoWayOut() throws {
    let lab = try Lab()
    let outside = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
    try network(lab, "inner", isInternal: true)
    try network(lab, "n1")
    let container = try lab.container("a", ["inner"])
    let other = try lab.container("b", ["inner"])
    let free = try lab.container("c", ["n1"])
    _ = try lab.service.setUp(container)
    let neighbour = try address(try lab.service.setUp(other))
    _ = try lab.service.setUp(free)
    let listener = try lab.inside(outside) { try Listener(80) }
    let inner = try lab.inside(other.namespace) { try Listener(80) }
    #expect(try lab.inside(container.namespace) { try connect("198.51.100.2", 80) } == nil)
    #expect(try lab.inside(container.namespace) { try connect(neighbour, 80) } != nil)
    #expect(try inner.peer() != nil)
    // Another network's packets leave with this host's address.
    #expect(try lab.inside(free.namespace) { try connect("198.51.100.2", 80) } != nil)
    #expect(try listener.peer() == IPAddress("198.51.100.1"))
  }

  /// A neighbour on the line that sends to 127.0.0.1 reaches nothing (CVE-2020-8558 elsewhere).
  @Test func loopbackPortIsNotReachedFromOutside() throws {
    let lab = try Lab()
    let outside = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
    let mapping = PortMapping(
      hostAddress: IPAddress("127.0.0.1"), hostPort: 8080, containerPort: 80)
    let container = try lab.container("a", ports: [mapping])
    let other = try lab.container("b")
    _ = try lab.service.setUp(container)
    _ = try lab.service.setUp(other)
    let listener = try lab.inside(container.namespace) { try Listener(80) }
    let ofHost = try Listener(9000, "127.0.0.1")
    #expect(try connect("127.0.0.1", 8080) != nil)
    #expect(try listener.peer() != nil)
    #expect(try connect("198.51.100.1", 8080) == nil)
    for namespace in [outside, other.namespace] {
      try lab.inside(namespace) {
        let device = namespace == outside ? "line" : "eth0"
        try KernelParameter.set("ipv4/conf/\(device)/route_localnet", "1")
        var session = RouteSession(try KernelSocket(.route))
        let gateway: [UInt8] = namespace == outside ? [198, 51, 100, 1] : [10, 88, 0, 1]
        let loopback = Link.loopbackIndex
        try session.remove(Address([127, 0, 0, 1], prefixLength: 8), from: loopback)
        try session.add(Route(to: [127, 0, 0, 0], prefixLength: 8, gateway: gateway))
        #expect(try connect("127.0.0.1", 8080, milliseconds: 100) == nil)
        #expect(try connect("127.0.0.1", 9000, milliseconds: 100) == nil)
      }
    }
    withExtendedLifetime(ofHost) {}
  }
}
