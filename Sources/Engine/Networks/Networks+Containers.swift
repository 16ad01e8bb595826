import EngineConfig
import JSON
import LinuxSystem
public import Networking

extension Networks {
  /// Joins a container to its networks, before its program begins; ports that were left open are chosen.
  ///
  /// - Parameter namespace: the file that stands for its network namespace.
  public func setUp(_ record: ContainerRecord, namespace: String) throws -> NetworkSetup {
    try service.setUp(try containerNetworks(record, namespace: namespace))
  }

  /// Takes back what a container has of its networks; its devices go with the namespace. Nothing to take
  /// back is no error.
  public func tearDown(containerID: String) throws {
    try service.tearDown(containerID: containerID)
  }

  /// What Networking needs to know about a container.
  func containerNetworks(
    _ record: ContainerRecord, namespace: String
  ) throws -> ContainerNetworks {
    let service = try service
    let ports = try record.network.ports.map { try mapping($0) }
    return ContainerNetworks(
      containerID: record.id, containerName: record.name, namespace: namespace,
      attachments: try record.network.attachments.map { try attachment($0, record) },
      ports: try service.choosePorts(ports),
      dnsServers: record.network.dnsServers.compactMap { IPAddress($0) })
  }

  func attachment(
    _ attachment: ContainerNetwork.Attachment, _ record: ContainerRecord
  ) throws -> NetworkAttachment {
    var result = NetworkAttachment(network: attachment.name)
    result.interface = attachment.interface
    result.aliases = attachment.aliases
    if let hostname = record.hostname, hostname != record.name { result.aliases.append(hostname) }
    for text in attachment.addresses {
      guard let address = IPAddress(text) else {
        throw EngineError.invalid(option: "--ip", value: text, reason: "it is no IP address")
      }
      result.staticAddresses.append(address)
    }
    if let text = attachment.mac {
      guard let mac = MACAddress(text) else {
        throw EngineError.invalid(
          option: "--mac-address", value: text, reason: "it is no hardware address")
      }
      result.staticMAC = mac
    }
    return result
  }

  /// A published port of the record.
  func mapping(_ port: ContainerNetwork.Port) throws -> PortMapping {
    guard let transport = PortMapping.TransportProtocol(rawValue: port.transport) else {
      throw EngineError.invalid(
        option: "--publish", value: port.transport, reason: "protocols are tcp, udp and sctp")
    }
    var address: IPAddress?
    if !port.hostAddress.isEmpty {
      address = IPAddress(port.hostAddress)
      if address == nil {
        throw EngineError.invalid(
          option: "--publish", value: port.hostAddress, reason: "it is no IP address")
      }
    }
    return PortMapping(
      hostAddress: address, hostPort: port.hostPort, containerPort: port.containerPort,
      count: port.count, transport: transport)
  }

  // MARK: /etc/hosts and /etc/resolv.conf

  /// The contents of a container's /etc/hosts.
  ///
  /// - Parameters:
  ///   - statuses: what it has of its networks.
  ///   - userModeHost: how it reaches the host in a user-mode network.
  ///   - imageHosts: the image's own file, which `--hosts-file image` takes as the base.
  public func hostsFile(
    _ record: ContainerRecord, statuses: [NetworkStatus], imageHosts: String = "",
    userModeHost: IPAddress? = nil
  ) throws -> String {
    var file = HostsFile()
    file.base = try hostsBase(record, imageHosts: imageHosts)
    file.host = hostAddress(record, statuses, userModeHost)
    for text in record.network.addedHosts { file.added.append(try addedHost(text, file.host)) }
    file.own = HostsFile.own(statuses, ownNames(record))
    if record.namespaces.network == .none, let loopback = IPAddress("127.0.0.1") {
      file.own = [HostsFile.Entry(loopback, ownNames(record))]
    }
    return file.contents()
  }

  /// The names of a container in its own /etc/hosts.
  func ownNames(_ record: ContainerRecord) -> [String] {
    [record.hostname ?? record.shortID, record.name]
  }

