public import ImageSpec
import LinuxSystem
import TOML

/// What registries.conf(5) says: where names lead, and what of the places they lead to is held.
public struct RegistriesConf: Equatable, Sendable {
  /// What is done with a short name that no alias completes.
  public enum ShortNameMode: String, CaseIterable, Sendable {
    /// Ask at a terminal, refuse without one.
    case enforcing
    /// Ask at a terminal, try all search registries without one.
    case permissive
    /// Try all search registries.
    case disabled
  }

  /// Hosts, with or without a folder, that short names are looked for in: in this order.
  public var searchRegistries: [String] = []
  /// The file that named them.
  public var searchFile: String?
  public var shortNameMode = ShortNameMode.permissive
  public var registries: [RegistryEntry] = []
  /// Full names by short ones.
  public var aliases: [String: Alias] = [:]
  /// `containers-auth.json`, or NAME of a program `docker-credential-NAME`: in this order.
  public var credentialHelpers: [String] = ["containers-auth.json"]

  /// A full name for a short one.
  public struct Alias: Equatable, Sendable {
    public var name: String
    /// The file that says so.
    public var file: String
  }

  /// What holds where there is no file.
  public init() {}

  /// Where the files of a process are: `CONTAINERS_REGISTRIES_CONF` (or `REGISTRIES_CONFIG_PATH`) names one
  /// that is read in place of all.
  public static func files(environment: [String: String], uid: UInt32) -> ConfigurationFiles {
    var files = ConfigurationFiles(environment: environment, uid: uid)
    files.onlyFile =
      environment["CONTAINERS_REGISTRIES_CONF"].flatMap { $0.isEmpty ? nil : $0 }
      ?? environment["REGISTRIES_CONFIG_PATH"].flatMap { $0.isEmpty ? nil : $0 }
    files.lastFile = nil
    return files
  }

  /// What the files of a process say; each later one overrides, and its registries replace those of
  /// the same prefix.
  public init(reading files: ConfigurationFiles) throws(ConfigurationError) {
    let paths: [String]
    do { paths = try files.paths(of: "registries") } catch { throw .unreadable(error) }
    for path in paths {
      let bytes: [UInt8]
      do { bytes = try readFile(path, limit: 4 << 20) } catch { throw .unreadable(error) }
      try take(text: bytes, path: path)
    }
  }

  /// Takes in the text of one more file.
  public mutating func take(text: [UInt8], path: String) throws(ConfigurationError) {
    let document: TOMLTable
    do { document = try TOMLReader.read(text) } catch { throw .syntax(path: path, error) }
    let fields = RegistriesFields(table: document, path: path, name: "")
    if document["registries"] != nil {
      guard document["registry"] == nil, document["unqualified-search-registries"] == nil else {
        throw .field(
          path: path, name: "registries", expected: "absent beside fields of version 2")
      }
      try takeVersion1(fields)
      return
    }
    if let search = try fields.strings("unqualified-search-registries") {
      (searchRegistries, searchFile) = (search, path)
    }
    if let mode = try fields.word("short-name-mode", ShortNameMode.self) { shortNameMode = mode }
    if let helpers = try fields.strings("credential-helpers") { credentialHelpers = helpers }
    for entry in try fields.tables("registry") {
      put(try RegistryEntry(entry))
    }
    if let table = try fields.table("aliases") {
      for name in table.table.keys {
        guard let full = try table.string(name) else { continue }
        // An empty name takes an alias of an earlier file back.
        aliases[name] = full.isEmpty ? nil : Alias(name: full, file: path)
      }
    }
  }

  /// The tables `search`, `insecure` and `block` of version 1.
  private mutating func takeVersion1(_ fields: RegistriesFields) throws(ConfigurationError) {
    guard let tables = try fields.table("registries") else { return }
    func list(_ name: String) throws(ConfigurationError) -> [String] {
      try tables.table(name)?.strings("registries") ?? []
    }
    if tables.table["search"] != nil {
      (searchRegistries, searchFile) = (try list("search"), fields.path)
    }
    let (insecure, blocked) = (try list("insecure"), try list("block"))
    for location in insecure + blocked.filter({ !insecure.contains($0) }) {
      var entry = RegistryEntry(prefix: location, location: location)
      entry.isInsecure = insecure.contains(location)
      entry.isBlocked = blocked.contains(location)
      put(entry)
    }
  }

  private mutating func put(_ entry: RegistryEntry) {
    registries.removeAll { $0.prefix == entry.prefix }
    registries.append(entry)
  }

  /// What is held of a place: the entry with the longest prefix of the name.
  ///
  /// - Parameter name: a host, or a repository at one, or more.
  public func entry(for name: String) -> RegistryEntry? {
    registries.filter { $0.matched(of: name) != nil }.max {
      $0.prefix.utf8.count < $1.prefix.utf8.count
    }
  }

  /// Where an image is pulled from: mirrors first, in their order, then the place itself.
  ///
  /// - Throws: `RegistryRefusal` where the name is blocked, or leads to no valid name.
  public func pullSources(for reference: ImageReference) throws(RegistryRefusal) -> [PullSource] {
    guard let entry = entry(for: reference.name) else {
      return [PullSource(reference: reference, isInsecure: false, isMirror: false)]
    }
    if entry.isBlocked { throw .blocked(reference: reference, prefix: entry.prefix) }
    let isDigested = reference.digest != nil
    var sources: [PullSource] = []
    for mirror in entry.mirrors where mirror.serves(isDigested: isDigested) {
      sources.append(
        PullSource(
          reference: try entry.moved(reference, to: mirror.location),
          isInsecure: mirror.isInsecure, isMirror: true))
    }
    sources.append(
      PullSource(
        reference: try entry.moved(reference, to: entry.location), isInsecure: entry.isInsecure,
        isMirror: false))
    return sources
  }
}

/// A place that an image is pulled from.
public struct PullSource: Equatable, Sendable {
  public var reference: ImageReference
  /// Whether it may be spoken to without TLS or without a valid certificate.
  public var isInsecure: Bool
  public var isMirror: Bool
}

/// Why registries.conf lets an image not be pulled.
public enum RegistryRefusal: Error, Equatable, Sendable {
  case blocked(reference: ImageReference, prefix: String)
  /// A prefix was replaced and left something that is no name.
  case rewritten(reference: ImageReference, to: String)
}
