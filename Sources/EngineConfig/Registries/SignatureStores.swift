public import ImageSpec
import LinuxSystem
import SystemPackage

/// Where the signatures of images are kept that registries have: containers-registries.d(5).
public struct SignatureStores: Equatable, Sendable {
  /// What is said of one registry, repository or image.
  public struct Entry: Equatable, Sendable {
    /// `lookaside`, or by its old name `sigstore`: a file or web address that signatures are read from.
    public var lookaside: String?
    /// `lookaside-staging`, or `sigstore-staging`: where new ones are written.
    public var staging: String?
    /// `use-sigstore-attachments`.
    public var usesAttachments: Bool?
  }

  /// `default-docker`.
  public private(set) var standard: Entry?
  /// `docker`, by scopes.
  public private(set) var entries: [String: Entry] = [:]
  private var files: [String: String] = [:]

  /// What holds where there is no folder.
  public init() {}

  /// The folder of a process: the user's own, where there is one, else the machine's.
  public static func folder(environment: [String: String]) -> String {
    if let home = environment["HOME"], !home.isEmpty {
      let own = "\(home)/.config/containers/registries.d"
      if (try? openFile(own, [.path, .directory])) != nil { return own }
    }
    return "/etc/containers/registries.d"
  }

  /// What the files `*.yaml` of a folder say together.
  public init(readingFolder folder: String) throws(ConfigurationError) {
    let names: [String]
    do {
      let directory = try openFile(folder, [.readOnly, .directory])
      names = try directory.lent.entryNames().sorted()
    } catch {
      if error.errno == .noSuchFileOrDirectory { return }
      throw .unreadable(error)
    }
    for name in names where name.hasSuffix(".yaml") {
      let path = "\(folder)/\(name)"
      let text: [UInt8]
      do { text = try readRegularFile(path, limit: 4 << 20) } catch { throw .unreadable(error) }
      try take(text, path)
    }
  }

  /// Takes in the text of one more file. No scope may stand in two.
  public mutating func take(_ text: [UInt8], _ path: String) throws(ConfigurationError) {
    let document: BlockMapping
    do { document = try BlockMapping(parsing: String(decoding: text, as: UTF8.self)) } catch {
      throw .field(path: path, name: "line \(error.line)", expected: "YAML: \(error.reason)")
    }
    for (key, value) in document.entries {
      switch key {
      case "default-docker":
        try claim(key, path)
        standard = try Self.entry(value, key, path)
      case "docker":
        guard case .mapping(let scopes) = value else {
          if value == .nothing { continue }
          throw .field(path: path, name: key, expected: "a mapping")
        }
        for (scope, value) in scopes.entries {
          try claim("docker.\(scope)", path)
          entries[scope] = try Self.entry(value, "docker.\(scope)", path)
        }
      default: throw .field(path: path, name: key, expected: "default-docker or docker")
      }
    }
  }

  private mutating func claim(_ field: String, _ path: String) throws(ConfigurationError) {
    if let other = files[field] {
      throw .field(path: path, name: field, expected: "in one file only; \(other) has it too")
    }
    files[field] = path
  }

  private static func entry(
    _ value: BlockMapping.Value, _ field: String, _ path: String
  ) throws(ConfigurationError) -> Entry {
    guard case .mapping(let fields) = value else {
      if value == .nothing { return Entry() }
      throw .field(path: path, name: field, expected: "a mapping")
    }
    var texts: [String: String] = [:]
    for (key, value) in fields.entries {
      guard case .text(let text) = value else {
        throw .field(path: path, name: "\(field).\(key)", expected: "a text")
      }
      texts[key] = text
    }
    var entry = Entry()
    entry.lookaside = texts["lookaside"] ?? texts["sigstore"]
    entry.staging = texts["lookaside-staging"] ?? texts["sigstore-staging"]
    switch texts["use-sigstore-attachments"] {
    case nil: break
    case "true": entry.usesAttachments = true
    case "false": entry.usesAttachments = false
    default:
      throw .field(
        path: path, name: "\(field).use-sigstore-attachments", expected: "true or false")
    }
    return entry
  }

  private func first<Value>(
    _ reference: ImageReference, _ value: (Entry) -> Value?
  ) -> Value? {
    for scope in reference.scopes {
      if let found = entries[scope].flatMap(value) { return found }
    }
    return standard.flatMap(value)
  }

  /// The address below which the signatures of an image are read; nil where no file says so.
  public func lookaside(for reference: ImageReference) -> String? {
    first(reference) { $0.lookaside }
  }

  /// The address below which new signatures of an image are written; nil where no file says so.
  public func staging(for reference: ImageReference) -> String? {
    first(reference) { $0.staging ?? $0.lookaside }
  }

  /// Whether cosign's signatures stand beside the image in the registry.
  public func usesAttachments(for reference: ImageReference) -> Bool {
    first(reference) { $0.usesAttachments } ?? false
  }
}
