import CommandLine
import Engine
import Networking

extension ContainerOptions {
  static var network: [Option] {
    [
      Option("add-host", .list(), "Add a custom host-to-IP mapping (host:ip)"),
      Option("dns", .list(), "Set custom DNS servers"),
      Option("dns-option", .list(), "Set custom DNS options", alias: ["dns-opt"]),
      Option("dns-search", .list(), "Set custom DNS search domains"),
      Option("expose", .list(), "Expose a port or a range of ports"),
      Option("hostname", "h", .string(), "Set container hostname"),
      Option(
        "hosts-file", .string(), "Base file to create the /etc/hosts file inside the container",
        completion: .files),
      Option("ip", .string(), "Specify a static IPv4 address for the container"),
      Option("ip6", .string(), "Specify a static IPv6 address for the container"),
      Option("mac-address", .string(), "Container MAC address (e.g. 92:d0:c6:0a:29:33)"),
      Option(
        "network", .array(), "Connect a container to a network", alias: ["net"],
        completion: .names("networks")),
      Option("network-alias", .list(), "Add network-scoped alias for the container"),
      Option(
        "no-hostname",
        "Do not create /etc/hostname within the container, instead use the version from the image"),
      Option(
        "no-hosts",
        "Do not create /etc/hosts within the container, instead use the version from the image"),
      Option(
        "publish", "p", .list(),
        "Publish a container's port, or a range of ports, to the host (default [])"),
      Option(
        "publish-all", "P", .flag(),
        "Publish all exposed ports to random ports on the host interface"),
    ]
  }

  func applyNetwork(_ request: inout ContainerRequest) throws {
    var network = request.network
    network.networks = options.list("network")
    network.addresses = [options.given("ip"), options.given("ip6")].compactMap { $0 }
      .filter { !$0.isEmpty }
    network.mac = options.given("mac-address")
    network.aliases = options.list("network-alias")
    network.ports = try options.list("publish").flatMap { try PublishedPorts.parse($0) }
    network.publishesAll = options.flag("publish-all")
    network.exposedPorts = options.list("expose")
    try checkNames(network.networks)
    network.dnsServers = options.list("dns")
    network.dnsSearches = options.list("dns-search")
    network.dnsOptions = options.list("dns-option")
    network.addedHosts = options.list("add-host")
    network.hasNoHosts = flag("no-hosts")
    network.hasNoHostName = options.flag("no-hostname")
    network.hostsFile = options.given("hosts-file").map {
      ["image", "none"].contains($0) ? $0 : absolute($0)
    }
    if network.hasNoHosts == true, network.hostsFile != nil {
      throw EngineError.conflict("--no-hosts", "--hosts-file")
    }
    request.network = network
    request.hostname = options.given("hostname").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Name servers have to be addresses, and need a network of the container's own.
  private func checkNames(_ networks: [String]) throws {
    let servers = options.list("dns")
    for server in servers where server != "none" && IPAddress(server) == nil {
      throw EngineError.invalid(
        option: "--dns", value: server, reason: "\(server) is not an ip address")
    }
    if servers.contains("none"), servers.count > 1 {
      throw CommandFailure("none is not allowed to be specified with other DNS ip addresses")
    }
    guard ["dns", "dns-option", "dns-search"].contains(where: { options.has($0) }) else { return }
    if let mode = networks.first(where: { $0 == "none" || $0.hasPrefix("container:") }) {
      throw CommandFailure(
        "conflicting options: dns and the network mode: \(mode.prefix { $0 != ":" })")
    }
  }
}
