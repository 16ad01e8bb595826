import ImageSpec

/// A `[[registry]]` of registries.conf(5).
public struct RegistryEntry: Equatable, Sendable {
  /// A host, perhaps with folders, or `*.` and a domain.
  public var prefix: String
  /// What stands in the prefix's place in the name that is really asked for; empty: the prefix itself.
  public var location: String
  public var isInsecure = false
  public var isBlocked = false
  public var mirrors: [Mirror] = []

  public init(prefix: String, location: String) {
    self.prefix = prefix
    self.location = location
  }

  /// A place that is asked before the registry itself.
  public struct Mirror: Equatable, Sendable {
    /// Which pulls a mirror serves.
    public enum Scope: String, CaseIterable, Sendable {
      case all
      case digestOnly = "digest-only"
      case tagOnly = "tag-only"
    }

    public var location: String
    public var isInsecure = false
    public var scope = Scope.all

    func serves(isDigested: Bool) -> Bool {
      switch scope {
      case .all: true
      case .digestOnly: isDigested
      case .tagOnly: !isDigested
      }
    }
  }

  init(_ fields: RegistriesFields) throws(ConfigurationError) {
    let location = try fields.string("location").map(trimmed) ?? ""
    let prefix = try fields.string("prefix").map(trimmed) ?? ""
    self.init(prefix: prefix.isEmpty ? location : prefix, location: location)
    guard !self.prefix.isEmpty, !location.isEmpty || self.prefix.hasPrefix("*.") else {
      throw .field(path: fields.path, name: "registry.location", expected: "set")
    }
    isInsecure = try fields.boolean("insecure") ?? false
    isBlocked = try fields.boolean("blocked") ?? false
    let onlyByDigest = try fields.boolean("mirror-by-digest-only") ?? false
    for table in try fields.tables("mirror") {
      guard let place = try table.string("location").map(trimmed), !place.isEmpty else {
        throw .field(path: fields.path, name: "registry.mirror.location", expected: "set")
      }
      var mirror = Mirror(location: place)
      mirror.isInsecure = try table.boolean("insecure") ?? false
      let scope = try table.word("pull-from-mirror", Mirror.Scope.self)
      mirror.scope = onlyByDigest ? .digestOnly : scope ?? .all
      mirrors.append(mirror)
    }
  }

  /// The part of a name that the prefix covers; nil where it does not.
  func matched(of name: String) -> Substring? {
    let rest: Substring
    if prefix.hasPrefix("*.") {
      let host = name.prefix { $0 != "/" && $0 != ":" && $0 != "@" }
      let domain = prefix.dropFirst()  // ".example.com"
      guard host.hasSuffix(domain), host.utf8.count > domain.utf8.count else { return nil }
      return host
    }
    guard name.hasPrefix(prefix) else { return nil }
    rest = name[name.index(name.startIndex, offsetBy: prefix.count)...]
    guard rest.isEmpty || rest.first == "/" || rest.first == ":" || rest.first == "@" else {
      return nil
    }
    // The port of a host is no tag: "a.b" is not a prefix of "a.b:5000/x".
    if rest.first == ":", !prefix.contains("/"), rest.contains("/") { return nil }
    return name[..<rest.startIndex]
  }

  /// A name with the prefix replaced by a location.
  func moved(
    _ reference: ImageReference, to location: String
  ) throws(RegistryRefusal) -> ImageReference {
    let text = reference.description
    guard !location.isEmpty, let covered = matched(of: text) else { return reference }
    let new = location + text[covered.endIndex...]
    do { return try ImageReference(parsing: new) } catch {
      throw .rewritten(reference: reference, to: new)
    }
  }
}

private func trimmed(_ text: String) -> String {
  var text = text[...]
  while text.last == "/" { text.removeLast() }
  return String(text)
}
