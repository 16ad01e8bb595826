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
        10.0.0.9\tother
        10.88.0.1\thost.containers.internal host.docker.internal
        10.88.0.2\tabc web

        """)
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
