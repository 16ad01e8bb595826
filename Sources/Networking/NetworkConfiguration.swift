/// Where networks are kept and what holds for all of them: containers.conf(5), `[network]`.
public struct NetworkConfiguration: Equatable, Sendable {
  /// Where the networks' JSON files are: /etc/containers/networks; of a user
  /// `<graphroot>/networks`.
  public var definitions: String
  /// Our folder for what lives until the machine stops: `<runroot>/networks`.
  public var runFolder: String
  public var isRootless: Bool
  /// The network that needs no file (`default_network`).
  public var defaultNetwork = "podman"
  /// `default_subnet`.
  public var defaultSubnet = "10.88.0.0/16"
  /// Where free subnets are taken from (`default_subnet_pools`).
  public var subnetPools = SubnetPool.standard
  /// The port of our name servers (`dns_bind_port`).
  public var dnsPort: UInt16 = 53
  /// Path of podman-dns; nil for none: then no name of a container is found.
  public var nameServerProgram: String?
  /// A command line that restores the firewall's rules (`podman network reload --all`): podman-dns runs it
  /// when somebody has emptied the firewall.
  public var restoreCommand: [String] = []
  /// Further arguments of pasta for all containers (`pasta_options`).
  public var pastaOptions: [String] = []
  /// Folders in which pasta and slirp4netns are looked for.
  public var helperFolders = [
    "/usr/bin", "/usr/local/bin", "/usr/libexec/podman", "/usr/lib/podman",
  ]
  /// Whether networks are those of CNI (`network_backend = "cni"`).
  public var usesCNI = false
  /// `network_config_dir` of CNI: where its .conflist files are.
  public var cniDefinitions = "/etc/cni/net.d"
  /// `cni_plugin_dirs`.
  public var cniPluginFolders = [
    "/usr/local/libexec/cni", "/usr/libexec/cni", "/usr/local/lib/cni", "/usr/lib/cni",
    "/opt/cni/bin",
  ]

  public init(definitions: String, runFolder: String, isRootless: Bool) {
    self.definitions = definitions
    self.runFolder = runFolder
    self.isRootless = isRootless
  }
}

/// A range of addresses that is cut into subnets of one size.
public struct SubnetPool: Equatable, Sendable {
  public var base: Subnet
  /// The prefix length of each subnet that is cut from it.
  public var size: Int

  public init(base: Subnet, size: Int) {
    self.base = base
    self.size = size
  }

  /// containers.conf(5)'s: 10.89.0.0/16 up to 10.255.0.0/16, by /24.
  public static let standard: [SubnetPool] = [
    ("10.89.0.0/16", 24), ("10.90.0.0/15", 24), ("10.92.0.0/14", 24), ("10.96.0.0/11", 24),
    ("10.128.0.0/9", 24),
  ].compactMap { text, size in Subnet(text).map { SubnetPool(base: $0, size: size) } }
}
