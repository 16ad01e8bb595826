import LinuxSystem

/// Turns a request into a network: every value checked, every gap filled.
struct NewNetwork {
  let configuration: NetworkConfiguration
  let networks: [Network]
  let host: HostDevices

  /// Words that mean a kind of network where a network's name may stand.
  private static let reservedNames = [
    "bridge", "host", "none", "private", "slirp4netns", "pasta", "container", "ns", "default",
  ]

  func network(_ request: NewNetworkRequest) throws(NetworkError) -> Network {
    guard ["bridge", "macvlan", "ipvlan"].contains(request.driver) else {
      throw .driverUnknown(request.driver)
    }
    let isBridge = request.driver == "bridge"
    var network = Network.blank
    network.driver = request.driver
    network.isInternal = request.isInternal
    network.labels = request.labels.isEmpty ? nil : request.labels
    network.created = Timestamp.now().rfc3339
    network.id = randomID()
    let options = try ownOptions(request)
    network.options = options.isEmpty ? nil : options
    network.interface = try interface(request)
    network.name = try name(request, interface: network.interface)
    _ = try NetworkOptions(network)
    try setSubnets(of: &network, request)
    try setRoutes(of: &network, request)
    network.isDNSEnabled =
      isBridge && request.isDNSEnabled && network.addressSource == .hostLocal
      && options["mode"] != "unmanaged"
    try setServers(of: &network, request)
    return network
  }

