import LinuxSystem

/// A resolver's configuration: resolv.conf(5).
public struct ResolvConf: Equatable, Sendable {
  public var servers: [String]
  public var searchDomains: [String]
  public var options: [String]

  public init(servers: [String] = [], searchDomains: [String] = [], options: [String] = []) {
    self.servers = servers
    self.searchDomains = searchDomains
    self.options = options
  }

  /// Reads a file's text; of several `search` lines the last counts.
  public init(parsing text: String) {
    self.init()
    for line in text.split(separator: "\n") {
      let words = line.prefix { $0 != "#" && $0 != ";" }
        .split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
      switch words.first {
      case "nameserver": if words.count > 1 { servers.append(words[1]) }
      case "search", "domain": searchDomains = Array(words.dropFirst())
      case "options": options += words.dropFirst()
      default: break
      }
    }
  }

  /// The host's. Where its only server is one of the host's own (systemd-resolved's, or that of
  /// NetworkManager), the servers that this one asks.
  ///
  /// - Parameters:
  ///   - keepsLoopback: whether the host's servers on its loopback device can be reached: only where
  ///     the container has the host's network.
  ///   - namespace: the file of a network namespace that is somebody else's; one of `ip netns` may have
  ///     a resolv.conf of its own.
  public static func ofHost(
    keepsLoopback: Bool = false, namespace: String? = nil
  ) -> ResolvConf {
    let name = namespace.flatMap { $0.hasPrefix("/proc/") ? nil : $0.split(separator: "/").last }
    let ofNamespace = name.flatMap { ResolvConf(reading: "/etc/netns/\($0)/resolv.conf") }
    let own = ofNamespace ?? ResolvConf(reading: "/etc/resolv.conf") ?? ResolvConf()
    if keepsLoopback { return own }
    switch own.servers {
    case ["127.0.0.53"]: return ResolvConf(reading: "/run/systemd/resolve/resolv.conf") ?? own
    case ["127.0.0.1"]: return ResolvConf(reading: "/run/NetworkManager/no-stub-resolv.conf") ?? own
    default: return own
    }
  }

  private init?(reading path: String) {
    guard let text = try? readRegularFile(path, limit: 1 << 16) else { return nil }
    self.init(parsing: String(decoding: text, as: UTF8.self))
  }

  /// Servers for a container whose host names none that it can reach, as podman has them.
  private static let lastResort = ["8.8.8.8", "8.8.4.4"]
  private static let lastResortV6 = ["2001:4860:4860::8888", "2001:4860:4860::8844"]

  /// The contents of a container's /etc/resolv.conf, as podman writes it.
  ///
  /// - Parameters:
  ///   - host: what the host's own file says.
  ///   - statuses: what the container has of its networks: where these have name servers, no other is
  ///     asked, so that no name of a container leaks out.
  ///   - servers: `--dns`; they take the place of the host's.
  ///   - searchDomains: `--dns-search`, in place of the networks' and the host's; `.` for none.
  ///   - options: `--dns-option`, in place of the host's.
  ///   - keepsLoopback: whether all of the host's servers can be reached: only where the container has
  ///     the host's network.
  public static func container(
    host: ResolvConf, statuses: [NetworkStatus], servers: [String] = [],
    searchDomains: [String] = [], options: [String] = [], keepsLoopback: Bool = false
  ) -> ResolvConf {
    var result = ResolvConf()
    result.servers = unique(statuses.flatMap(\.dnsServers).map { "\($0)" })
    if result.servers.isEmpty { result.servers = servers }
    if result.servers.isEmpty {
      let hasV6 = statuses.contains { $0.addresses.contains { $0.address.isV6 } }
      result.servers = keepsLoopback ? host.servers : host.serversFromOutside(hasV6: hasV6)
    }
    if searchDomains.isEmpty {
      result.searchDomains = unique(statuses.flatMap(\.dnsSearchDomains) + host.searchDomains)
    } else if !searchDomains.contains(".") {
      result.searchDomains = unique(searchDomains)
    }
    result.options = options.isEmpty ? host.options : options
    return result
  }

  /// The servers that a container with a network of its own can reach: none on the host's loopback
  /// device, none of a family that it has not, and none whose address counts on one line only.
  private func serversFromOutside(hasV6: Bool) -> [String] {
    let usable = servers.filter { server in
      guard let address = IPAddress(server) else { return false }
      return !address.isLoopback && (!address.isV6 || hasV6 && !address.isLinkLocal)
    }
    guard usable.isEmpty else { return usable }
    return ResolvConf.lastResort + (hasV6 ? ResolvConf.lastResortV6 : [])
  }

  private static func unique(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }
  }

  /// The text of the file.
  public func contents() -> String {
    var lines: [String] = []
    if !searchDomains.isEmpty { lines.append("search " + searchDomains.joined(separator: " ")) }
    lines += servers.map { "nameserver \($0)" }
    if !options.isEmpty { lines.append("options " + options.joined(separator: " ")) }
    return lines.map { $0 + "\n" }.joined()
  }
}
