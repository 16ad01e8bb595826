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
  }

  /// The contents of a container's /etc/resolv.conf, as podman writes it.
  ///
  /// - Parameters:
  ///   - host: what the host's own file says.
  ///   - statuses: what the container has of its networks: their servers come before the host's.
  ///   - servers: `--dns`; they take the place of all others.
  ///   - searchDomains: `--dns-search`, in place of the host's; `.` alone for none.
  ///   - options: `--dns-option`, in place of the host's.
  ///   - keepsLoopback: whether the host's servers on its loopback device can be reached: only where
  ///     the container has the host's network.
  public static func container(
    host: ResolvConf, statuses: [NetworkStatus], servers: [String] = [],
    searchDomains: [String] = [], options: [String] = [], keepsLoopback: Bool = false
  ) -> ResolvConf {
    host
  }

  /// The text of the file.
  public func contents() -> String { "" }
}
