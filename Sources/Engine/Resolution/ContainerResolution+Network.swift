import EngineConfig
import ImageSpec
import Networking

extension ContainerResolution {
  /// Networks, ports and names.
  func network(_ record: ContainerRecord) throws -> ContainerNetwork {
    let asked = request.network
    var network = ContainerNetwork()
    let mode = record.namespaces.network
    if mode == .private { try attach(&network) }
    if network.attachments.isEmpty, mode != .private || network.userMode != nil {
      if !asked.aliases.isEmpty || !asked.addresses.isEmpty || asked.mac != nil,
        network.userMode == nil || !asked.aliases.isEmpty
      {
        throw EngineError.nothingToDo(
          "--ip, --ip6, --mac-address and --network-alias need a network of the driver bridge")
      }
    } else {
      try apply(asked, to: &network)
    }
    network.exposedPorts = try exposedPorts()
    network.ports = try ports(network, mode)
    try setResolver(of: &network, mode)
    network.addedHosts = asked.addedHosts
    network.hostsFile = asked.hostsFile ?? defaults.baseHostsFile
    network.keepsHosts = asked.hasNoHosts ?? defaults.hasNoHosts
    if network.keepsHosts, !asked.addedHosts.isEmpty, asked.hasNoHosts != nil {
      throw EngineError.conflict("--no-hosts", "--add-host")
    }
    network.keepsHostName = asked.hasNoHostName
    return network
  }

  /// What containers.conf says comes before what was asked for.
  private func setResolver(of network: inout ContainerNetwork, _ mode: NamespaceMode) throws {
    let asked = request.network
    let given = [
      ("dns", asked.dnsServers), ("dns-option", asked.dnsOptions),
      ("dns-search", asked.dnsSearches),
    ]
    if let (name, _) = given.first(where: { !$0.1.isEmpty }), mode.hasNoResolverOfItsOwn {
      throw EngineError.conflict("--\(name)", "--network \(mode)")
    }
    if asked.dnsServers.contains("none") {
      guard given.map(\.1.count) == [1, 0, 0] else {
        throw EngineError.conflict("--dns none", "other options of the resolver")
      }
      network.keepsResolver = true
      return
    }
    for (option, servers) in [
      ("--dns", asked.dnsServers), ("dns_servers of containers.conf", defaults.dnsServers),
    ] {
      if let server = servers.first(where: { IPAddress($0) == nil }) {
        throw EngineError.invalid(option: option, value: server, reason: "it is no IP address")
      }
    }
    if asked.dnsSearches.contains("."), asked.dnsSearches.count > 1 {
      throw EngineError.invalid(
        option: "--dns-search", value: asked.dnsSearches.joined(separator: ","),
        reason: "a dot means no search domains, and stands alone")
    }
    network.dnsServers = defaults.dnsServers + asked.dnsServers
    network.dnsSearches =
      asked.dnsSearches == ["."] ? ["."] : defaults.dnsSearches + asked.dnsSearches
    network.dnsOptions = defaults.dnsOptions + asked.dnsOptions
  }

  private func attach(_ network: inout ContainerNetwork) throws {
    var asked = request.network.networks.filter { $0 != "private" }
    if asked.isEmpty {
      let standard = defaults.networkNamespace
      asked = standard == "private" ? [isRootless ? userModeDefault : "bridge"] : [standard]
    }
    // `one,two` are two networks, where no options follow.
    for text in asked.flatMap({
      $0.contains(":") ? [$0] : $0.split(separator: ",").map(String.init)
    }) {
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard let name = parts.first, !name.isEmpty else { continue }
      let options = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
      switch name {
      case "pasta", "slirp4netns":
        if asked.count > 1 { throw EngineError.conflict("--network \(name)", "another --network") }
        network.userMode = name
        network.userModeOptions =
          options
          + (name == "pasta"
            ? engine.configuration.containersConf.network.pastaOptions
            : settings.networkCommandOptions)
      case "bridge", "default":
        network.attachments.append(
          try attachment(engine.configuration.containersConf.network.defaultNetwork, options))
      case "none", "host":
        throw EngineError.nothingToDo(
          "can only set extra network names, selected mode \(name) conflicts with bridge: invalid "
            + "argument")
      default: network.attachments.append(try attachment(try existing(name), options))
      }
    }
    var seen: Set<String> = []
    network.attachments.removeAll { !seen.insert($0.name).inserted }
  }

  /// The name of a network that has to be there.
  private func existing(_ nameOrID: String) throws -> String {
    nameOrID == engine.configuration.containersConf.network.defaultNetwork
      ? nameOrID : try engine.networks.find(nameOrID).name
  }

  private var userModeDefault: String {
    engine.configuration.containersConf.network.rootlessNetworkCommand
  }

