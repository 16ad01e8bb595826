/// How a container joins one network.
public struct NetworkAttachment: Equatable, Sendable {
  /// The network's name.
  public var network: String
  /// The device's name in the container; nil for the first free of `eth0`, `eth1`, …
  public var interface: String?
  /// Addresses that the container wants, at most one of each subnet.
  public var staticAddresses: [IPAddress] = []
  public var staticMAC: MACAddress?
  /// Names beside the container's own and its short id.
  public var aliases: [String] = []

  public init(network: String) { self.network = network }
}

/// A port of the host that leads to one of a container.
public struct PortMapping: Hashable, Sendable {
  public enum TransportProtocol: String, CaseIterable, Sendable { case tcp, udp, sctp }

  /// The host's address; nil for all.
  public var hostAddress: IPAddress?
  public var hostPort: UInt16
  public var containerPort: UInt16
  /// How many ports in a row, at least 1.
  public var count: UInt16
  public var transport: TransportProtocol

  public init(
    hostAddress: IPAddress? = nil, hostPort: UInt16, containerPort: UInt16, count: UInt16 = 1,
    transport: TransportProtocol = .tcp
  ) {
    self.hostAddress = hostAddress
    self.hostPort = hostPort
    self.containerPort = containerPort
    self.count = count
    self.transport = transport
  }
}

/// All that the networks need to know about a container.
public struct ContainerNetworks: Equatable, Sendable {
  /// 64 hexadecimal digits.
  public var containerID: String
  public var containerName: String
  /// A file that stands for the container's network namespace: /run/netns/… or /proc/PID/ns/net. It
  /// must name the same namespace at tear-down, or be gone.
  public var namespace: String
  /// In the order in which devices are made.
  public var attachments: [NetworkAttachment]
  /// Host ports that are chosen already: none is 0.
  public var ports: [PortMapping]
  /// Servers for names outside (`--dns`), in place of the networks' and the host's.
  public var dnsServers: [IPAddress]

  public init(
    containerID: String, containerName: String, namespace: String,
    attachments: [NetworkAttachment], ports: [PortMapping] = [], dnsServers: [IPAddress] = []
  ) {
    self.containerID = containerID
    self.containerName = containerName
    self.namespace = namespace
    self.attachments = attachments
    self.ports = ports
    self.dnsServers = dnsServers
  }
}
