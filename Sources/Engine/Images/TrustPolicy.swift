import JSON
import LinuxSystem

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
  }

  /// The file.
  public let path: String
  private var document: JSONTree

  /// The policy of the machine, or the user's own.
  ///
  /// - Parameter path: another file.
  public init(_ engine: ContainerEngine, path: String?) throws {
    let own = "\(engine.configuration.user.home)/.config/containers/policy.json"
    let isUsers = engine.configuration.user.isRootless && (try? openFile(own, [.path])) != nil
    self.path = path ?? (isUsers ? own : "/etc/containers/policy.json")
    do {
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
    let directory = try openFile(folder, [.readOnly, .directory])
    try directory.lent.replaceFile(
      name, contents: Array((text + "\n").utf8), mode: 0o644, durable: true)
  }
}
