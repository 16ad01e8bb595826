import EngineConfig
import JSON
import LinuxSystem
import Networking
import RuntimeSpec

extension ContainerEngine {
  /// Networks and who is in them.
  var networking: NetworkService {
    let conf = configuration.containersConf.network
    var settings = NetworkConfiguration(
      definitions: configuration.folders.networks,
      runFolder: configuration.folders.runRoot + "/networks",
      isRootless: configuration.user.isRootless)
    settings.defaultNetwork = conf.defaultNetwork
    settings.defaultSubnet = conf.defaultSubnet
    settings.subnetPools = conf.subnetPools.compactMap { pool in
      guard let base = pool["base"].flatMap({ Subnet($0) }),
        let size = pool["size"].flatMap({ Int($0) })
      else { return nil }
      return SubnetPool(base: base, size: size)
    }
    if let port = conf.dnsPort, port > 0 { settings.dnsPort = port }
    settings.nameServerProgram = try? configuration.programs.path(of: "podman-dns")
    settings.pastaOptions = conf.pastaOptions
    settings.usesCNI = conf.backend == "cni"
    settings.cniPluginFolders = conf.cniPluginFolders
    return NetworkService(settings)
  }
}

extension ContainerPreparation {
  /// What the container has of its networks.
  var statuses: [NetworkStatus] {
    state.networkStatus.compactMap { tree in
      guard let bytes = try? JSONWriter().write(tree) else { return nil }
      return try? JSONReader().read(NetworkStatus.self, from: bytes)
    }
  }

  /// The address by which the container reaches the host.
  var hostAddress: IPAddress? {
    let defaults = engine.configuration.containersConf.containers
    if let configured = defaults.hostAddress {
      return configured == "none" ? nil : IPAddress(configured)
    }
    return state.hostAddress.flatMap { IPAddress($0) }
      ?? statuses.flatMap(\.addresses).compactMap(\.gateway).first
  }

  /// Whether the network is the runtime's to make, because it belongs to the container's own users:
  /// then it is set up once the container is there and before it starts.
  var setsUpNetworkLater: Bool {
    record.namespaces.network == .private && !record.namespaces.uidMappings.isEmpty
  }

  /// Makes the network namespace and all that is in it.
  mutating func setUpNetwork() throws {
    state.networkStatus = []
    state.networkNamespace = nil
    state.hostAddress = nil
    guard record.namespaces.network == .private, !setsUpNetworkLater else { return }
    let runtimeFolder =
      context.isRootless ? engine.configuration.user.runFolder : "/run"
    let path = NetworkNamespace.path(ofContainer: record.id, runtimeFolder: runtimeFolder)
    try NetworkNamespace.create(at: path)
    undo.add { try NetworkNamespace.remove(at: path) }
    state.networkNamespace = path
    context.joined[.network] = path
    try configureNetwork(path)
  }

  /// Puts what was asked for into a namespace.
  mutating func configureNetwork(_ path: String) throws {
    let service = engine.networking
    let ports = try record.network.ports.map(Self.mapping)
    if let text = record.network.userMode {
      guard let mode = UserModeNetwork(rawValue: text) else {
        throw EngineError.invalid(option: "--network", value: text, reason: "there is no such mode")
      }
      let setup = try service.setUp(
        mode, options: record.network.userModeOptions, namespace: path, containerID: record.id,
        ports: ports)
      state.networkStatus = [try Self.tree(setup.status)]
      state.hostAddress = setup.hostAddress.map { "\($0)" }
      let id = record.id
      undo.add { try service.tearDown(containerID: id) }
      return
    }
    guard !record.network.attachments.isEmpty else { return }
    let id = record.id
    undo.add { try service.tearDown(containerID: id) }
    let networks = ContainerNetworks(
      containerID: record.id, containerName: record.name, namespace: path,
      attachments: try record.network.attachments.map { try attachment($0) }, ports: ports,
      dnsServers: record.network.dnsServers.compactMap { IPAddress($0) })
    let setup = try service.setUp(networks)
    state.networkStatus = try setup.statuses.map(Self.tree)
    heldPorts = setup.heldPorts
  }

  static func tree(_ status: NetworkStatus) throws -> JSONTree {
    try JSONReader().read(JSONTree.self, from: try JSONWriter().write(status))
  }

  private func attachment(_ asked: ContainerNetwork.Attachment) throws -> NetworkAttachment {
    var attachment = NetworkAttachment(network: asked.name)
    attachment.interface = asked.interface
    attachment.staticAddresses = try asked.addresses.map { text in
      guard let address = IPAddress(text) else {
        throw EngineError.invalid(option: "--ip", value: text, reason: "it is no address")
      }
      return address
    }
    attachment.staticMAC = try asked.mac.map { text in
      guard let address = MACAddress(text) else {
        throw EngineError.invalid(
          option: "--mac-address", value: text, reason: "it is no address of a network device")
      }
      return address
    }
    attachment.aliases = asked.aliases + [record.shortID]
    return attachment
  }

  static func mapping(_ port: ContainerNetwork.Port) throws -> PortMapping {
    guard let transport = PortMapping.TransportProtocol(rawValue: port.transport) else {
      throw EngineError.invalid(
        option: "--publish", value: port.transport, reason: "it has to be tcp, udp or sctp")
    }
    var address: IPAddress?
    if !port.hostAddress.isEmpty {
      guard let parsed = IPAddress(port.hostAddress) else {
        throw EngineError.invalid(
          option: "--publish", value: port.hostAddress, reason: "it is no address")
      }
      address = parsed
    }
    return PortMapping(
      hostAddress: address, hostPort: port.hostPort, containerPort: port.containerPort,
      count: port.count, transport: transport)
  }
}
