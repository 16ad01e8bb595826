import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Networking

/// podman-dns, where `make build` lays it or beside the tests.
private let program: String? = {
  let here = (try? CurrentProcess.workingDirectory()) ?? ""
  let own = CommandLine.arguments[0]
  let path = own.hasPrefix("/") ? own : "\(here)/\(own)"
  let folder = path.split(separator: "/").dropLast().joined(separator: "/")
  return ["\(here)/build/libexec/podman/podman-dns", "/\(folder)/podman-dns"].first { path in
    (try? checkExecutable(path)) != nil
  }
}()

/// Asks for a name; the answer's code and the addresses in it. Nil where nobody answers.
private func ask(
  _ name: String, _ kind: UInt16 = 1, at server: String, overTCP: Bool = false
) throws -> (code: UInt8, addresses: [IPAddress])? {
  var message: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  for label in name.split(separator: ".") { message += [UInt8(label.utf8.count)] + label.utf8 }
  message += [0, UInt8(kind >> 8), UInt8(kind & 0xFF), 0, 1]
  let address = try #require(IPAddress(server))
  let socket = SharedDescriptor(
    try InternetSocket.open(overTCP ? .tcp : .udp, isV6: address.isV6))
  try InternetSocket.connect(socket.lent, to: .init(address: address.bytes, port: 53))
  if overTCP { message = [0, UInt8(message.count)] + message }
  try socket.lent.writeAll(message)
  guard try socket.lent.isReadable(within: 2000) else { return nil }
  var answer = try socket.lent.readSome(limit: 4096)
  if overTCP { answer.removeFirst(2) }
  // Addresses are the last 4 or 16 bytes of each record, whose head has 12.
  let count = Int(answer[7])
  let size = kind == 28 ? 16 : 4
  let records = answer.dropFirst(message.count - (overTCP ? 2 : 0))
  let addresses = (0..<count).compactMap { index in
    IPAddress(bytes: Array(records.dropFirst(index * (12 + size) + 12).prefix(size)))
  }
  return (answer[3] & 15, addresses)
}

@Suite(
  .serialized, .enabled(if: Lab.isRoot, "needs root"),
  .enabled(if: program != nil, "podman-dns is not built"))
struct NameServerTests {
  private func named(_ lab: Lab, _ names: String...) throws {
    for name in names {
      var request = NewNetworkRequest(name: name)
      request.isIPv6Enabled = true
      _ = try lab.service.create(request)
    }
  }

  @Test func namesAreFoundAsSoonAsAContainerIsSetUp() throws {
    let lab = try Lab(nameServer: program)
    try named(lab, "n1")
    let first = try lab.container("web", ["n1"])
    var second = try lab.container("db", ["n1"])
    second.attachments[0].aliases = ["Data"]
    let one = try lab.service.setUp(first)
    let two = try lab.service.setUp(second)
    let server = try #require(one.statuses.first?.dnsServers.first)
    let address = try #require(two.statuses.first?.addresses.first?.address.address)
    try lab.inside(first.namespace) {
      for name in ["db", "DB", "data", "db.dns.podman", String(second.containerID.prefix(12))] {
        let answer = try ask(name, at: "\(server)")
        #expect(answer?.addresses == [address], "\(name)")
      }
      #expect(try ask("db", at: "\(server)", overTCP: true)?.addresses == [address])
      #expect(try ask("db", 28, at: "\(server)")?.addresses.first?.isV6 == true)
      #expect(try ask("nobody", at: "\(server)")?.code == 3)
    }
    try lab.service.tearDown(containerID: second.containerID)
    #expect(try lab.inside(first.namespace) { try ask("db", at: "\(server)") }?.code == 3)
    try lab.service.tearDown(containerID: first.containerID)
    // The server is gone with its last container.
    #expect(throws: SystemError.self) {
      _ = try UnixSocket.connect(.sequencedPacket, to: "\(lab.folder)/run/dns/control")
    }
  }

  @Test func containersOfOtherNetworksAreNotSeen() throws {
    let lab = try Lab(nameServer: program)
    try named(lab, "n1", "n2")
    let first = try lab.container("web", ["n1"])
    let second = try lab.container("db", ["n2"])
    let both = try lab.container("proxy", ["n1", "n2"])
    let server = try #require(try lab.service.setUp(first).statuses.first?.dnsServers.first)
    _ = try lab.service.setUp(second)
    _ = try lab.service.setUp(both)
    #expect(try lab.inside(first.namespace) { try ask("db", at: "\(server)") }?.code == 3)
    #expect(try lab.inside(both.namespace) { try ask("db", at: "\(server)") }?.code == 0)
    for container in [first, second, both] {
      try lab.service.tearDown(containerID: container.containerID)
    }
  }

  /// Others have been blocked by a single one of these (podman's CVE-2024-8418).
  @Test func idleConnectionsStopNobody() throws {
    let lab = try Lab(nameServer: program)
    try named(lab, "n1")
    let container = try lab.container("web", ["n1"])
    let server = try #require(try lab.service.setUp(container).statuses.first?.dnsServers.first)
    try lab.inside(container.namespace) {
      var idle: [SharedDescriptor] = []
      for _ in 0..<100 {
        let socket = SharedDescriptor(try InternetSocket.open(.tcp, isV6: server.isV6))
        try InternetSocket.connect(socket.lent, to: .init(address: server.bytes, port: 53))
        idle.append(socket)
      }
      #expect(try ask("web", at: "\(server)")?.code == 0)
      #expect(try ask("web", at: "\(server)", overTCP: true)?.code == 0)
      withExtendedLifetime(idle) {}
    }
    try lab.service.tearDown(containerID: container.containerID)
  }

  @Test func emptiedFirewallIsNoticed() throws {
    let lab = try Lab(nameServer: program)
    var service = lab.service
    let mark = "\(lab.folder)/restored"
    service.configuration.restoreCommand = ["/usr/bin/touch", mark]
    let container = try lab.container(
      "web", ports: [PortMapping(hostPort: 8080, containerPort: 80)])
    _ = try service.setUp(container)
    // The changes of other containers are nothing to it.
    let other = try lab.container("db", ports: [PortMapping(hostPort: 8081, containerPort: 80)])
    _ = try service.setUp(other)
    try service.tearDown(containerID: other.containerID)
    #expect((try? openFile(mark, [.path])) == nil)
    var firewall = FirewallFlush()
    try firewall.run()
    for _ in 0..<200 where (try? openFile(mark, [.path])) == nil {
      MonotonicClock.sleep(milliseconds: 10)
    }
    #expect((try? openFile(mark, [.path])) != nil)
    try service.tearDown(containerID: container.containerID)
  }
}
