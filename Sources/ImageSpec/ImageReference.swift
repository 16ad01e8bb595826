/// The full name of an image: a registry, a repository in it, and a tag, a digest, both or neither.
///
/// The grammar and the normalisation are those of the distribution project's reference package:
/// `busybox` is `docker.io/library/busybox`.
public struct ImageReference: Hashable, Sendable {
  /// A host with or without a port: `docker.io`, `localhost:5000`.
  public let registry: String
  /// The path in the registry: `library/busybox`.
  public let repository: String
  public var tag: String?
  public var digest: Digest?

  /// Reads a name as Docker does: without a registry it means `docker.io`, and there without a
  /// folder `library/`.
  public init(parsing text: String) throws(ImageReferenceError) {
    let parts = try NameParts(text)
    var (registry, repository) = (parts.registry ?? "docker.io", parts.path)
    if registry == "index.docker.io" { registry = "docker.io" }
    if registry == "docker.io", !repository.contains("/") { repository = "library/" + repository }
    // The 64 digits would be the id of an image as well.
    if parts.registry == nil, Digest(hex: parts.path) != nil {
      throw ImageReferenceError(text, .isIdentifier)
    }
    guard registry.utf8.count + 1 + repository.utf8.count <= 255 else {
      throw ImageReferenceError(text, .tooLong)
    }
    self.registry = registry
    self.repository = repository
    tag = parts.tag
    digest = parts.digest
  }

  /// Whether a name says no registry, so that aliases and search registries have to complete it.
  public static func isShort(_ text: String) throws(ImageReferenceError) -> Bool {
    try NameParts(text).registry == nil
  }

  /// A short name completed with a registry: `busybox` with `quay.io` is `quay.io/busybox`.
  public init(short text: String, registry: String) throws(ImageReferenceError) {
    try self.init(parsing: registry + "/" + text)
  }

  /// The registry and the repository: `docker.io/library/busybox`.
  public var name: String { registry + "/" + repository }

  /// Without tag and digest.
  public var untagged: ImageReference {
    var copy = self
    (copy.tag, copy.digest) = (nil, nil)
    return copy
  }

  /// With the tag `latest` where there is neither a tag nor a digest.
  public var tagged: ImageReference {
    var copy = self
    if tag == nil, digest == nil { copy.tag = "latest" }
    return copy
  }

  /// The same repository under a tag, which has to be one by the grammar.
  public func tagged(_ tag: String) throws(ImageReferenceError) -> ImageReference {
    try ImageReference(parsing: name + ":" + tag)
  }

  /// The same repository under a digest.
  public func digested(_ digest: Digest) -> ImageReference {
    var copy = self
    (copy.tag, copy.digest) = (nil, digest)
    return copy
  }

  /// As Docker's own output abbreviates it: `busybox:latest`, `user/tool`.
  public var familiar: String {
    guard registry == "docker.io" else { return description }
    let folder = "library/"
    let isLibrary = repository.hasPrefix(folder) && !repository.dropFirst(8).contains("/")
    return (isLibrary ? String(repository.dropFirst(8)) : repository) + suffix
  }

  private var suffix: String {
    (tag.map { ":" + $0 } ?? "") + (digest.map { "@" + $0.description } ?? "")
  }
}

extension ImageReference: CustomStringConvertible {
  /// `docker.io/library/busybox:latest`, `quay.io/a/b@sha256:…`.
  public var description: String { name + suffix }
}

/// Why a text names no image.
public struct ImageReferenceError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    case empty
    /// A registry that is no host name with an optional port.
    case registry(String)
    /// A repository that breaks the grammar otherwise.
    case repository(String)
    /// A repository with capital letters.
    case uppercase(String)
    case tag(String)
    case digest(String)
    /// More than 255 bytes.
    case tooLong
    /// 64 hexadecimal digits are the id of an image, not its name.
    case isIdentifier
  }

  /// The text as it was given.
  public var text: String
  public var reason: Reason

  public init(_ text: String, _ reason: Reason) {
    self.text = text
    self.reason = reason
  }
}

extension ImageReferenceError: CustomStringConvertible {
  /// A sentence without a full stop, as `JSONError` has one.
  public var description: String {
    let why =
      switch reason {
      case .empty: "it is empty"
      case .registry(let part): "\"\(part)\" is no host name with an optional port"
      case .repository(let part):
        "\"\(part)\" is no repository: words of a-z and 0-9, joined by one of . _ __ - and /"
      case .uppercase(let part): "repository \"\(part)\" must be lower case"
      case .tag(let part):
        "\"\(part)\" is no tag: up to 128 letters, digits, and (not first) . and -"
      case .digest(let part): "\"\(part)\" is no digest: sha256: and 64 hexadecimal digits"
      case .tooLong: "a name has at most 255 characters"
      case .isIdentifier: "64 hexadecimal digits are an image id, not a name"
      }
    return "invalid image name \"\(text)\": \(why)"
  }
}
