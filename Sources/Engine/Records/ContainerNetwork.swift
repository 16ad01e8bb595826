public import JSON

/// A container's part in networks.
public struct ContainerNetwork: JSONObject, Equatable, Sendable {
  /// One network that it is in.
  public struct Attachment: JSONObject, Equatable, Sendable {
    public var name = ""
    public var addresses: [String] = []
    public var mac: String?
    public var aliases: [String] = []
    public var interface: String?

    public init() {}
    public init(_ name: String) { self.name = name }
    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("name", &name)
      try object.member("addresses", &addresses, standard: [])
      try object.member("mac", &mac)
      try object.member("aliases", &aliases, standard: [])
      try object.member("interface", &interface)
    }
  }

  /// A port, or a row of them, that is published.
  public struct Port: JSONObject, Equatable, Sendable {
    /// Empty for all addresses.
    public var hostAddress = ""
    /// 0 before one is chosen.
    public var hostPort: UInt16 = 0
    public var containerPort: UInt16 = 0
    public var count: UInt16 = 1
    /// `tcp`, `udp` or `sctp`.
    public var transport = "tcp"

    public init() {}
    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("host_ip", &hostAddress, standard: "")
      try object.member("container_port", &containerPort)
      try object.member("host_port", &hostPort)
      try object.member("range", &count, standard: 1)
      try object.member("protocol", &transport, standard: "tcp")
    }
  }

  public var attachments: [Attachment] = []
  public var ports: [Port] = []
  /// `80/tcp`: what the image or `--expose` names.
  public var exposedPorts: [String] = []
  /// `pasta` or `slirp4netns` in a network's place, with its options.
  public var userMode: String?
  public var userModeOptions: [String] = []
  public var dnsServers: [String] = []
  public var dnsSearches: [String] = []
  public var dnsOptions: [String] = []
  /// `name:address`, names separated by semicolons.
  public var addedHosts: [String] = []
  /// A path, `image` or `none`; nil for the host's file.
  public var hostsFile: String?
  /// Whether /etc/hosts, /etc/resolv.conf and /etc/hostname are the image's affair.
  public var keepsHosts = false
  public var keepsResolver = false
  public var keepsHostName = false

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("attachments", &attachments, standard: [])
    try object.member("ports", &ports, standard: [])
    try object.member("exposedPorts", &exposedPorts, standard: [])
    try object.member("userMode", &userMode)
    try object.member("userModeOptions", &userModeOptions, standard: [])
    try object.member("dnsServers", &dnsServers, standard: [])
    try object.member("dnsSearches", &dnsSearches, standard: [])
    try object.member("dnsOptions", &dnsOptions, standard: [])
    try object.member("addedHosts", &addedHosts, standard: [])
    try object.member("hostsFile", &hostsFile)
    try object.member("keepsHosts", &keepsHosts, standard: false)
    try object.member("keepsResolver", &keepsResolver, standard: false)
    try object.member("keepsHostName", &keepsHostName, standard: false)
  }
}
