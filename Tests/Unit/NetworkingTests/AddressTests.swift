import Firewall
import Testing

@testable import Networking

struct AddressTests {
  @Test(arguments: [
    "10.88.0.1", "255.255.255.255", "0.0.0.0", "::", "::1", "fd00::1", "2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1", "fe80::a:b:c:d",
  ])
  func textComesBack(_ text: String) {
    #expect(IPAddress(text).map { "\($0)" } == text)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "+1.2.3.4", "1.2.3.4 ", ":", ":::",
    "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "fe80::1%eth0", "::+1", "1.2.3.-4",
  ])
  func otherTextsAreNone(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func otherSpellingsOfOne() {
    #expect(IPAddress("::ffff:10.0.0.1")?.bytes.suffix(6) == [255, 255, 10, 0, 0, 1])
    #expect(IPAddress("FD00:0:0:0:0:0:0:1").map { "\($0)" } == "fd00::1")
  }

  @Test func subnets() throws {
    let subnet = try #require(Subnet("10.89.1.5/24"))
    #expect("\(subnet.network)" == "10.89.1.0/24")
    #expect(subnet.hosts == IPAddress.v4(0x0A59_0101)...IPAddress.v4(0x0A59_01FE))
    let other = try #require(Subnet("10.89.0.0/16"))
    #expect(subnet.overlaps(other) && other.overlaps(subnet))
    #expect(!subnet.overlaps(.everythingV6))
    let point = try #require(Subnet("10.0.0.0/31"))
    #expect(point.hosts.upperBound == IPAddress("10.0.0.1"))
    for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "fd00::/129", "/8"] {
      #expect(Subnet(text) == nil)
    }
    #expect(Subnet("::/0")?.last == .v6(.max))
  }

  @Test func hardwareAddresses() {
    #expect(MACAddress("92:D0:c6:0a:29:33").map { "\($0)" } == "92:d0:c6:0a:29:33")
    #expect(MACAddress("92d0.c60a.2933").map { "\($0)" } == "92:d0:c6:0a:29:33")
    for text in ["", "92:d0:c6:0a:29", "92:d0:c6:0a:29:3g", "9:2:d:0:c:6", "+2:d0:c6:0a:29:33"] {
      #expect(MACAddress(text) == nil)
    }
  }
}

struct HostsFileTests {
  @Test func linesInPodmansOrder() throws {
    var file = HostsFile()
    file.base = "127.0.0.1\tlocalhost # here\n\n# nothing\n10.0.0.9 db other\n"
    file.added = [.init(try #require(IPAddress("1.2.3.4")), ["db"])]
    file.host = IPAddress("10.88.0.1")
    file.own = [.init(try #require(IPAddress("10.88.0.2")), ["abc", "web"])]
    #expect(
      file.contents() == """
        1.2.3.4\tdb
        127.0.0.1\tlocalhost
        10.0.0.9\tdb other
        10.88.0.1\thost.containers.internal host.docker.internal
        10.88.0.2\tabc web

        """)
    // A base without localhost gets it; names that were asked for are nobody else's.
    file.base = "fe80::1%eth0 zone\n"
    file.added = [.init(try #require(IPAddress("1.2.3.4")), ["web", "host.docker.internal"])]
    #expect(
      file.contents() == """
        1.2.3.4\tweb host.docker.internal
        fe80::1%eth0\tzone
        127.0.0.1\tlocalhost
        ::1\tlocalhost
        10.88.0.1\thost.containers.internal
        10.88.0.2\tabc

        """)
  }

  @Test func networksComeAndGo() throws {
    func status(_ name: String, _ subnet: String) throws -> NetworkStatus {
      NetworkStatus(
        network: name, interface: "eth0", mac: nil,
        addresses: [.init(address: try #require(Subnet(subnet)), gateway: nil)])
    }
    let first = try status("a", "10.1.0.2/24")
    let second = try status("b", "10.2.0.2/24")
    let names = ["abc", "web"]
    let text = "10.1.0.2\tabc web\n# mine\n10.9.9.9 db\n"
    let both = HostsFile.updated(text, before: [first], after: [first, second], names)
    #expect(both == text + "10.2.0.2\tabc web\n")
    #expect(
      HostsFile.updated(both, before: [first, second], after: [second], names)
        == "# mine\n10.9.9.9 db\n10.2.0.2\tabc web\n")
    // Whoever has written the file anew keeps it as it is.
    #expect(
      HostsFile.updated("1.1.1.1 x\n", before: [first], after: [first, second], names)
        == "1.1.1.1 x\n")
    #expect(HostsFile.updated("", before: [], after: [second], names) == "10.2.0.2\tabc web\n")
  }

  @Test func resolverAsksOnlyTheNetworksServers() {
    let host = ResolvConf(
      parsing: "search example.com\nnameserver 127.0.0.53\nnameserver 9.9.9.9\noptions edns0\n")
    let status = NetworkStatus(
      network: "n", interface: "eth0", mac: nil, dnsServers: [.v4(0x0A59_0001)],
      dnsSearchDomains: ["dns.podman"])
    #expect(
      ResolvConf.container(host: host, statuses: [status]).contents()
        == "search dns.podman example.com\nnameserver 10.89.0.1\noptions edns0\n")
    #expect(
      ResolvConf.container(host: host, statuses: []).contents()
        == "search example.com\nnameserver 9.9.9.9\noptions edns0\n")
    #expect(
      ResolvConf.container(host: host, statuses: [], servers: ["1.1.1.1"], searchDomains: ["."])
        .contents() == "nameserver 1.1.1.1\noptions edns0\n")
    // Search domains that were asked for are all.
    #expect(
      ResolvConf.container(host: host, statuses: [status], searchDomains: ["a.org"]).searchDomains
        == ["a.org"])
  }

  @Test func resolverTakesOnlyWhatCanBeReached() {
    let host = ResolvConf(
      parsing:
        "nameserver fe80::1%eth0\nnameserver fe80::1\nnameserver 2001:db8::53\nnameserver ::1\n")
    let v6 = NetworkStatus(
      network: "n", interface: "eth0", mac: nil,
      addresses: [.init(address: .everythingV6, gateway: nil)])
    #expect(ResolvConf.container(host: host, statuses: []).servers == ["8.8.8.8", "8.8.4.4"])
    #expect(ResolvConf.container(host: host, statuses: [v6]).servers == ["2001:db8::53"])
    #expect(
      ResolvConf.container(host: host, statuses: [], keepsLoopback: true).servers == host.servers)
  }
}

