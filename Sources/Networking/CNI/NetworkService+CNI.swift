import JSON
import LinuxSystem
import SystemPackage

/// Networks of CNI, by the plugins of others (`network_backend = "cni"`).
extension NetworkService {
  func cniNetworks() throws(NetworkError) -> (networks: [Network], broken: [NetworkError]) {
    let (files, broken) = ConflistFile.all(in: configuration.cniDefinitions)
    return (files.map(\.network), broken)
  }

  private func conflist(_ name: String) throws(NetworkError) -> ConflistFile {
    let (files, broken) = ConflistFile.all(in: configuration.cniDefinitions)
    guard let file = files.first(where: { $0.name == name }) else {
      throw broken.first ?? .notFound(name)
    }
    return file
  }

  func createCNI(_ request: NewNetworkRequest) throws(NetworkError) -> Network {
    let networks = try cniNetworks().networks
    if let name = request.name, let existing = networks.first(where: { $0.name == name }) {
      guard request.ignoresExisting else { throw .exists(name) }
      return existing
    }
    guard request.driver == "bridge" else {
      throw .conflict("--driver \(request.driver)", "network_backend = \"cni\"")
    }
    let network = try NewNetwork(
      configuration: configuration, networks: networks, host: try HostDevices()
    ).network(request)
    let text: [UInt8]
    do throws(JSONError) {
      text = try JSONWriter(.indented("   ")).write(ConflistFile.document(network)) + [10]
    } catch {
      throw .json(error)
    }
    try asNetworkError { () throws(SystemError) in
      try makeDirectories(configuration.cniDefinitions, mode: 0o755)
      let folder = try openFile(configuration.cniDefinitions, [.readOnly, .directory])
      try folder.lent.replaceFile(
        "\(network.name).conflist", contents: text, mode: 0o644, durable: true)
    }
    return network
  }

  func removeCNI(_ network: Network) throws(NetworkError) {
    let file = try conflist(network.name)
    try asNetworkError { () throws(SystemError) in try removeFile(file.path) }
  }

  func setUpCNI(_ container: ContainerNetworks) throws(NetworkError) -> NetworkSetup {
    try tearDown(containerID: container.containerID)
    guard let identity = NetworkNamespace.identity(of: container.namespace) else {
      throw .namespaceGone(container.namespace)
    }
    var state = ContainerState(
      containerID: container.containerID, containerName: container.containerName,
      namespace: container.namespace, identity: identity, statuses: [], aliases: [:],
      ports: container.ports, dnsServers: container.dnsServers)
    do throws(NetworkError) {
      for (position, attachment) in container.attachments.enumerated() {
        let interface = attachment.interface ?? "eth\(position)"
        let file = try conflist(attachment.network)
        // Written before anything is made, so that it can be taken back.
        state.statuses.append(
          NetworkStatus(network: file.name, interface: interface, mac: attachment.staticMAC))
        try states.write(state)
        let ports = position == 0 ? container.ports : []
        let result = try addPlugins(file, state, interface, attachment, ports)
        state.statuses[position] = NetworkStatus(cni: result, file.name, interface)
        try states.write(state)
      }
    } catch {
      let failure = error
      do throws(NetworkError) {
        try tearDown(containerID: container.containerID)
      } catch {
        throw .unclean(failure, cleanUp: [error])
      }
      throw failure
    }
    return NetworkSetup(statuses: state.statuses, heldPorts: [])
  }

  func tearDownCNI(_ state: ContainerState) throws(NetworkError) {
    var failures: [NetworkError] = []
    for status in state.statuses.reversed() {
      do throws(NetworkError) {
        let file = try conflist(status.network)
        let ports = status.network == state.statuses.first?.network ? state.ports : []
        let call = call("DEL", state, status.interface)
        for plugin in file.plugins.reversed() {
          let configuration = file.configuration(
            plugin, previous: nil, ports: ports, NetworkAttachment(network: status.network))
          _ = try call.run(plugin["type"]?.string ?? "", configuration)
        }
      } catch {
        failures.append(error)
      }
    }
    try asNetworkError { () throws(SystemError) in try states.remove(state.containerID) }
    if let first = failures.first {
      throw failures.count == 1 ? first : .unclean(first, cleanUp: Array(failures.dropFirst()))
    }
  }

  private func addPlugins(
    _ file: ConflistFile, _ state: ContainerState, _ interface: String,
    _ attachment: NetworkAttachment, _ ports: [PortMapping]
  ) throws(NetworkError) -> JSONTree {
    let call = call("ADD", state, interface)
    var result: JSONTree?
    for plugin in file.plugins {
      let configuration = file.configuration(
        plugin, previous: result, ports: ports, attachment)
      result = try call.run(plugin["type"]?.string ?? "", configuration) ?? result
    }
    return result ?? .object([])
  }

