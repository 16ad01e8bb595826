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
  /// From `--add-host`; they come first, and the first line with a name counts.
  public var added: [Entry] = []
  /// The address of the host as the container reaches it: host.containers.internal and
  /// host.docker.internal.
  public var host: IPAddress?
  /// The container's own addresses with its host name and name.
  public var own: [Entry] = []

  /// The names of the host.
  public static let hostNames = ["host.containers.internal", "host.docker.internal"]

  public init() {}

  /// The whole text. A name that a line above has is left out of those below.
  public func contents() -> String {
    var lines = added
    var taken = Set(added.flatMap(\.names))
    func add(_ entries: [Entry]) {
      for entry in entries {
        let names = entry.names.filter { !taken.contains($0) }
        if !names.isEmpty { lines.append(Entry(entry.address, names)) }
      }
    }
    add(Self.entries(base))
    // A file that has a name for several addresses keeps them all: names are taken after each part.
    taken.formUnion(lines.flatMap(\.names))
    if let host { add([Entry(host, Self.hostNames)]) }
    add(own)
    return lines.map { "\($0.address)\t\($0.names.joined(separator: " "))\n" }.joined()
  }

  /// The lines of a hosts file that say something.
  public static func entries(_ text: String) -> [Entry] {
    text.split(separator: "\n").compactMap { line in
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let first = words.first, let address = IPAddress(first), words.count > 1 else {
        return nil
      }
      return Entry(address, words.dropFirst().map(String.init))
    }
  }
}
