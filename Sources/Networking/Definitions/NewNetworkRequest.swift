/// What is asked of `network create`; everything but the name can be left to us.
public struct NewNetworkRequest: Equatable, Sendable {
  /// Nil for the first free of `podman1`, `podman2`, …
  public var name: String?
  public var driver = "bridge"
  /// The bridge's or parent device's name; nil for a free one.
  public var interface: String?
  /// Empty for a free one of the pools.
  public var subnets: [SubnetRequest] = []
  public var routes: [NetworkRoute] = []
  public var isIPv6Enabled = false
  public var isInternal = false
  public var isDNSEnabled = true
  public var dnsServers: [String] = []
  public var labels: [String: String] = [:]
  /// The driver's options, under podman's or Docker's names (`com.docker.network.driver.mtu`).
  public var options: [String: String] = [:]
  /// `host-local`, `dhcp` or `none`; nil for what the driver usually has.
  public var ipamDriver: String?
  /// Whether an existing network of that name is the result instead of an error.
  public var ignoresExisting = false

  /// A subnet that is asked for.
  public struct SubnetRequest: Equatable, Sendable {
    public var subnet: Subnet
    /// Nil for the first address.
    public var gateway: IPAddress?
    public var leaseRange: NetworkSubnet.LeaseRange?

    public init(
      subnet: Subnet, gateway: IPAddress? = nil, leaseRange: NetworkSubnet.LeaseRange? = nil
    ) {
      self.subnet = subnet
      self.gateway = gateway
      self.leaseRange = leaseRange
    }
  }

  public init(name: String? = nil) { self.name = name }
}
