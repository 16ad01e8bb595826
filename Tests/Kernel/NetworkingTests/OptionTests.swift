import Firewall
import LinuxSystem
import Netlink
import SystemPackage
import Testing

@testable import Networking

/// What a network's options do on the kernel.
@Suite(.serialized, .enabled(if: Lab.isRoot, "needs root"))
struct OptionTests {
  private func network(
    _ lab: Lab, _ name: String, _ options: [String: String], interface: String? = nil,
    subnet: String? = nil
  ) throws -> Network {
    var request = NewNetworkRequest(name: name)
    request.options = options
    request.interface = interface
    if let subnet { request.subnets = [.init(subnet: try #require(Subnet(subnet)))] }
    return try lab.service.create(request)
  }

  private func address(_ setup: NetworkSetup) throws -> String {
    "\(try #require(setup.statuses.first?.addresses.first?.address.address))"
  }

  @Test func noDefaultRoute() throws {
    let lab = try Lab()
    _ = try network(lab, "n1", ["no_default_route": "1"])
    let container = try lab.container("a", ["n1"])
    _ = try lab.service.setUp(container)
    try lab.inside(container.namespace) {
      var session = RouteSession(try KernelSocket(.route))
      #expect(try !session.routes().contains { $0.prefixLength == 0 && $0.gateway != nil })
    }
  }

  /// Strict isolation also from networks without isolation, in both directions of a new connection
  /// from the strict one.
  @Test func strictIsolation() throws {
    let lab = try Lab()
    _ = try network(lab, "strict", ["isolate": "strict"])
    _ = try network(lab, "open", ["isolate": "false"])
    let first = try lab.container("a", ["strict"])
    let second = try lab.container("b", ["open"])
    _ = try lab.service.setUp(first)
    let open = try address(try lab.service.setUp(second))
    let listener = try lab.inside(second.namespace) { try Listener(80) }
    #expect(try lab.inside(first.namespace) { try connect(open, 80) } == nil)
    #expect(try connect(open, 80) != nil)
    #expect(try listener.peer() != nil)
  }

  /// An unmanaged bridge is somebody else's: it has to be there, and gets no address, rule or port.
  @Test func unmanagedBridge() throws {
    let lab = try Lab()
    _ = try network(lab, "n1", ["mode": "unmanaged"], interface: "br9", subnet: "10.66.0.0/24")
    let container = try lab.container(
      "a", ["n1"], ports: [PortMapping(hostPort: 8080, containerPort: 80)])
    #expect(throws: NetworkError.self) { try lab.service.setUp(container) }
    var session = RouteSession(try KernelSocket(.route))
    try session.add(NewLink(name: "br9", .bridge(filtersVLANs: false)))
    try session.setUp(true, try session.link(named: "br9").index)
    let setup = try lab.service.setUp(container)
    #expect(try address(setup).hasPrefix("10.66.0."))
    let index = try session.link(named: "br9").index
    #expect(try !session.addresses(of: index).contains { $0.family == Address.familyV4 })
    var firewall = FirewallSession(try KernelSocket(.netfilter))
    #expect(try !firewall.hasTable("podman"))
    try lab.service.tearDown(containerID: container.containerID)
    _ = try lab.service.remove("n1")
    #expect(try session.link(named: "br9").index == index)
  }

  /// firewalld, where it is, hears of bridges when they are made, when rules are restored, and when the
  /// network goes.
  @Test func firewalldIsTold() throws {
    let lab = try Lab()
    var service = lab.service
    service.configuration.helperFolders = [lab.folder]
    let calls = "\(lab.folder)/calls"
    let folder = try openFile(lab.folder, [.readOnly, .directory])
    try folder.lent.replaceFile(
      "firewall-cmd", contents: Array("#!/bin/sh\necho \"$@\" >> \(calls)\n".utf8), mode: 0o755)
    func told() throws -> [String] {
      let text = (try? readFile(calls, limit: 1 << 16)) ?? []
      try? removeFile(calls)
      return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    _ = try network(lab, "n1", [:], subnet: "10.66.0.0/24")
    let earlier = try lab.container("c", ["n1"])
    _ = try service.setUp(earlier)
    #expect(try told() == [])
    try service.tearDown(containerID: earlier.containerID)
    var session = RouteSession(try KernelSocket(.route))
    let bridge = try #require(try service.network("n1").interface)
    try session.deleteLink(named: bridge)

    var batch = FirewallBatch(table: "firewalld")
    batch.createTable()
    var firewall = FirewallSession(try KernelSocket(.netfilter))
    try firewall.commit(batch)
    let first = try lab.container("a", ["n1"])
    _ = try service.setUp(first)
    let second = try lab.container("b", ["n1"])
    _ = try service.setUp(second)
    #expect(try told() == ["--quiet --zone=trusted --add-source=10.66.0.0/24"])
    try service.reload()
    #expect(try told() == ["--quiet --zone=trusted --add-source=10.66.0.0/24"])
    for container in [first, second] { try service.tearDown(containerID: container.containerID) }
    _ = try service.remove("n1")
    #expect(try told() == ["--quiet --zone=trusted --remove-source=10.66.0.0/24"])
  }

  private static func can(_ link: NewLink) -> Bool {
    guard let lab = try? Lab() else { return false }
    defer { withExtendedLifetime(lab) {} }
    guard let socket = try? KernelSocket(.route) else { return false }
    var session = RouteSession(socket)
    return (try? session.add(link)) != nil
  }

  /// Containers of two VLANs of one bridge do not see each other, those of one do.
  @Test(
    .enabled(
      if: can(NewLink(name: "probe", .bridge(filtersVLANs: true))),
      "the kernel's bridges know no VLANs"))
  func vlansOfOneBridge() throws {
    let lab = try Lab()
    var session = RouteSession(try KernelSocket(.route))
    try session.add(NewLink(name: "br9", .bridge(filtersVLANs: true)))
    try session.setUp(true, try session.link(named: "br9").index)
    // One bridge for both networks, as an administrator has it: its file says so.
    for (name, vlan) in [("n1", "10"), ("n2", "20")] {
      var made = try network(lab, name, ["vlan": vlan], interface: "tmp")
      made.options = ["mode": "unmanaged", "vlan": vlan]
      made.interface = "br9"
      made.subnets = [NetworkSubnet(subnet: try #require(Subnet("10.66.0.0/24")))]
      try lab.service.files.write(made)
    }
    let first = try lab.container("a", ["n1"])
    let same = try lab.container("b", ["n1"])
    var other = try lab.container("c", ["n2"])
    other.attachments[0].staticAddresses = [try #require(IPAddress("10.66.0.99"))]
    _ = try lab.service.setUp(first)
    let target = try address(try lab.service.setUp(same))
    _ = try lab.service.setUp(other)
    let listeners = [
      try lab.inside(same.namespace) { try Listener(80) },
      try lab.inside(other.namespace) { try Listener(80) },
    ]
    #expect(try lab.inside(first.namespace) { try connect(target, 80) } != nil)
    #expect(try listeners[0].peer() != nil)
    #expect(try lab.inside(first.namespace) { try connect("10.66.0.99", 80) } == nil)
  }

  @Test(.enabled(if: can(NewLink(name: "probe", .vrf(table: 77))), "the kernel has no VRF"))
  func bridgeInAVRF() throws {
    let lab = try Lab()
    var session = RouteSession(try KernelSocket(.route))
    try session.add(NewLink(name: "blue", .vrf(table: 77)))
    try session.setUp(true, try session.link(named: "blue").index)
    let made = try network(lab, "n1", ["vrf": "blue"], subnet: "10.66.0.0/24")
    let container = try lab.container("a", ["n1"])
    _ = try lab.service.setUp(container)
    let bridge = try session.link(named: try #require(made.interface))
    #expect(bridge.master == (try session.link(named: "blue").index))
  }

  /// The modes of macvlan: containers of a private one do not see each other.
  @Test(arguments: ["bridge", "private", "vepa"])
  func modesOfMacvlan(_ mode: String) throws {
    let lab = try Lab()
    _ = try lab.addNeighbour("x", "198.51.100.2", gateway: "198.51.100.1")
    var request = NewNetworkRequest(name: "n1")
    request.driver = "macvlan"
    request.options = ["parent": "to-x", "mode": mode, "bclim": "-1"]
    request.subnets = [.init(subnet: try #require(Subnet("10.66.0.0/24")))]
    _ = try lab.service.create(request)
    let first = try lab.container("a", ["n1"])
    let second = try lab.container("b", ["n1"])
    _ = try lab.service.setUp(first)
    let target = try address(try lab.service.setUp(second))
    let listener = try lab.inside(second.namespace) { try Listener(80) }
    let isSeen = try lab.inside(first.namespace) { try connect(target, 80) } != nil
    #expect(isSeen == (mode == "bridge"))
    withExtendedLifetime(listener) {}
  }
}