struct NameFileTests {
  @Test func containersComeAndGo() {
    var file = NameFile("")
    file.add(containerID: "a", names: ["Web", "web", "x y"], addresses: [.v4(1)], servers: [])
    file.add(containerID: "b", names: ["db"], addresses: [.v4(2)], servers: [.v4(9)])
    #expect(file.text == "container a 0.0.0.1 web\ncontainer b 0.0.0.2 db 0.0.0.9\n")
    // The address of one that died is another's now.
    file.add(containerID: "c", names: ["new"], addresses: [.v4(1)], servers: [])
    #expect(!file.text.contains("container a"))
    file.remove("b")
    file.remove("c")
    #expect(!file.hasContainers)
  }
}

struct NameTests {
  /// What comes from outside never leads out of a folder, and never ends a line of a file.
  @Test(arguments: ["", ".", "..", "../x", "a/b", "-a", ".a", "a b", "a\nb", "a\u{0}b", "ä"])
  func networkNamesAreWords(_ text: String) throws {
    #expect(!isNetworkName(text))
    #expect(try NetworkFiles(folder: "/nowhere").read(text) == nil)
  }

  @Test func namesAsPodmanHasThem() {
    for text in ["a", "my-net_1.x", "0", String(repeating: "n", count: longestNetworkName)] {
      #expect(isNetworkName(text))
    }
    #expect(!isNetworkName(String(repeating: "n", count: longestNetworkName + 1)))
  }

  @Test(arguments: ["", "../x", "a/b", "a.b", String(repeating: "a", count: 300)])
  func containerIDsAreWords(_ text: String) throws {
    #expect(!isContainerID(text))
    #expect(try ContainerStates(runFolder: "/nowhere").read(text) == nil)
  }

  @Test func deviceNames() {
    for text in ["eth0", "a.b", "123456789012345"] { #expect(isInterfaceName(text)) }
    for text in ["", ".", "..", "a/b", "a:b", "a b", "1234567890123456"] {
      #expect(!isInterfaceName(text))
    }
  }
}

struct PublishedPortTests {
  @Test func rangesOfBothFamilies() throws {
    let mapping = PortMapping(hostPort: 65534, containerPort: 80, count: 4)
    let elements = PublishedPorts(mappings: [mapping], v4: .v4(1), v6: .v6(2)).elements()
    // Nothing runs over the last port.
    #expect(elements.map(\.set) == ["ports4", "ports6"])
    #expect(elements.map(\.elements.count) == [2, 2])
    #expect(elements[0].elements[0].key == [6, 0, 0, 0, 0xFF, 0xFE, 0, 0])
  }

  @Test func addressesOfTheHost() throws {
    let one = PortMapping(hostAddress: IPAddress("127.0.0.1"), hostPort: 80, containerPort: 80)
    let all = PortMapping(hostAddress: IPAddress("0.0.0.0"), hostPort: 81, containerPort: 80)
    let elements = PublishedPorts(mappings: [one, all], v4: .v4(1), v6: .v6(2)).elements()
    #expect(elements.map(\.set) == ["addressports4", "ports4"])
  }
}
