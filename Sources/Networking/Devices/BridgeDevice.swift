import LinuxSystem
import Netlink
import SystemPackage

/// The bridge of a network, on the host's side.
struct BridgeDevice {
  let network: Network
  let options: NetworkOptions

  var name: String { network.interface ?? "" }

  /// Makes the bridge unless it is there; returns its number.
  ///
  /// It is put into use as the last step: one that is not was left half made, and is finished here.
  ///
  /// - Parameter place: the namespace of the session.
  func ensure(
    _ host: inout RouteSession<KernelSocket>, in place: HostNamespace
  ) throws(SystemError) -> Int32 {
    var link = try find(&host)
    if let link, link.isUp || !options.isManaged { return link.index }
    if link == nil {
      guard options.isManaged else {
        throw SystemError("find bridge", name, Errno.noSuchAddressOrDevice)
      }
      try make(&host)
      link = try host.link(named: name)
    }
    guard let index = link?.index else {
      throw SystemError("make bridge", name, Errno.noSuchAddressOrDevice)
    }
    for subnet in network.subnets ?? [] {
      guard let gateway = subnet.gateway else { continue }
      try addGateway(gateway, subnet.subnet, to: index, &host)
    }
    try place.perform { () throws(SystemError) in try setParameters() }
    try host.setUp(true, index)
    // The kernel wants the device in use first.
    if hasV6, !network.isInternal { try routeLoopback(to: index, &host) }
    return index
  }

  private func find(_ host: inout RouteSession<KernelSocket>) throws(SystemError) -> Link? {
    do throws(SystemError) {
      return try host.link(named: name)
    } catch {
      if error.errno == .noSuchDevice { return nil }
      throw error
    }
  }

  private func make(_ host: inout RouteSession<KernelSocket>) throws(SystemError) {
    var new = NewLink(name: name, .bridge(filtersVLANs: options.vlan != nil))
    // Without an address of its own it would take on its lowest port's, and change with the ports.
    new.hardwareAddress = MACAddress.random.bytes
    new.mtu = options.mtu
    if let vrf = options.vrf { new.master = try host.link(named: vrf).index }
    do throws(SystemError) {
      try host.add(new)
    } catch {
      // Another container's set-up was faster.
      guard error.errno == .fileExists else { throw error }
    }
  }

  private func addGateway(
    _ gateway: IPAddress, _ subnet: Subnet, to index: Int32,
    _ host: inout RouteSession<KernelSocket>
  ) throws(SystemError) {
    do throws(SystemError) {
      try host.add(
        Address(gateway.bytes, prefixLength: UInt8(clamping: subnet.prefixLength)), to: index)
    } catch {
      guard error.errno == .fileExists else { throw error }
    }
  }

  private var hasV6: Bool { network.subnets?.contains { $0.subnet.isV6 } ?? false }

  /// What `route_localnet` is for IPv4: the host reaches published ports by ::1. The kernel looks for ::1
  /// only among the routes of the device by which the answer comes.
  private func routeLoopback(
    to index: Int32, _ host: inout RouteSession<KernelSocket>
  ) throws(SystemError) {
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    do throws(SystemError) {
      try host.add(
        Route(
          to: loopback, prefixLength: 128, linkIndex: index, metric: 2048, table: Route.localTable,
          kind: .local))
    } catch {
      guard error.errno == .fileExists else { throw error }
    }
  }

  /// The kernel's parameters of the bridge and of forwarding.
  private func setParameters() throws(SystemError) {
    if !network.isInternal {
      try KernelParameter.set("ipv4/ip_forward", "1")
      if hasV6 { try KernelParameter.set("ipv6/conf/all/forwarding", "1") }
      // The host reaches published ports by 127.0.0.1.
      try KernelParameter.set("ipv4/conf/\(name)/route_localnet", "1")
    }
    // Answers may come another way than the question went.
    try KernelParameter.set("ipv4/conf/\(name)/rp_filter", "2")
    if hasV6 { try KernelParameter.set("ipv6/conf/\(name)/accept_ra", "0") }
  }

  /// The device that the host's packets to one of the network's addresses go out by, where it is not the
  /// bridge: another has the same subnet, as a bridge of another engine.
  func rival(
    for address: IPAddress, _ host: inout RouteSession<KernelSocket>
  ) throws(SystemError) -> String? {
    // In a VRF, and without an address of the bridge, other tables count.
    guard options.isManaged, options.vrf == nil,
      network.subnets?.contains(where: { $0.gateway != nil && $0.subnet.contains(address) })
        ?? false
    else { return nil }
    let own = try host.link(named: name).index
    let route: Route?
    do throws(SystemError) {
      route = try host.route(to: address.bytes)
    } catch {
      // Whatever is wrong with it, it is no other device.
      return nil
    }
    guard let index = route?.linkIndex, index != own else { return nil }
    return try host.links().first { $0.index == index }?.name
  }

  /// Whether the network's bridge is there: it is made with the first container of a network.
  static func exists(_ network: Network, in place: HostNamespace) throws(SystemError) -> Bool {
    guard let name = network.interface else { return false }
    var host = try place.routes()
    do throws(SystemError) {
      _ = try host.link(named: name)
      return true
    } catch  where error.errno == .noSuchDevice {
      return false
    }
  }

  /// Removes the bridge if it is ours and nobody is on it.
  static func remove(_ network: Network, from place: HostNamespace) throws(SystemError) {
    guard let name = network.interface, network.driver == "bridge",
      network.options?["mode"] != "unmanaged"
    else { return }
    var host = try place.routes()
    do throws(SystemError) {
      let link = try host.link(named: name)
      if link.kind == "bridge" { try host.deleteLink(link.index) }
    } catch {
      if error.errno != .noSuchDevice { throw error }
    }
  }
}

extension MACAddress {
  /// An address that nobody has been given: of the locally administered ones.
  static var random: MACAddress {
    var bytes = arbitraryBytes(6)
    bytes[0] = bytes[0] & 0xFC | 0x02
    return MACAddress(bytes: bytes) ?? MACAddress.zero
  }

  private static var zero: MACAddress { MACAddress(six: (2, 0, 0, 0, 0, 1)) }

  private init(six: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)) {
    bytes = [six.0, six.1, six.2, six.3, six.4, six.5]
  }
}

/// A parameter below /proc/sys/net of the namespace that the process is in.
enum KernelParameter {
  static func exists(_ path: String) -> Bool {
    (try? openFile("/proc/sys/net/\(path)", [.path])) != nil
  }

  /// Sets it unless it has that value: where it is read-only it may still be right.
  static func set(_ path: String, _ value: String) throws(SystemError) {
    let file = "/proc/sys/net/\(path)"
    if let present = try? readFile(file, limit: 256),
      String(decoding: present.prefix { $0 != 10 }, as: UTF8.self) == value
    {
      return
    }
    let parameter = try openFile(file, [.writeOnly])
    try parameter.lent.writeAll(value, subject: file)
  }
}

extension Errno {
  /// ENODEV, which swift-system does not name.
  static let noSuchDevice = Errno(rawValue: 19)
}
