public import LinuxSystem
public import TOML

/// What containers.conf(5) says, as far as our programs ask it.
public struct ContainersConf: Equatable, Sendable {
  /// `[engine] helper_binaries_dir`: where programs stand that the engine runs. `$BINDIR` at the
  /// beginning of an entry is the folder of the running program.
  public var helperFolders = [
    "/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman",
    "/usr/lib/podman", "$BINDIR",
  ]

  /// What holds where no file says anything.
  public init() {}

  /// What the files of this process say.
  public init(reading files: ConfigurationFiles) throws(ConfigurationError) {
    var merge = StringArrayMerge(helperFolders)
    for path in try Self.paths(files) {
      guard let engine = try Self.table("engine", of: try Self.document(path), in: path) else {
        continue
      }
      if let value = engine["helper_binaries_dir"], !merge.take(value) {
        throw .field(
          path: path, name: "engine.helper_binaries_dir",
          expected: "an array of strings, the last of them perhaps {append=true}")
      }
    }
    helperFolders = merge.strings
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

/// An array of strings over several files: a later one replaces it, or, from a file on that says
/// `{append=true}` among its entries, adds to it.
struct StringArrayMerge {
  private(set) var strings: [String]
  private var appends = false

  init(_ strings: [String]) { self.strings = strings }

  /// Takes what one file says; false where that is no array of strings.
  mutating func take(_ value: TOMLValue) -> Bool {
    guard case .array(let entries) = value else { return false }
    var own: [String] = []
    for entry in entries {
      switch entry {
      case .string(let string): own.append(string)
      case .table(let attribute):
        guard attribute.count == 1, case .boolean(let append) = attribute["append"] else {
          return false
        }
        appends = append
      default: return false
      }
    }
    strings = appends ? strings + own : own
    return true
  }
}
