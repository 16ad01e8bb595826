import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Networking

@Suite(.serialized, .enabled(if: Lab.isRoot, "needs root"))
struct BridgeTests {
  @Test func containerOfTheDefaultNetworkReachesTheHostAndOthers() throws {
    let lab = try Lab()
    let first = try lab.container("a")
    let second = try lab.container("b")
    let one = try lab.service.setUp(first).statuses
    let two = try lab.service.setUp(second).statuses
    #expect(one.first?.addresses.first?.address == Subnet("10.88.0.2/16"))
    #expect(two.first?.addresses.first?.address == Subnet("10.88.0.3/16"))
    #expect(one.first?.interface == "eth0" && one.first?.mac != nil)
    let listener = try lab.inside(second.namespace) { try Listener(80) }
    _ = try lab.inside(first.namespace) { try connect("10.88.0.3", 80) }
    #expect(try listener.peer() == IPAddress("10.88.0.2"))
    let ofHost = try Listener(81)
    _ = try lab.inside(first.namespace) { try connect("10.88.0.1", 81) }
    #expect(try ofHost.peer() == IPAddress("10.88.0.2"))
    try lab.service.tearDown(containerID: first.containerID)
    try lab.service.tearDown(containerID: second.containerID)
    #expect(try lab.service.states.all().isEmpty)
  }

  @Test func publishedPortIsReachedFromEverywhere() throws {
    let lab = try Lab()
    let outside = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
    let mapping = PortMapping(hostPort: 8080, containerPort: 80)
    let container = try lab.container("a", ports: [mapping])
    _ = try lab.service.setUp(container)
    let listener = try lab.inside(container.namespace) { try Listener(80) }
    // From another host: its address is kept.
    let far = try lab.inside(outside) { try connect("198.51.100.1", 8080) }
    #expect(far != nil)
    #expect(try listener.peer() == IPAddress("198.51.100.2"))
    // From this host by its loopback address.
    #expect(try connect("127.0.0.1", 8080) != nil)
    #expect(try listener.peer() == IPAddress("10.88.0.1"))
    #expect(try connect("198.51.100.1", 8080) != nil)
    #expect(try listener.peer() != nil)
    // From the container itself.
    #expect(try lab.inside(container.namespace) { try connect("198.51.100.1", 8080) } != nil)
    #expect(try listener.peer() != nil)
    try lab.service.tearDown(containerID: container.containerID)
    #expect(try lab.inside(outside) { try connect("198.51.100.1", 8080, milliseconds: 100) } == nil)
  }
}
