import LinuxSystem

/// The contents of a container's /etc/hosts, as podman writes it (hosts(5)).
public struct HostsFile: Equatable, Sendable {
  /// A line: an address and its names.
  public struct Entry: Equatable, Sendable {
    /// As it stands in the file: those of others are kept as they are.
    public var address: String
    public var names: [String]

    public init(_ address: IPAddress, _ names: [String]) { self.init(text: "\(address)", names) }

    init(text: String, _ names: [String]) {
      address = text
      self.names = names
    }

    fileprivate var line: String { "\(address)\t\(names.joined(separator: " "))\n" }
  }

  /// The text that is the base: the host's /etc/hosts, the image's, or another (`base_hosts_file`).
  public var base = ""
  /// From `--add-host`; they come first, because the first line with a name counts.
  public var added: [Entry] = []
  /// The address of the host as the container reaches it: host.containers.internal and
  /// host.docker.internal.
  public var host: IPAddress?
  /// The container's own addresses with its host name and name.
  public var own: [Entry] = []

  private static let localhost = [
    Entry(text: "127.0.0.1", ["localhost"]), Entry(text: "::1", ["localhost"]),
  ]
  /// The names of the host.
  public static let hostNames = ["host.containers.internal", "host.docker.internal"]

  public init() {}

  /// The whole text. What was asked for and the base stand as they are; a name that they have is left
  /// out of the lines that follow.
  public func contents() -> String {
    let given = added + Self.entries(base)
    let host = host.map { [Entry($0, Self.hostNames)] } ?? []
    return (given + Self.lacking(Self.localhost + host + own, in: given)).map(\.line).joined()
  }

  /// The text of a file to which addresses of one more network come.
  ///
  /// - Parameters:
  ///   - present: the container's other addresses. Where the file has none of them, its owner has
  ///     written it anew, and it stays as it is.
  static func text(_ text: String, adding new: [Entry], present: [Entry]) -> String {
    let entries = Self.entries(text)
    let added =
      present.isEmpty
      ? lacking(new, in: entries) : entries.contains { $0.isAny(of: present) } ? new : []
    let end = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
    return text + end + added.map(\.line).joined()
  }

  /// The text of a file without the lines of a network's addresses.
  static func text(_ text: String, removing old: [Entry]) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      !(entry(line)?.isAny(of: old) ?? false)
    }.joined(separator: "\n")
  }

  private static func lacking(_ entries: [Entry], in present: [Entry]) -> [Entry] {
    let taken = Set(present.flatMap(\.names))
    return entries.compactMap { entry in
      let names = entry.names.filter { !taken.contains($0) }
      return names.isEmpty ? nil : Entry(text: entry.address, names)
    }
  }

  /// The lines of a hosts file that say something.
  static func entries(_ text: String) -> [Entry] {
    text.split(separator: "\n").compactMap(entry)
  }

  private static func entry(_ line: Substring) -> Entry? {
    let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let first = words.first, words.count > 1 else { return nil }
    return Entry(text: String(first), words.dropFirst().map(String.init))
  }
}

extension HostsFile.Entry {
  /// Whether it is a line for an address and a name of one of them.
  fileprivate func isAny(of others: [HostsFile.Entry]) -> Bool {
    others.contains { $0.address == address && !Set($0.names).isDisjoint(with: names) }
  }
}

extension HostsFile {
  /// The lines of a container's addresses.
  ///
  /// - Parameter names: its host name and its name.
  public static func own(_ statuses: [NetworkStatus], _ names: [String]) -> [Entry] {
    statuses.flatMap { $0.addresses.map { Entry($0.address.address, names) } }
  }

  /// The text of a running container's file after it has come into networks or left them.
  public static func updated(
    _ text: String, before: [NetworkStatus], after: [NetworkStatus], _ names: [String]
  ) -> String {
    let gone = before.filter { old in !after.contains { $0.network == old.network } }
    let new = after.filter { status in !before.contains { $0.network == status.network } }
    var result = text
    if !new.isEmpty {
      result = Self.text(result, adding: own(new, names), present: own(before, names))
    }
    return gone.isEmpty ? result : Self.text(result, removing: own(gone, names))
  }
}
