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

  /// The host's. Where all of its servers are systemd-resolved's own, those that it asks itself.
  public static func ofHost() -> ResolvConf {
    let own = ResolvConf(reading: "/etc/resolv.conf")
    if own.servers == ["127.0.0.53"] {
      let behind = ResolvConf(reading: "/run/systemd/resolve/resolv.conf")
      if !behind.servers.isEmpty { return behind }
    }
    return own
  }

  private init(reading path: String) {
    let text = (try? readRegularFile(path, limit: 1 << 16)) ?? []
    self.init(parsing: String(decoding: text, as: UTF8.self))
  }

  /// Servers for a container whose host names none that it can reach, as podman has them.
  private static let lastResort = ["8.8.8.8", "8.8.4.4"]

  /// The contents of a container's /etc/resolv.conf, as podman writes it.
  ///
  /// - Parameters:
  ///   - host: what the host's own file says.
  ///   - statuses: what the container has of its networks: where these have name servers, no other is
  ///     asked, so that no name of a container leaks out.
  ///   - servers: `--dns`; they take the place of the host's.
  ///   - searchDomains: `--dns-search`, in place of the host's; `.` alone for none.
  ///   - options: `--dns-option`, in place of the host's.
  ///   - keepsLoopback: whether the host's servers on its loopback device can be reached: only where
  ///     the container has the host's network.
  public static func container(
    host: ResolvConf, statuses: [NetworkStatus], servers: [String] = [],
    searchDomains: [String] = [], options: [String] = [], keepsLoopback: Bool = false
  ) -> ResolvConf {
    var result = ResolvConf()
    result.servers = unique(statuses.flatMap(\.dnsServers).map { "\($0)" })
    if result.servers.isEmpty { result.servers = servers }
    if result.servers.isEmpty {
      result.servers = host.servers.filter { server in
        keepsLoopback || !(IPAddress(server)?.isLoopback ?? false)
      }
      if result.servers.isEmpty, !keepsLoopback { result.servers = lastResort }
    }
    if searchDomains.isEmpty {
      result.searchDomains = unique(statuses.flatMap(\.dnsSearchDomains) + host.searchDomains)
    } else if searchDomains != ["."] {
      result.searchDomains = unique(statuses.flatMap(\.dnsSearchDomains) + searchDomains)
        .filter { $0 != "." }
    }
    result.options = options.isEmpty ? host.options : options
    return result
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
