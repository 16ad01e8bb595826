import LinuxSystem
import Netlink

/// What the host has of devices, addresses and routes: what new networks must keep clear of.
public struct HostDevices {
  var links: [Link]
  /// Each with the number of its device.
  var subnets: [(subnet: Subnet, device: String)]

  /// Looks at the namespace that the process is in.
  init() throws(NetworkError) {
    do throws(SystemError) {
      var session = RouteSession(try KernelSocket(.route))
      links = try session.links()
      subnets = []
      let names = Dictionary(
        links.map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first })
      for address in try session.addresses() {
        guard let ip = IPAddress(bytes: address.local), !ip.isLinkLocal, !ip.isLoopback,
          let subnet = Subnet(ip, Int(address.prefixLength))
        else { continue }
        let device = names[Int32(bitPattern: address.linkIndex)] ?? ""
        subnets.append((subnet.network, device))
      }
      for route in try session.routes()
      where route.table == Route.mainTable && route.kind == .unicast {
        guard route.prefixLength > 0, let ip = IPAddress(bytes: route.destination),
          !ip.isLinkLocal, ip.number >> UInt128(ip.bitCount - 8) != 0xFF,
          let subnet = Subnet(ip, Int(route.prefixLength))
        else { continue }
        subnets.append((subnet, route.linkIndex.flatMap { names[$0] } ?? ""))
      }
    } catch {
      throw .system(error)
    }
  }

  /// An address by which containers reach the host where they have no gateway of its: its first one, IPv4
  /// before IPv6; nil where it has none.
  ///
  /// - Parameter others: addresses that the containers have themselves.
  public static func mainAddress(except others: [IPAddress]) -> IPAddress? {
    guard let socket = try? KernelSocket(.route) else { return nil }
    var session = RouteSession(socket)
    let addresses = ((try? session.addresses()) ?? []).compactMap { IPAddress(bytes: $0.local) }
      .filter { !$0.isLoopback && !$0.isLinkLocal && !others.contains($0) }
    return addresses.first { !$0.isV6 } ?? addresses.first
  }

  func hasLink(_ name: String) -> Bool { links.contains { $0.name == name } }

  /// What a device is (`bridge`, `veth`), or an empty text for one of hardware; nil where there is none.
  func kind(ofLink name: String) -> String? {
    links.first { $0.name == name }.map { $0.kind ?? "" }
  }
}