  private func randomID() -> String {
    arbitraryBytes(32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The request's options under our names. Docker's for the bridge's name is the request's interface.
  private func ownOptions(_ request: NewNetworkRequest) throws(NetworkError) -> [String: String] {
    let known =
      switch request.driver {
      case "bridge": NetworkOptions.ofBridge
      case "macvlan": NetworkOptions.ofMacvlan
      default: NetworkOptions.ofIpvlan
      }
    var options: [String: String] = [:]
    for (name, value) in request.options {
      let own = NetworkOptions.dockerNames[name] ?? name
      if known.contains(own) {
        // The parent is the interface of the network.
        if own != "parent" { options[own] = value }
      } else if !own.hasPrefix("com.docker.") {
        throw .optionUnknown(driver: request.driver, option: name)
      }
    }
    return options
  }

  private func interface(_ request: NewNetworkRequest) throws(NetworkError) -> String? {
    let wanted =
      request.interface ?? request.options["com.docker.network.bridge.name"]
      ?? request.options["parent"]
    if let wanted {
      guard isInterfaceName(wanted) else {
        throw .invalid(
          what: "interface name", value: wanted,
          expected: "1 to 15 characters without slash, colon or white space")
      }
      if request.driver != "bridge" {
        guard host.hasLink(wanted) else { throw .parentMissing(network: wanted) }
        return wanted
      }
      if let user = networks.first(where: { $0.driver == "bridge" && $0.interface == wanted }) {
        throw .interfaceUsed(wanted, by: "network \(user.name)")
      }
      if let kind = host.kind(ofLink: wanted), kind != "bridge" {
        throw .interfaceUsed(wanted, by: "a device of the host that is no bridge")
      }
      return wanted
    }
    guard request.driver == "bridge" else { return nil }
    return freeInterface()
  }

  private func freeInterface() -> String {
    var number = 1
    while host.hasLink("podman\(number)")
      || networks.contains(where: {
        $0.interface == "podman\(number)" || $0.name == "podman\(number)"
      })
    {
      number += 1
    }
    return "podman\(number)"
  }

  private func name(_ request: NewNetworkRequest, interface: String?) throws(NetworkError) -> String
  {
    guard let name = request.name else {
      return request.driver == "bridge" && request.interface == nil
        ? interface ?? freeInterface() : freeInterface()
    }
    guard isNetworkName(name) else {
      throw .invalid(
        what: "network name", value: name,
        expected: "[a-zA-Z0-9][a-zA-Z0-9_.-]*, of at most \(longestNetworkName) characters")
    }
    guard !NewNetwork.reservedNames.contains(name) else { throw .reservedName(name) }
    return name
  }

  private func setSubnets(
    of network: inout Network, _ request: NewNetworkRequest
  ) throws(NetworkError) {
    let source = try addressSource(request)
    network.ipamOptions = ["driver": source.rawValue]
    if source != .hostLocal {
      guard request.subnets.isEmpty else {
        throw .conflict("--subnet", "--ipam-driver \(source.rawValue)")
      }
      network.isIPv6Enabled = request.isIPv6Enabled
      return
    }
    var subnets: [NetworkSubnet] = []
    let free = FreeSubnet(networks: networks, host: host)
    for wanted in request.subnets {
      subnets.append(try checked(wanted, network, free, others: subnets))
    }
    if !subnets.contains(where: { !$0.subnet.isV6 }), request.subnets.isEmpty {
      subnets.append(NetworkSubnet(subnet: try free.v4(of: configuration.subnetPools)))
    }
    let hasV6 = subnets.contains { $0.subnet.isV6 }
    if request.isIPv6Enabled, !hasV6 { subnets.append(NetworkSubnet(subnet: try free.v6())) }
    network.isIPv6Enabled = request.isIPv6Enabled || hasV6
    network.subnets = subnets.map {
      filled($0, network, hasNames: request.isDNSEnabled)
    }
  }

  private func addressSource(
    _ request: NewNetworkRequest
  ) throws(NetworkError) -> Network.AddressSource {
    guard let word = request.ipamDriver, !word.isEmpty else {
      if request.options["mode"] == "unmanaged", request.subnets.isEmpty { return .none }
      return request.driver == "bridge" || !request.subnets.isEmpty
        ? .hostLocal : request.driver == "macvlan" ? .dhcp : .none
    }
    guard let source = Network.AddressSource(rawValue: word) else {
      throw .invalid(what: "ipam driver", value: word, expected: "host-local, dhcp or none")
    }
    if source == .hostLocal, request.driver != "bridge", request.subnets.isEmpty {
      throw .conflict("--ipam-driver host-local", "no --subnet")
    }
    if source == .dhcp, request.driver == "ipvlan" {
      throw .conflict("--ipam-driver dhcp", "--driver ipvlan")
    }
    return source
  }

  private func checked(
    _ wanted: NewNetworkRequest.SubnetRequest, _ network: Network, _ free: FreeSubnet,
    others: [NetworkSubnet]
  ) throws(NetworkError) -> NetworkSubnet {
    let subnet = wanted.subnet.network
    if let other = others.first(where: { $0.subnet.overlaps(subnet) }) {
      throw .conflict("--subnet \(subnet)", "--subnet \(other.subnet)")
    }
    guard subnet.isForHosts else {
      throw .invalid(
        what: "subnet", value: "\(subnet)",
        expected: "a network of hosts, not of loopback, link-local or multicast addresses")
    }
    // Macvlan and ipvlan are in the parent's network on purpose.
    if network.driver == "bridge", network.options?["mode"] != "unmanaged",
      let collision = free.collision(of: subnet, ownInterface: network.interface)
    {
      throw collision
    }
    if let gateway = wanted.gateway, !subnet.hosts.contains(gateway) {
      throw subnet.contains(gateway)
        ? .invalid(
          what: "gateway", value: "\(gateway)", expected: "an address of a host in \(subnet)")
        : .gatewayOutside(gateway, subnet)
    }
    if let range = wanted.leaseRange {
      for end in [range.start, range.end].compactMap({ $0 }) where !subnet.contains(end) {
        throw .invalid(what: "ip range", value: "\(end)", expected: "addresses of \(subnet)")
      }
      if let start = range.start, let end = range.end, start > end {
        throw .invalid(what: "ip range", value: "\(start)-\(end)", expected: "its start first")
      }
    }
    return NetworkSubnet(subnet: subnet, gateway: wanted.gateway, leaseRange: wanted.leaseRange)
  }

  /// The gateway is the first address, where one makes sense: in an internal network only for its name
  /// server.
  private func filled(
    _ subnet: NetworkSubnet, _ network: Network, hasNames: Bool
  ) -> NetworkSubnet {
    var result = subnet
    if result.gateway == nil, !network.isInternal || network.driver == "bridge" && hasNames,
      network.driver != "ipvlan" || !(network.options?["mode"]?.hasPrefix("l3") ?? false)
    {
      result.gateway = subnet.subnet.hosts.lowerBound
    }
    return result
  }

  private func setRoutes(
    of network: inout Network, _ request: NewNetworkRequest
  ) throws(NetworkError) {
    guard !request.routes.isEmpty else { return }
    for route in request.routes {
      guard route.destination.isV6 == route.gateway.isV6 else {
        throw .invalid(
          what: "route", value: "\(route.destination),\(route.gateway)",
          expected: "a destination and gateway of one family")
      }
      guard route.destination.network == route.destination else {
        throw .invalid(
          what: "route", value: "\(route.destination)",
          expected: "a network such as \(route.destination.network)")
      }
    }
    network.routes = request.routes
  }

  private func setServers(
    of network: inout Network, _ request: NewNetworkRequest
  ) throws(NetworkError) {
    guard !request.dnsServers.isEmpty else { return }
    guard network.isDNSEnabled else { throw .conflict("--dns", "a network without name server") }
    for server in request.dnsServers where IPAddress(server) == nil {
      throw .invalid(what: "dns server", value: server, expected: "an IP address")
    }
    network.dnsServers = request.dnsServers
  }
}

/// Whether the kernel takes a text as a device's name.
func isInterfaceName(_ text: String) -> Bool {
  (1...15).contains(text.utf8.count) && text != "." && text != ".."
    && text.utf8.allSatisfy {
      $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":")
    }
}
