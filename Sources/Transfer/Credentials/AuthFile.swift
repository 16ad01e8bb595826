import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// Who somebody is at a registry.
struct Credentials: Equatable, Sendable {
  var user: String
  var password: String
  /// A token that stands for both, to be exchanged for others.
  var identityToken: String?
}

/// A file with credentials: containers-auth.json(5), or Docker's config.json.
struct AuthFile {
  var path: String
  private var document: JSONTree = .object([])

  /// Reads a file; one that is missing is empty.
  init(path: String) throws(TransferFailure) {
    let text: [UInt8]
    do { text = try readRegularFile(path, limit: 4 << 20) } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
        try self.init([], path: path)
        return
      }
      throw TransferFailure(.configuration, path, detail: "\(error)")
    }
    try self.init(text, path: path)
  }

  /// Reads the text of a file.
  init(_ text: [UInt8], path: String) throws(TransferFailure) {
    self.path = path
    if text.allSatisfy({ $0 == 0x20 || $0 == 0x0A }) { return }
    do { document = try JSONReader().read(JSONTree.self, from: text) } catch {
      throw TransferFailure(.configuration, path, detail: "\(error)")
    }
  }

  /// The program `docker-credential-…` that keeps the credentials of a host.
  func helper(for host: String) -> String? {
    if let name = document["credHelpers"]?[host]?.string, !name.isEmpty { return name }
    if let name = document["credsStore"]?.string, !name.isEmpty { return name }
    return nil
  }

  /// Every host that a program keeps credentials of.
  var hostsWithHelpers: [(host: String, helper: String)] {
    guard case .object(let members)? = document["credHelpers"] else { return [] }
    return members.compactMap { member in member.value.string.map { (member.name, $0) } }
  }

  /// The keys of the entries with credentials.
  var keys: [String] {
    guard case .object(let members)? = document["auths"] else { return [] }
    return members.map(\.name)
  }

  /// The credentials under one of these keys, the first that there is.
  func credentials(_ keys: [String]) -> Credentials? {
    guard case .object(let entries)? = document["auths"] else { return nil }
    for key in keys {
      for entry in entries where AuthKey.normalized(entry.name) == AuthKey.normalized(key) {
        if let found = Self.credentials(in: entry.value) { return found }
      }
    }
    return nil
  }

  private static func credentials(in entry: JSONTree) -> Credentials? {
    var found = Credentials(user: "", password: "")
    if let token = entry["identitytoken"]?.string, !token.isEmpty { found.identityToken = token }
    if let text = entry["auth"]?.string, let bytes = Base64.decode(text) {
      let pair = String(decoding: bytes, as: UTF8.self)
      guard let colon = pair.firstIndex(of: ":") else { return nil }
      found.user = String(pair[..<colon])
      // Some writers end the password with NULs.
      found.password = String(pair[pair.index(after: colon)...].prefix { $0 != "\0" })
    } else if let user = entry["username"]?.string, let password = entry["password"]?.string {
      (found.user, found.password) = (user, password)
    }
    return found.user.isEmpty && found.identityToken == nil ? nil : found
  }

  /// Puts credentials in, in the place of those under the same key.
  mutating func set(_ credentials: Credentials, under key: String) {
    let pair = Array((credentials.user + ":" + credentials.password).utf8)
    var entry = [JSONTree.Member("auth", .string(Base64.encode(pair)))]
    if let token = credentials.identityToken {
      entry.append(JSONTree.Member("identitytoken", .string(token)))
    }
    change { entries in
      entries.removeAll { $0.name == key }
      entries.append(JSONTree.Member(key, .object(entry)))
    }
  }

  /// Takes the credentials under a key out; false where there are none.
  mutating func remove(_ key: String) -> Bool {
    var isFound = false
    change { entries in
      isFound = entries.contains { AuthKey.normalized($0.name) == AuthKey.normalized(key) }
      entries.removeAll { AuthKey.normalized($0.name) == AuthKey.normalized(key) }
    }
    return isFound
  }

  /// Takes all credentials out.
  mutating func removeAll() { change { $0 = [] } }

  private mutating func change(_ body: (inout [JSONTree.Member]) -> Void) {
    var members: [JSONTree.Member] = []
    if case .object(let own) = document { members = own }
    var entries: [JSONTree.Member] = []
    if case .object(let own)? = document["auths"] { entries = own }
    body(&entries)
    let auths = JSONTree.Member("auths", .object(entries))
    if let place = members.firstIndex(where: { $0.name == "auths" }) {
      members[place] = auths
    } else {
      members.insert(auths, at: 0)
    }
    document = .object(members)
  }

  /// Writes the file, readable by its owner alone.
  func save() throws(TransferFailure) {
    do {
      let slash = path.lastIndex(of: "/") ?? path.startIndex
      let folder =
        slash == path.startIndex ? (path.hasPrefix("/") ? "/" : ".") : String(path[..<slash])
      let name =
        path.hasPrefix("/") || slash != path.startIndex
        ? String(path[path.index(after: slash)...]) : path
      try makeDirectories(folder, mode: 0o700)
      let directory = try openFile(folder, [.readOnly, .directory])
      let text = try JSONWriter(.indented("\t")).write(document)
      try directory.lent.replaceFile(name, contents: text, mode: 0o600, durable: true)
    } catch {
      throw TransferFailure(.system, path, detail: "\(error)")
    }
  }
}

/// The keys under which credentials stand.
enum AuthKey {
  /// Docker's keys may be URLs, and its own registry has several names.
  static func normalized(_ key: String) -> String {
    var text = key[...]
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
      text = text.dropFirst(scheme.count)
      // Behind the host of a URL stands the version of the protocol.
      text = text.prefix { $0 != "/" }
    }
    switch text {
    case "registry-1.docker.io", "index.docker.io": return "docker.io"
    default: return String(text)
    }
  }

  /// The keys that count for a repository, the most special first: `a.io/b/c`, `a.io/b`, `a.io`.
  static func candidates(registry: String, repository: String?) -> [String] {
    var keys: [String] = []
    var path = repository.map { registry + "/" + $0 } ?? registry
    while true {
      keys.append(path)
      guard path != registry, let slash = path.lastIndex(of: "/") else { return keys }
      path = String(path[..<slash])
    }
  }
}