  private func call(_ command: String, _ state: ContainerState, _ interface: String) -> PluginCall {
    PluginCall(
      command: command, containerID: state.containerID,
      // A namespace that is gone is named by nothing.
      namespace: state.lives ? state.namespace : "", interface: interface,
      folders: configuration.cniPluginFolders)
  }
}

extension ConflistFile {
  /// What a plugin gets: its own part, with the network's name, the result so far, and of what we know
  /// about the container what it says it can use.
  fileprivate func configuration(
    _ plugin: JSONTree, previous: JSONTree?, ports: [PortMapping], _ attachment: NetworkAttachment
  ) -> JSONTree {
    guard case .object(var members) = plugin else { return plugin }
    members.removeAll { ["name", "cniVersion", "prevResult"].contains($0.name) }
    members.insert(.init("cniVersion", .string(version)), at: 0)
    members.insert(.init("name", .string(name)), at: 1)
    var known: [JSONTree.Member] = []
    func can(_ capability: String) -> Bool { plugin["capabilities"]?[capability] == .bool(true) }
    if can("portMappings"), !ports.isEmpty {
      known.append(.init("portMappings", .array(ports.flatMap(ConflistFile.mappings))))
    }
    if can("ips"), !attachment.staticAddresses.isEmpty {
      known.append(.init("ips", .array(attachment.staticAddresses.map { .string("\($0)") })))
    }
    if can("mac"), let mac = attachment.staticMAC {
      known.append(.init("mac", .string("\(mac)")))
    }
    if !known.isEmpty { members.append(.init("runtimeConfig", .object(known))) }
    if let previous { members.append(.init("prevResult", previous)) }
    return .object(members)
  }

  private static func mappings(_ mapping: PortMapping) -> [JSONTree] {
    (0..<max(mapping.count, 1)).map { step in
      .object([
        .init("hostPort", .number("\(mapping.hostPort &+ step)")),
        .init("containerPort", .number("\(mapping.containerPort &+ step)")),
        .init("protocol", .string(mapping.transport.rawValue)),
        .init("hostIP", .string(mapping.hostAddress.map { "\($0)" } ?? "")),
      ])
    }
  }

  /// A network of ours as the plugins of Debian's containernetworking-plugins make it.
  static func document(_ network: Network) -> JSONTree {
    let ranges = (network.subnets ?? []).map { subnet in
      JSONTree.array([
        .object(
          [JSONTree.Member("subnet", .string("\(subnet.subnet)"))]
            + (subnet.gateway.map { [.init("gateway", .string("\($0)"))] } ?? []))
      ])
    }
    let routes = (network.subnets ?? []).map { subnet in
      JSONTree.object([.init("dst", .string(subnet.subnet.isV6 ? "::/0" : "0.0.0.0/0"))])
    }
    let bridge = JSONTree.object([
      .init("type", .string("bridge")), .init("bridge", .string(network.interface ?? "")),
      .init("isGateway", .bool(!network.isInternal)),
      .init("ipMasq", .bool(!network.isInternal)), .init("hairpinMode", .bool(true)),
      .init(
        "ipam",
        .object([
          .init("type", .string("host-local")),
          .init("routes", .array(network.isInternal ? [] : routes)),
          .init("ranges", .array(ranges)),
        ])), .init("capabilities", .object([.init("ips", .bool(true))])),
    ])
    let ports = JSONTree.object([
      .init("type", .string("portmap")),
      .init("capabilities", .object([.init("portMappings", .bool(true))])),
    ])
    let others = ["firewall", "tuning"].map { JSONTree.object([.init("type", .string($0))]) }
    return .object([
      .init("cniVersion", .string("0.4.0")), .init("name", .string(network.name)),
      .init("plugins", .array([bridge, ports] + others)),
    ])
  }
}

extension NetworkStatus {
  /// What a chain of plugins says it has made.
  fileprivate init(cni result: JSONTree, _ network: String, _ interface: String) {
    let own = (result["interfaces"]?.elements ?? []).first { $0["name"]?.string == interface }
    self.init(
      network: network, interface: interface,
      mac: own?["mac"]?.string.flatMap { MACAddress($0) })
    for ip in result["ips"]?.elements ?? [] {
      guard let address = ip["address"]?.string.flatMap({ Subnet($0) }) else { continue }
      addresses.append(
        .init(address: address, gateway: ip["gateway"]?.string.flatMap { IPAddress($0) }))
    }
    dnsServers = (result["dns"]?["nameservers"]?.elements ?? [])
      .compactMap { $0.string.flatMap { IPAddress($0) } }
    dnsSearchDomains = (result["dns"]?["search"]?.elements ?? []).compactMap(\.string)
  }
}
