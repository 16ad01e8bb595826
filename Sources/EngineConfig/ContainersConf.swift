public import LinuxSystem
public import TOML

/// What containers.conf(5) says, table by table.
public struct ContainersConf: Equatable, Sendable {
  /// `[containers]`: what a container gets where its command line is silent.
  public var containers = ContainerDefaults()
  /// `[engine]`: how the engine works.
  public var engine = EngineSettings()
  /// `[network]`.
  public var network = NetworkSettings()
  /// `[secrets]`: the driver of secrets where none is named.
  public var secrets = DriverSettings(driver: "file")
  /// `[configmaps]`.
  public var configMaps = DriverSettings(driver: "file")

  /// Keys in the files that we do not know: `path: table.key` each.
  public private(set) var unknownKeys: [String] = []

  /// Tables of parts that this engine does not have.
  private static let foreignTables: Set<String> = ["machine", "farms", "podmansh"]

  /// What holds where no file says anything.
  public init() {}

  /// Where programs stand that the engine runs; `$BINDIR` at the beginning of an entry is the folder
  /// of the running program.
  public var helperFolders: [String] { engine.helperFolders }

  /// What the files of this process say.
  ///
  /// - Parameter modules: paths of further files, as `--module` names them, that count after all but
  ///   the override.
  public init(
    reading files: ConfigurationFiles, modules: [String] = []
  ) throws(ConfigurationError) {
    var paths = try Self.paths(files)
    let overrides = files.lastFile == nil ? 0 : 1
    paths.insert(contentsOf: modules, at: paths.count - overrides)
    var merges: [String: StringArrayMerge] = [:]
    for path in paths {
      let document = try Self.document(path)
      var unknown: [String] = []
      try Self.read("containers", document, path, &merges, &containers, &unknown)
      try Self.read("engine", document, path, &merges, &engine, &unknown)
      try Self.read("network", document, path, &merges, &network, &unknown)
      try Self.read("secrets", document, path, &merges, &secrets, &unknown)
      try Self.read("configmaps", document, path, &merges, &configMaps, &unknown)
      unknown += document.keys.filter {
        !Self.tables.contains($0) && !Self.foreignTables.contains($0)
      }
      unknownKeys += unknown.map { "\(path): \($0)" }
    }
  }

  private static let tables: Set<String> = [
    "containers", "engine", "network", "secrets", "configmaps",
  ]

  private static func read(
    _ name: String, _ document: TOMLTable, _ path: String,
    _ merges: inout [String: StringArrayMerge], _ section: inout some ConfigurationSection,
    _ unknown: inout [String]
  ) throws(ConfigurationError) {
    guard let table = try Self.table(name, of: document, in: path) else { return }
    var reader = ConfigurationTable(name: name, table: table, path: path, merges: merges)
    try section.read(&reader)
    merges = reader.merges
    unknown += reader.unknownKeys.map { "\(name).\($0)" }
  }

  private static func paths(_ files: ConfigurationFiles) throws(ConfigurationError) -> [String] {
    do { return try files.paths(of: "containers") } catch { throw .unreadable(error) }
  }

  private static func document(_ path: String) throws(ConfigurationError) -> TOMLTable {
    let bytes: [UInt8]
    do { bytes = try readFile(path, limit: 1 << 20) } catch { throw .unreadable(error) }
    do { return try TOMLReader.read(bytes) } catch { throw .syntax(path: path, error) }
  }

  private static func table(
    _ name: String, of document: TOMLTable, in path: String
  ) throws(ConfigurationError) -> TOMLTable? {
    switch document[name] {
    case nil: return nil
    case .table(let table): return table
    default: throw .field(path: path, name: name, expected: "a table")
    }
  }
}

/// Why a configuration cannot be used.
public enum ConfigurationError: Error, Equatable, Sendable {
  /// A file is there and cannot be read, or is named by the environment and not there.
  case unreadable(SystemError)
  /// A file is not TOML.
  case syntax(path: String, TOMLError)
  /// A field has a value of the wrong kind.
  case field(path: String, name: String, expected: String)
}

extension ConfigurationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let error): "\(error)"
    case .syntax(let path, let error): "\(path), \(error)"
    case .field(let path, let name, let expected): "\(path): \(name) has to be \(expected)"
    }
  }
}