  private func attachment(
    _ name: String, _ options: [String]
  ) throws -> ContainerNetwork.Attachment {
    var attachment = ContainerNetwork.Attachment(name)
    for option in options {
      let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.count > 1 ? parts[1] : ""
      guard !value.isEmpty else {
        throw EngineError.invalid(
          option: "--network", value: option, reason: "an option has to be name=value")
      }
      switch parts[0] {
      case "ip", "ip6": attachment.addresses.append(value)
      case "mac": attachment.mac = value
      case "alias": attachment.aliases.append(value)
      case "interface_name", "host_interface_name": attachment.interface = value
      default:
        throw EngineError.invalid(
          option: "--network", value: option,
          reason: "there are ip, ip6, mac, alias and interface_name")
      }
    }
    return attachment
  }

  private func apply(_ asked: NetworkRequest, to network: inout ContainerNetwork) throws {
    if !asked.addresses.isEmpty || asked.mac != nil {
      guard network.attachments.count == 1 else {
        throw EngineError.nothingToDo(
          "--ip, --ip6 and --mac-address can only be set for a single network; with several, use "
            + "--network NAME:ip=…,mac=…")
      }
      network.attachments[0].addresses += asked.addresses
      network.attachments[0].mac = asked.mac ?? network.attachments[0].mac
    }
    for index in network.attachments.indices { network.attachments[index].aliases += asked.aliases }
  }

  // MARK: Ports

  private func exposedPorts() throws -> [String] {
    var result: [String] = []
    for text in request.network.exposedPorts {
      guard let ports = PortRange(text) else {
        throw EngineError.invalid(
          option: "--expose", value: text, reason: "it has to be PORT[-PORT][/PROTOCOL]")
      }
      result += ports.texts
    }
    // What an image says and means no port has no effect.
    for text in (image?.parameters.exposedPorts ?? []).sorted() {
      result += PortRange(text)?.texts ?? []
    }
    var seen: Set<String> = []
    return result.filter { seen.insert($0).inserted }
  }

  /// A port without an address of the host stands at those of `default_host_ips`.
  private func atStandardAddresses(_ port: ContainerNetwork.Port) -> [ContainerNetwork.Port] {
    let addresses = engine.configuration.containersConf.network.hostAddresses
    guard port.hostAddress.isEmpty, !addresses.isEmpty else { return [port] }
    return addresses.map { address in
      var copy = port
      copy.hostAddress = address
      return copy
    }
  }

  private func ports(
    _ network: ContainerNetwork, _ mode: NamespaceMode
  ) throws -> [ContainerNetwork.Port] {
    var ports = request.network.ports
    if mode != .private {
      if !ports.isEmpty, mode != .host {
        throw EngineError.conflict("--publish", "--network \(mode)")
      }
      // With the host's network every port is there already: podman drops the mappings with a warning.
      return []
    }
    if request.network.publishesAll {
      for text in network.exposedPorts {
        guard let range = PortRange(text) else { continue }
        let isPublished = ports.contains {
          $0.containerPort == range.first && $0.transport == range.transport
        }
        if isPublished { continue }
        var port = ContainerNetwork.Port()
        port.containerPort = range.first
        port.transport = range.transport
        ports.append(port)
      }
    }
    return try withoutConflicts(ports.flatMap(atStandardAddresses))
  }

  /// A mapping that is said twice counts once; a port of the host cannot lead to two places.
  private func withoutConflicts(
    _ ports: [ContainerNetwork.Port]
  ) throws -> [ContainerNetwork.Port] {
    var result: [ContainerNetwork.Port] = []
    for port in ports {
      if port.hostPort != 0, result.contains(port) { continue }
      if let other = result.first(where: { $0.sharesHostPort(with: port) }) {
        throw EngineError.invalid(
          option: "--publish", value: "\(port.hostPort):\(port.containerPort)/\(port.transport)",
          reason: "port \(max(port.hostPort, other.hostPort)) of the host is published already, "
            + "for port \(other.containerPort) of the container")
      }
      result.append(port)
    }
    return result
  }
}

extension ContainerNetwork.Port {
  fileprivate func sharesHostPort(with other: Self) -> Bool {
    guard transport == other.transport, hostPort != 0, other.hostPort != 0,
      hostAddress.isEmpty || other.hostAddress.isEmpty || hostAddress == other.hostAddress
    else { return false }
    let (low, high) = hostPort < other.hostPort ? (self, other) : (other, self)
    return UInt32(low.hostPort) + UInt32(low.count) > UInt32(high.hostPort)
  }
}

extension NamespaceMode {
  /// Whether /etc/resolv.conf is another's, or there is nobody to ask.
  fileprivate var hasNoResolverOfItsOwn: Bool {
    switch self {
    case .none, .container: true
    default: false
    }
  }
}

/// `80`, `80-90/udp`.
struct PortRange {
  var first: UInt16
  var last: UInt16
  var transport: String

  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    transport = parts.count == 2 ? parts[1].lowercased() : "tcp"
    guard ["tcp", "udp", "sctp"].contains(transport) else { return nil }
    let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count <= 2, let first = UInt16(numbers[0]),
      let last = UInt16(numbers[numbers.count - 1]), first > 0, last >= first
    else { return nil }
    self.first = first
    self.last = last
  }

  var texts: [String] { (first...last).map { "\($0)/\(transport)" } }
}
