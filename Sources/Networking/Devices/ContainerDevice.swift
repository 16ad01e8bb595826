import LinuxSystem
import Netlink
import SystemPackage

/// A container's device of one network: made in its namespace, with addresses and routes.
struct ContainerDevice {
  let network: Network
  let options: NetworkOptions
  let namespace: FileDescriptor
  var status: NetworkStatus

  /// Makes the device in the container's namespace, by way of the host's.
  ///
  /// - Parameter place: the namespace of the session.
  func make(
    _ host: inout RouteSession<KernelSocket>, from place: HostNamespace
  ) throws(SystemError) {
    switch network.driver {
    case "macvlan", "ipvlan": try makeChild(&host)
    default: try makeVeth(&host, place)
    }
  }

  private func makeVeth(
    _ host: inout RouteSession<KernelSocket>, _ place: HostNamespace
  ) throws(SystemError) {
    let bridge = try BridgeDevice(network: network, options: options).ensure(&host, in: place)
    var peer = NewLink.Peer(name: status.interface)
    peer.namespace = namespace.rawValue
    peer.hardwareAddress = status.mac?.bytes
    peer.mtu = options.mtu
    var veth = NewLink(name: "veth%d", .veth(peer: peer))
    veth.master = bridge
    veth.mtu = options.mtu
    try host.add(veth)
  }

  private func makeChild(_ host: inout RouteSession<KernelSocket>) throws(SystemError) {
    let kind: NewLink.Kind
    if network.driver == "macvlan" {
      let modes: [String: NewLink.MacvlanMode] = [
        "private": .private, "vepa": .vepa, "passthru": .passthru,
      ]
      kind = .macvlan(options.mode.flatMap { modes[$0] } ?? .bridge)
    } else {
      let modes: [String: NewLink.IpvlanMode] = ["l3": .l3, "l3s": .l3s]
      kind = .ipvlan(options.mode.flatMap { modes[$0] } ?? .l2)
    }
    var link = NewLink(name: status.interface, kind)
    link.parent = try parent(&host)
    link.namespace = namespace.rawValue
    link.mtu = options.mtu
    link.broadcastLimit = options.broadcastLimit
    if network.driver == "macvlan" { link.hardwareAddress = status.mac?.bytes }
    try host.add(link)
  }

  /// The device of the host that the network stands on; without a name, that of the default route.
  private func parent(_ host: inout RouteSession<KernelSocket>) throws(SystemError) -> Int32 {
    if let name = network.interface ?? options.parent, !name.isEmpty {
      return try host.link(named: name).index
    }
    let defaults = try host.routes().filter { $0.prefixLength == 0 && $0.linkIndex != nil }
    guard let index = defaults.first(where: { $0.table == Route.mainTable })?.linkIndex else {
      throw SystemError("find parent device", network.name, .noSuchDevice)
    }
    return index
  }

  /// Puts the device into use with its addresses and routes, seen from inside; returns its hardware
  /// address.
  func configure(
    _ inside: inout RouteSession<KernelSocket>, _ host: inout RouteSession<KernelSocket>
  ) throws(SystemError) -> MACAddress? {
    let link = try inside.link(named: status.interface)
    let port = try setUpPort(of: link, &host)
    for assigned in status.addresses {
      let prefixLength = UInt8(clamping: assigned.address.prefixLength)
      let address = Address(assigned.address.address.bytes, prefixLength: prefixLength)
      try inside.add(address, to: link.index)
    }
    if !link.isUp { try inside.setUp(true, link.index) }
    // Else the container's first packets would be lost, and sent again only after a second.
    if let port { try host.waitForPort(port) }
    try addRoutes(link.index, &inside)
    return MACAddress(bytes: link.hardwareAddress)
  }

  /// Puts a device into use that has no address yet.
  func bringUp(
    _ inside: inout RouteSession<KernelSocket>, _ host: inout RouteSession<KernelSocket>
  ) throws(SystemError) -> Link {
    let link = try inside.link(named: status.interface)
    let port = try setUpPort(of: link, &host)
    if !link.isUp { try inside.setUp(true, link.index) }
    if let port { try host.waitForPort(port) }
    return link
  }

  /// Puts the bridge's end of a line into use: the two ends can be so only when both are there.
  private func setUpPort(
    of link: Link, _ host: inout RouteSession<KernelSocket>
  ) throws(SystemError) -> Int32? {
    guard network.driver == "bridge", let port = link.parent else { return nil }
    if let vlan = options.vlan { try host.setPortVLAN(vlan, of: port) }
    try host.setUpPort(port)
    return port
  }

  private func addRoutes(
    _ index: Int32, _ inside: inout RouteSession<KernelSocket>
  ) throws(SystemError) {
    let metric = options.metric ?? 100
    if !network.isInternal, options.hasDefaultRoute {
      for gateway in status.addresses.compactMap(\.gateway) {
        let zeros = [UInt8](repeating: 0, count: gateway.bytes.count)
        try add(
          Route(
            to: zeros, prefixLength: 0, gateway: gateway.bytes, linkIndex: index, metric: metric),
          &inside)
      }
    }
    for route in network.routes ?? [] {
      try add(
        Route(
          to: route.destination.address.bytes,
          prefixLength: UInt8(clamping: route.destination.prefixLength),
          gateway: route.gateway.bytes, linkIndex: index, metric: route.metric ?? metric), &inside)
    }
  }

  /// A container of several networks has a default route by each: that of the first counts.
  private func add(
    _ route: Route, _ inside: inout RouteSession<KernelSocket>
  ) throws(SystemError) {
    var route = route
    for _ in 0..<64 {
      do throws(SystemError) {
        return try inside.add(route)
      } catch {
        guard error.errno == .fileExists else { throw error }
        route.metric = (route.metric ?? 0) &+ 1
      }
    }
  }
}
