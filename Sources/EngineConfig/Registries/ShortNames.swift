public import ImageSpec
public import LinuxSystem
import TOML

/// What a name that somebody typed can mean: `RegistriesConf.resolve`.
public struct NameResolution: Equatable, Sendable {
  /// Why these candidates.
  public enum Origin: Equatable, Sendable {
    /// The name says its registry itself.
    case full
    /// An alias, from this file.
    case alias(file: String)
    /// The search registries, from this file.
    case search(file: String)
  }

  public var origin: Origin
  /// To be tried in this order.
  public var candidates: [ImageReference]
  /// Whether somebody has to choose one of the candidates, or there must be no terminal.
  public var needsChoice = false

  public init(origin: Origin, candidates: [ImageReference]) {
    self.origin = origin
    self.candidates = candidates
  }
}

/// Why a short name means nothing.
public enum ShortNameError: Error, Equatable, Sendable {
  case invalid(ImageReferenceError)
  /// There is neither an alias nor a search registry.
  case unresolved(name: String)
  /// Several registries, the mode is `enforcing`, and nobody is there to choose.
  case choiceWithoutTerminal(name: String)
}

extension RegistriesConf {
  /// Completes a name: by its own registry, by an alias, or by the search registries.
  ///
  /// - Parameters:
  ///   - learnt: aliases that users chose, which come before those of the files.
  ///   - hasTerminal: whether somebody can be asked.
  public func resolve(
    _ text: String, learnt: LearntAliases, hasTerminal: Bool
  ) throws(ShortNameError) -> NameResolution {
    do throws(ImageReferenceError) {
      guard try ImageReference.isShort(text) else {
        return NameResolution(
          origin: .full, candidates: [try ImageReference(parsing: text).tagged])
      }
    } catch { throw .invalid(error) }
    // The name without tag and digest, as aliases have it; what follows is kept.
    let end = text.firstIndex { $0 == ":" || $0 == "@" } ?? text.endIndex
    let (name, suffix) = (String(text[..<end]), text[end...])
    if let alias = learnt.aliases[name] ?? aliases[name] {
      return NameResolution(
        origin: .alias(file: alias.file), candidates: [try reference(alias.name + suffix)])
    }
    guard !searchRegistries.isEmpty else { throw .unresolved(name: text) }
    var candidates: [ImageReference] = []
    for registry in searchRegistries {
      let candidate = try reference("\(registry)/\(text)")
      if !candidates.contains(candidate) { candidates.append(candidate) }
    }
    var resolution = NameResolution(
      origin: .search(file: searchFile ?? "registries.conf"), candidates: candidates)
    if candidates.count > 1 {
      switch shortNameMode {
      case .disabled: break
      case .permissive: resolution.needsChoice = hasTerminal
      case .enforcing:
        guard hasTerminal else { throw .choiceWithoutTerminal(name: text) }
        resolution.needsChoice = true
      }
    }
    return resolution
  }

  private func reference(_ text: String) throws(ShortNameError) -> ImageReference {
    do { return try ImageReference(parsing: text).tagged } catch { throw .invalid(error) }
  }
}

/// The aliases that users chose at a terminal: short-name-aliases.conf.
public struct LearntAliases: Equatable, Sendable {
  public var aliases: [String: RegistriesConf.Alias] = [:]
  /// Where they are kept.
  public var file: String?

  public init() {}

  /// The file of a process: below /var/cache for root, else in the user's cache.
  public static func path(environment: [String: String], uid: UInt32) -> String? {
    let name = "containers/short-name-aliases.conf"
    if uid == 0 { return "/var/cache/" + name }
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return "\(cache)/\(name)" }
    return environment["HOME"].map { "\($0)/.cache/\(name)" }
  }

  /// What a file says; one that is missing or damaged says nothing, it is only a memory.
  public init(file: String?) {
    self.file = file
    guard let file, let bytes = try? readRegularFile(file, limit: 1 << 20),
      let document = try? TOMLReader.read(bytes), case .table(let table) = document["aliases"]
    else { return }
    for (name, value) in table {
      if case .string(let full) = value { aliases[name] = .init(name: full, file: file) }
    }
  }

  /// Remembers a choice.
  public mutating func learn(_ name: String, as full: String) throws(SystemError) {
    guard let file, let slash = file.lastIndex(of: "/") else { return }
    aliases[name] = .init(name: full, file: file)
    // Both are names by the grammar: there is nothing in them that TOML would have to escape.
    var text = "[aliases]\n"
    for (name, alias) in aliases.sorted(by: { $0.key < $1.key }) {
      text += "\"\(name)\" = \"\(alias.name)\"\n"
    }
    let folder = String(file[..<slash])
    try makeDirectories(folder, mode: 0o700)
    let directory = try openFile(folder, [.readOnly, .directory])
    try directory.lent.replaceFile(
      String(file[file.index(after: slash)...]), contents: Array(text.utf8), mode: 0o644)
  }
}

extension ShortNameError: CustomStringConvertible {
  /// A sentence without a full stop, with the remedy.
  public var description: String {
    switch self {
    case .invalid(let error): "\(error)"
    case .unresolved(let name):
      "short-name \"\(name)\" did not resolve to an alias and no unqualified-search registries are "
        + "defined in registries.conf; please name the registry too, as in docker.io/library/\(name)"
    case .choiceWithoutTerminal(let name):
      "short-name resolution enforced but cannot prompt without a TTY: \"\(name)\" can mean several "
        + "images; please name the registry too"
    }
  }
}
