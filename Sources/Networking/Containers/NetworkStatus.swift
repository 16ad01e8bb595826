public import JSON

/// What a container has got of one network. The members are those of podman's status blocks.
public struct NetworkStatus: Equatable, Sendable {
  /// The network's name.
  public var network: String
  /// The device's name in the container.
  public var interface: String
  public var mac: MACAddress?
  /// Each with the prefix of its subnet, and the gateway of it.
  public var addresses: [Assigned]
  /// Name servers that the container asks for this network's names; empty where it has none.
  public var dnsServers: [IPAddress]
  public var dnsSearchDomains: [String]

  public struct Assigned: Equatable, Sendable {
    public var address: Subnet
    public var gateway: IPAddress?

    public init(address: Subnet, gateway: IPAddress?) {
      self.address = address
      self.gateway = gateway
    }
  }

  public init(
    network: String, interface: String, mac: MACAddress?, addresses: [Assigned] = [],
    dnsServers: [IPAddress] = [], dnsSearchDomains: [String] = []
  ) {
    self.network = network
    self.interface = interface
    self.mac = mac
    self.addresses = addresses
    self.dnsServers = dnsServers
    self.dnsSearchDomains = dnsSearchDomains
  }
}

extension NetworkStatus: JSONObject {
  public static var blank: NetworkStatus { NetworkStatus(network: "", interface: "", mac: nil) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("network", &network)
    try object.member("interface", &interface)
    try object.member("mac_address", &mac)
    try object.member("subnets", &addresses)
    try object.member("dns_server_ips", &dnsServers)
    try object.member("dns_search_domains", &dnsSearchDomains)
  }
}

extension NetworkStatus.Assigned: JSONObject {
  public static var blank: NetworkStatus.Assigned { .init(address: .everything, gateway: nil) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ipnet", &address)
    try object.member("gateway", &gateway)
  }
}
