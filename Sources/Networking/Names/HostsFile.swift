/// The contents of a container's /etc/hosts, as podman writes it (hosts(5)).
public struct HostsFile: Equatable, Sendable {
  /// A line: an address and its names.
  public struct Entry: Equatable, Sendable {
    public var address: IPAddress
    public var names: [String]

    public init(_ address: IPAddress, _ names: [String]) {
      self.address = address
      self.names = names
    }
  }

  /// The text that is the base: the host's /etc/hosts, the image's, or another (`base_hosts_file`).
  public var base = ""
  /// From `--add-host`.
  public var added: [Entry] = []
  /// The address of the host as the container reaches it: host.containers.internal and
  /// host.docker.internal.
  public var host: IPAddress?
  /// The container's own addresses with its host name and name.
  public var own: [Entry] = []

  public init() {}

  /// The whole text. A name that is added is left out of the base.
  public func contents() -> String { base }
}
