import EngineConfig
import ImageSpec
import JSON
import LinuxSystem
import SystemPackage

/// Which images may be pulled from where: containers-policy.json(5), read and changed as a document, so
/// that what is not understood stays as it is.
public struct TrustPolicy {
  /// One rule.
  public struct Rule {
    /// `all` for the default, `repository` for registries, else the transport's name.
    public var transport: String
    /// The registry, repository or name that it is about; nil for the default.
    public var scope: String?
    /// `insecureAcceptAnything`, `reject`, `signedBy`, `sigstoreSigned`.
    public var type: String
    /// Files with keys.
    public var keys: [String]
    /// Whom the keys belong to, as GnuPG says it.
    public var signers: [String] = []
    /// Where signatures are, as registries.d says it.
    public var lookaside: String?
  }

  /// The file.
  public let path: String
  private var document: JSONTree
  private let environment: [String: String]

  /// The policy of the machine, or the user's own.
  ///
  /// - Parameter path: another file.
  public init(_ engine: ContainerEngine, path: String?) throws {
    // The same file that a pull obeys.
    let own = "\(engine.configuration.user.home)/.config/containers/policy.json"
    let isUsers = (try? openFile(own, [.path])) != nil
    self.path = path ?? (isUsers ? own : "/etc/containers/policy.json")
    environment = engine.configuration.environment
    do {
      if path == nil, !isUsers, (try? openFile(self.path, [.path])) == nil {
        // What holds without any file.
        document = .object([
          .init(
            "default",
            .array([.object([.init("type", .string("insecureAcceptAnything"))])]))
        ])
        return
      }
      document = try JSONReader().read(
        JSONTree.self, from: try readRegularFile(self.path, limit: 1 << 20))
    } catch let error as JSONError {
      throw EngineError.damaged(path: self.path, reason: "\(error)")
    }
  }

  /// The document as it stands.
  public var text: String {
    String(
      decoding: (try? JSONWriter(.indented("    ")).write(document)) ?? [], as: UTF8.self)
  }

  /// All rules: the default, then by transport and scope.
  public var rules: [Rule] {
    var rules = Self.rules(document["default"], transport: "all", scope: nil)
    for transport in Self.members(document["transports"]) {
      let name = transport.name == "docker" ? "repository" : transport.name
      for scope in Self.members(transport.value) {
        rules += Self.rules(scope.value, transport: name, scope: scope.name)
      }
    }
    return rules
  }

  /// All rules, with whom the keys belong to and where signatures are.
  ///
  /// - Parameter folder: read in place of registries.d.
  public func describedRules(registriesFolder folder: String?) throws -> [Rule] {
    let stores = try SignatureStores(
      readingFolder: folder ?? SignatureStores.folder(environment: environment))
    return try rules.map { rule in
      var rule = rule
      if rule.type == "signedBy" { rule.signers = try rule.keys.flatMap(owners) }
      if rule.transport == "all" {
        rule.lookaside = stores.standard?.lookaside
      } else if let scope = rule.scope {
        rule.lookaside = stores.entries[scope]?.lookaside
      }
      return rule
    }
  }

  /// The addresses of a key file's owners.
  private func owners(ofKeys path: String) throws -> [String] {
    guard (try? checkExecutable("/usr/bin/gpg")) != nil else { return [] }
    let said = SharedDescriptor(try .dataFile("keys", []))
    let errors = SharedDescriptor(try .dataFile("errors", []))
    let process = try ProgramLaunch(
      "/usr/bin/gpg",
      [
        "gpg", "--batch", "--no-tty", "--with-colons", "--import-options", "show-only", "--import",
        path,
      ], descriptors: [1: said.lent, 2: errors.lent]
    ).start()
    _ = try process.wait()
    let text = String(
      decoding: try said.lent.readPart(at: 0, limit: 1 << 20), as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count > 9, fields[0] == "uid" else { return nil }
      guard let begin = fields[9].lastIndex(of: "<"), let end = fields[9].lastIndex(of: ">"),
        begin < end
      else { return String(fields[9]) }
      return String(fields[9][fields[9].index(after: begin)..<end])
    }
  }

  private static func members(_ tree: JSONTree?) -> [JSONTree.Member] {
    guard case .object(let members)? = tree else { return [] }
    return members.sorted { $0.name < $1.name }
  }

  private static func rules(_ tree: JSONTree?, transport: String, scope: String?) -> [Rule] {
    (tree?.elements ?? []).map { requirement in
      let paths = requirement["keyPaths"]?.elements?.compactMap(\.string) ?? []
      return Rule(
        transport: transport, scope: scope, type: requirement["type"]?.string ?? "",
        keys: (requirement["keyPath"]?.string.map { [$0] } ?? []) + paths)
    }
  }

  /// Sets the rule of a registry or repository, or with `default` that of all others, and writes the file.
  ///
  /// - Parameters:
  ///   - type: `accept`, `reject`, `signedBy` or `sigstoreSigned`.
  ///   - keys: files with the keys of those who may sign.
  public mutating func set(_ scope: String, type: String, keys: [String]) throws {
    let names = ["accept": "insecureAcceptAnything", "reject": "reject"]
    let needsKeys = type == "signedBy" || type == "sigstoreSigned"
    guard let name = needsKeys ? type : names[type] else {
      throw EngineError.invalid(
        option: "--type", value: type,
        reason: "it is one of accept, reject, signedBy, sigstoreSigned")
    }
    guard needsKeys != keys.isEmpty else {
      throw EngineError.failed(
        "trust type \(type)",
        reason: needsKeys
          ? "at least one public key must be named by --pubkeysfile" : "it has no public keys")
    }
    for key in keys { _ = try openFile(key, [.readOnly]) }
    let requirements = (keys.isEmpty ? [nil] : keys.map { $0 }).map { key -> JSONTree in
      var members = [JSONTree.Member("type", .string(name))]
      if let key {
        if type == "signedBy" { members.append(JSONTree.Member("keyType", .string("GPGKeys"))) }
        members.append(JSONTree.Member("keyPath", .string(key)))
      }
      return .object(members)
    }
    let path = scope == "default" ? ["default"] : ["transports", "docker", scope]
    document = Self.setting(path[...], to: .array(requirements), in: document)
    try write()
  }

  private static func setting(
    _ path: ArraySlice<String>, to value: JSONTree, in tree: JSONTree?
  ) -> JSONTree {
    guard let name = path.first else { return value }
    var members: [JSONTree.Member] = []
    if case .object(let old)? = tree { members = old }
    let inner = setting(path.dropFirst(), to: value, in: tree?[name])
    if let index = members.firstIndex(where: { $0.name == name }) {
      members[index].value = inner
    } else {
      members.append(JSONTree.Member(name, inner))
    }
    return .object(members)
  }

  private func write() throws {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let folder = path.hasPrefix("/") ? String(path[..<slash]) + "/" : "."
    let name = path.contains("/") ? String(path[path.index(after: slash)...]) : path
    try makeDirectories(folder, mode: 0o755)
    let directory = try openFile(folder, [.readOnly, .directory])
    try directory.lent.replaceFile(
      name, contents: Array((text + "\n").utf8), mode: 0o644, durable: true)
  }
}