  private func hostsBase(_ record: ContainerRecord, imageHosts: String) throws -> String {
    let path = record.network.hostsFile ?? "/etc/hosts"
    switch path {
    case "none": return ""
    case "image": return imageHosts
    default:
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try readRegularFile(path, limit: 1 << 24)
      } catch {
        if record.network.hostsFile == nil { return "" }
        throw error
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The host, as the container reaches it.
  private func hostAddress(
    _ record: ContainerRecord, _ statuses: [NetworkStatus], _ userModeHost: IPAddress?
  ) -> IPAddress? {
    switch engine.configuration.containersConf.containers.hostAddress ?? "" {
    case "": break
    case "none": return nil
    case let text: return IPAddress(text)
    }
    if record.namespaces.network == .host { return IPAddress("127.0.0.1") }
    if let userModeHost { return userModeHost }
    // A user's bridges are not the host's. Those of macvlan and ipvlan have a router of their own.
    let own = statuses.flatMap(\.addresses)
    if !engine.configuration.user.isRootless {
      let gateways = statuses.filter { isBridge($0.network) }.flatMap(\.addresses)
        .compactMap(\.gateway)
      if let gateway = gateways.first(where: { !$0.isV6 }) ?? gateways.first { return gateway }
    }
    return HostDevices.mainAddress(except: own.map(\.address.address))
  }

  private func isBridge(_ network: String) -> Bool {
    (try? service.network(network))?.driver == "bridge"
  }

  /// `name[;name…]:address` or `…:host-gateway`.
  private func addedHost(_ text: String, _ host: IPAddress?) throws -> HostsFile.Entry {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let names = (parts.first ?? "").split(separator: ";").map(String.init)
    guard parts.count == 2, !names.isEmpty else {
      throw EngineError.invalid(
        option: "--add-host", value: text, reason: "it has to be name:address")
    }
    if parts[1] == "host-gateway" {
      guard let host else {
        throw EngineError.invalid(
          option: "--add-host", value: text,
          reason: "the network of this container has no way to the host")
      }
      return HostsFile.Entry(host, names)
    }
    let bare =
      parts[1].hasPrefix("[") && parts[1].hasSuffix("]")
      ? String(parts[1].dropFirst().dropLast()) : parts[1]
    guard let address = IPAddress(bare) else {
      throw EngineError.invalid(
        option: "--add-host", value: text, reason: "\"\(parts[1])\" is no IP address")
    }
    return HostsFile.Entry(address, names)
  }

  /// The contents of a container's /etc/resolv.conf.
  ///
  /// - Parameters:
  ///   - statuses: what it has of its networks.
  ///   - userModeServers: what a user-mode network says are its servers.
  public func resolvConf(
    _ record: ContainerRecord, statuses: [NetworkStatus], userModeServers: [IPAddress] = []
  ) -> String {
    let network = record.network
    let isHosts = record.namespaces.network == .host
    var namespace: String?
    if case .path(let path) = record.namespaces.network { namespace = path }
    let host = ResolvConf.ofHost(keepsLoopback: isHosts, namespace: namespace)
    var servers = network.dnsServers
    var userModeServers = userModeServers
    // A user's bridges have the way out of a user-mode network.
    if engine.configuration.user.isRootless, !network.attachments.isEmpty {
      userModeServers = UserModeNetwork.sharedServers
    }
    // A user-mode network's own come before the host's, and do not take their place.
    if servers.isEmpty, !userModeServers.isEmpty {
      let hosts = ResolvConf.container(host: host, statuses: statuses).servers
      servers = userModeServers.map { "\($0)" } + hosts
    }
    return ResolvConf.container(
      host: host, statuses: statuses, servers: servers, searchDomains: network.dnsSearches,
      options: network.dnsOptions, keepsLoopback: isHosts
    ).contents()
  }

  // MARK: Statuses in records

  /// What a container has of its networks, as its state keeps it.
  public static func statuses(_ state: ContainerState) -> [NetworkStatus] {
    state.networkStatus.compactMap { tree in
      (try? JSONWriter().write(tree)).flatMap {
        try? JSONReader().read(NetworkStatus.self, from: $0)
      }
    }
  }

  /// The same for the state to keep.
  public static func trees(_ statuses: [NetworkStatus]) -> [JSONTree] {
    statuses.compactMap { status in
      (try? JSONWriter().write(status)).flatMap {
        try? JSONReader().read(JSONTree.self, from: $0)
      }
    }
  }
}

extension ContainerNetwork.Port {
  /// The record of a mapping.
  init(_ mapping: PortMapping) {
    self.init()
    hostAddress = mapping.hostAddress.map { "\($0)" } ?? ""
    hostPort = mapping.hostPort
    containerPort = mapping.containerPort
    count = mapping.count
    transport = mapping.transport.rawValue
  }
}
