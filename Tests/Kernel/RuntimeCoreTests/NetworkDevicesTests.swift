import Foundation
import Testing

@Suite(
  .enabled(if: ProcessProbe.isRoot, "needs root"),
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/ip"), "needs ip of iproute2")
) struct NetworkDevicesTests {
  private static let make = """
    ip link add v0 type veth peer name v1 || exit 77
    ip address add 10.1.2.3/24 broadcast 10.1.2.255 dev v0
    ip address add 192.168.7.1 peer 192.168.7.2 dev v0
    ip address add 169.254.3.4/16 scope link dev v0
    ip address add fd00::1/64 dev v0 nodad
    ip link set v0 up
    ip link set v1 up
    exec "$0" "$@"
    """

  private static func devices(_ arguments: String...) throws -> ProcessProbe {
    try ProcessProbe(
      arguments, wrapper: ["/usr/bin/unshare", "--net", "/bin/sh", "-c", make])
  }

  @Test func loopbackIsUp() throws {
    let probe = try ProcessProbe("lo")
    #expect(probe.lines.contains { $0.contains("127.0.0.1/8") }, "\(probe.lines)")
  }

  @Test func deviceTakesItsGlobalAddressesAlong() throws {
    let probe = try Self.devices("devices", "v0=eth0")
    let text = probe.lines.joined(separator: "\n")
    #expect(
      text.contains("eth0    inet 10.1.2.3/24 brd 10.1.2.255 scope global"),
      "\(probe.status): \(text)")
    #expect(text.contains("eth0    inet 192.168.7.1 peer 192.168.7.2/32"))
    #expect(text.contains("eth0    inet6 fd00::1/64 scope global"))
    #expect(!text.contains("169.254.3.4") && !text.contains("v0"))
  }

  @Test func nameStaysWhereNoOtherIsAskedFor() throws {
    let probe = try Self.devices("devices", "v0")
    #expect(probe.lines.contains { $0.contains("v0    inet 10.1.2.3/24") }, "\(probe.lines)")
  }

  @Test func devicesGoBackAsTheyWere() throws {
    let probe = try Self.devices("devices", "back", "v0=eth0")
    #expect(probe.lines.contains { $0.contains("v0    inet 10.1.2.3/24") }, "\(probe.lines)")
    #expect(probe.line("error") == nil)
  }

  @Test func afterAFailureAllAreBack() throws {
    let probe = try Self.devices("devices", "v0=eth0", "v9=eth1")
    #expect(probe.line("error")?.contains(#"linux.netDevices "v9""#) == true, "\(probe.lines)")
    #expect(probe.lines.contains { $0.contains("v0    inet 10.1.2.3/24") }, "\(probe.lines)")
  }
}
