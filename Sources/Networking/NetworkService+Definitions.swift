import LinuxSystem

extension NetworkService {
  var files: NetworkFiles { NetworkFiles(folder: configuration.definitions) }

  /// All networks, by name, with the default one; a file that cannot be used is in `broken`.
  public func list() throws(NetworkError) -> (networks: [Network], broken: [NetworkError]) {
    if configuration.usesCNI { return try cniNetworks() }
    var (networks, broken) = try files.all()
    if !networks.contains(where: { $0.name == configuration.defaultNetwork }) {
      networks.append(defaultNetwork)
      networks.sort { $0.name < $1.name }
    }
    return (networks, broken)
  }

  /// The network that needs no file.
  var defaultNetwork: Network {
    var network = Network.blank
    network.name = configuration.defaultNetwork
    // The digest of the name `podman`: what podman itself says.
    network.id = "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9"
    network.driver = "bridge"
    network.interface = "podman0"
    network.created = Timestamp.now().rfc3339
    if let subnet = Subnet(configuration.defaultSubnet)?.network {
      network.subnets = [NetworkSubnet(subnet: subnet, gateway: subnet.hosts.lowerBound)]
    }
    network.ipamOptions = ["driver": "host-local"]
    return network
  }

  /// A network by its name, its id or a beginning of the id that no other has.
  ///
  /// `bridge` is Docker's name for the default network, unless a network has it.
  public func network(_ nameOrID: String) throws(NetworkError) -> Network {
    if !configuration.usesCNI {
      // The usual case costs one file.
      if let network = try files.read(nameOrID) { return network }
      if nameOrID == configuration.defaultNetwork { return defaultNetwork }
    }
    let (networks, broken) = try list()
    if let network = networks.first(where: { $0.name == nameOrID || $0.id == nameOrID }) {
      return network
    }
    let matching = networks.filter { !nameOrID.isEmpty && $0.id.hasPrefix(nameOrID) }
    if matching.count > 1 { throw .ambiguous(nameOrID) }
    if let network = matching.first { return network }
    for error in broken {
      if case .badDefinition(let path, _) = error, path.hasSuffix("/\(nameOrID).json") {
        throw error
      }
    }
    throw .notFound(nameOrID)
  }

  /// Creates a network and writes its file.
  public func create(_ request: NewNetworkRequest) throws(NetworkError) -> Network {
    if configuration.usesCNI { return try createCNI(request) }
    let lock = try files.lock()
    defer { withExtendedLifetime(lock) {} }
    let networks = try list().networks
    if let name = request.name, let existing = networks.first(where: { $0.name == name }) {
      guard request.ignoresExisting else { throw .exists(name) }
      return existing
    }
    let network = try NewNetwork(
      configuration: configuration, networks: networks, host: try HostDevices()
    ).network(request)
    try files.write(network)
    return network
  }

  /// Removes a network's file and what is left of its bridge.
  ///
  /// Whether stopped containers use it is the caller's to know; those that are in it now are an error.
  ///
  /// - Returns: the network that was.
  @discardableResult
  public func remove(_ nameOrID: String) throws(NetworkError) -> Network {
    let network = try network(nameOrID)
    guard network.name != configuration.defaultNetwork else { throw .defaultNetwork(network.name) }
    if configuration.usesCNI {
      try removeCNI(network)
      return network
    }
    let lock = try files.lock()
    defer { withExtendedLifetime(lock) {} }
    let members = try members(ofNetwork: network.name)
    guard members.isEmpty else {
      throw .inUse(network: network.name, containers: members.map(\.containerID))
    }
    try removeBridge(of: network)
    if network.driver == "bridge" { distrust(network) }
    try Leases(folder: configuration.runFolder, network: network.name).removeAll()
    try files.remove(network.name)
    return network
  }

  /// Changes the servers of a network for names outside, also for its running containers.
  public func update(
    _ nameOrID: String, addingServers: [String], droppingServers: [String]
  ) throws(NetworkError) {
    let lock = try files.lock()
    defer { withExtendedLifetime(lock) {} }
    var network = try network(nameOrID)
    for server in addingServers + droppingServers where IPAddress(server) == nil {
      throw .invalid(what: "dns server", value: server, expected: "an IP address")
    }
    guard network.isDNSEnabled else {
      throw .conflict("--dns-add", "a network without name server")
    }
    var servers = (network.dnsServers ?? []).filter { !droppingServers.contains($0) }
    for server in addingServers where !servers.contains(server) { servers.append(server) }
    network.dnsServers = servers.isEmpty ? nil : servers
    try files.write(network)
    try updateNames(ofNetworks: [network.name])
  }
}
