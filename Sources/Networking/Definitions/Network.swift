public import JSON

/// A network that containers can join, as podman's JSON files describe it (netavark(1), podman's
/// `network inspect`): files of one engine are the other's.
public struct Network: Equatable, Sendable {
  public var name: String
  /// 64 hexadecimal digits.
  public var id: String
  /// `bridge`, `macvlan` or `ipvlan`.
  public var driver: String
  /// The bridge that is made, or the device of the host that macvlan and ipvlan stand on; nil or
  /// empty there for the device of the default route.
  public var interface: String?
  /// When it was created, RFC 3339.
  public var created: String
  public var subnets: [NetworkSubnet]?
  /// Routes that its containers get beside the default one.
  public var routes: [NetworkRoute]?
  public var isIPv6Enabled: Bool
  /// No way out of it.
  public var isInternal: Bool
  /// Whether its containers find each other by name.
  public var isDNSEnabled: Bool
  /// Servers that are asked for names that are no container's, in place of the host's.
  public var dnsServers: [String]?
  public var labels: [String: String]?
  /// The driver's: `mtu`, `vlan`, `isolate`, `metric`, `mode`, `no_default_route`, `vrf`, …
  public var options: [String: String]?
  /// `driver` is `host-local`, `dhcp` or `none`.
  public var ipamOptions: [String: String]?

  /// How containers get addresses.
  public enum AddressSource: String, CaseIterable, Sendable {
    case hostLocal = "host-local"
    case dhcp, none
  }

  public var addressSource: AddressSource {
    ipamOptions?["driver"].flatMap(AddressSource.init) ?? .hostLocal
  }
}

/// Addresses of a network.
public struct NetworkSubnet: Equatable, Sendable {
  public var subnet: Subnet
  /// The bridge's own address and the containers' default route; nil for none.
  public var gateway: IPAddress?
  /// Where containers get addresses from when none is asked for; nil for all of the subnet.
  public var leaseRange: LeaseRange?

  /// A range of addresses, both ends included.
  public struct LeaseRange: Equatable, Sendable {
    public var start: IPAddress?
    public var end: IPAddress?

    public init(start: IPAddress?, end: IPAddress?) {
      self.start = start
      self.end = end
    }
  }

  public init(subnet: Subnet, gateway: IPAddress? = nil, leaseRange: LeaseRange? = nil) {
    self.subnet = subnet
    self.gateway = gateway
    self.leaseRange = leaseRange
  }
}

/// A route of a network's containers.
public struct NetworkRoute: Equatable, Sendable {
  public var destination: Subnet
  public var gateway: IPAddress
  public var metric: UInt32?

  public init(destination: Subnet, gateway: IPAddress, metric: UInt32? = nil) {
    self.destination = destination
    self.gateway = gateway
    self.metric = metric
  }
}

extension Network: JSONObject {
  public static var blank: Network {
    Network(
      name: "", id: "", driver: "", created: "", isIPv6Enabled: false, isInternal: false,
      isDNSEnabled: false)
  }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("name", &name)
    try object.member("id", &id)
    try object.member("driver", &driver)
    try object.member("network_interface", &interface)
    try object.member("created", &created)
    try object.member("subnets", &subnets)
    try object.member("routes", &routes)
    try object.member("ipv6_enabled", &isIPv6Enabled)
    try object.member("internal", &isInternal)
    try object.member("dns_enabled", &isDNSEnabled)
    try object.member("network_dns_servers", &dnsServers)
    try object.member("labels", &labels)
    try object.member("options", &options)
    try object.member("ipam_options", &ipamOptions)
  }
}

extension NetworkSubnet: JSONObject {
  public static var blank: NetworkSubnet {
    NetworkSubnet(subnet: .everything)
  }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("subnet", &subnet)
    try object.member("gateway", &gateway)
    try object.member("lease_range", &leaseRange)
  }
}

extension NetworkSubnet.LeaseRange: JSONObject {
  public static var blank: NetworkSubnet.LeaseRange { .init(start: nil, end: nil) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("start_ip", &start)
    try object.member("end_ip", &end)
  }
}

extension NetworkRoute: JSONObject {
  public static var blank: NetworkRoute {
    NetworkRoute(destination: .everything, gateway: .v4(0))
  }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("destination", &destination)
    try object.member("gateway", &gateway)
    try object.member("metric", &metric)
  }
}
