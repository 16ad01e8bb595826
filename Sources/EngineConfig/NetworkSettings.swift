/// `[network]` of containers.conf(5).
public struct NetworkSettings: ConfigurationSection, Equatable, Sendable {
  /// `cni_plugin_dirs`.
  public var cniPluginFolders: [String] = [
    "/usr/local/libexec/cni", "/usr/libexec/cni", "/usr/local/lib/cni", "/usr/lib/cni",
    "/opt/cni/bin",
  ]
  /// `default_network`.
  public var defaultNetwork: String = "podman"
  /// `default_subnet`.
  public var defaultSubnet: String = "10.88.0.0/16"
  /// `default_subnet_pools`: each with `base` and `size`.
  public var subnetPools: [[String: String]] = [
    ["base": "10.89.0.0/16", "size": "24"], ["base": "10.90.0.0/15", "size": "24"],
    ["base": "10.92.0.0/14", "size": "24"], ["base": "10.96.0.0/11", "size": "24"],
    ["base": "10.128.0.0/9", "size": "24"],
  ]
  /// `default_rootless_network_cmd`: `pasta` or `slirp4netns`.
  public var rootlessNetworkCommand: String = "pasta"
  /// `rootless_port_forwarder`.
  public var rootlessPortForwarder: String?
  /// `default_host_ips`: the host's addresses of ports that are published without one.
  public var hostAddresses: [String] = []
  /// `dns_bind_port`.
  public var dnsPort: UInt16?
  /// `firewall_driver`: `nftables`, `iptables` or `none`.
  public var firewallDriver: String?
  /// `netavark_plugin_dirs`.
  public var pluginFolders: [String] = [
    "/usr/local/libexec/netavark", "/usr/libexec/netavark", "/usr/local/lib/netavark",
    "/usr/lib/netavark",
  ]
  /// `network_backend`: `netavark` for our own stack, or `cni`.
  public var backend: String?
  /// `network_config_dir`.
  public var folder: String?
  /// `pasta_options`.
  public var pastaOptions: [String] = []

  public init() {}

  mutating func read(_ table: inout ConfigurationTable) throws(ConfigurationError) {
    try table.read("cni_plugin_dirs", &cniPluginFolders)
    try table.read("default_network", &defaultNetwork)
    try table.read("default_subnet", &defaultSubnet)
    try table.read("default_subnet_pools", &subnetPools)
    try table.read("default_rootless_network_cmd", &rootlessNetworkCommand)
    try table.read("rootless_port_forwarder", &rootlessPortForwarder)
    try table.read("default_host_ips", &hostAddresses)
    try table.read("dns_bind_port", &dnsPort)
    try table.read("firewall_driver", &firewallDriver)
    try table.read("netavark_plugin_dirs", &pluginFolders)
    try table.read("network_backend", &backend)
    try table.read("network_config_dir", &folder)
    try table.read("pasta_options", &pastaOptions)
  }
}
