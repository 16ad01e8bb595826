public import JSON

/// One line of what `podman-transfer` says.
public struct TransferEvent: JSONObject, Sendable, Equatable {
  public enum Kind: String, CaseIterable, JSONValue, Sendable {
    /// An attempt at a place begins: `text` names it.
    case source
    /// A blob begins: `digest`, `size` (−1 unknown) and `part` say what.
    case blob
    /// `bytes` of a blob are through.
    case progress
    /// A blob is done.
    case done
    /// A blob need not be moved: the destination has it.
    case exists
    /// The manifest is written.
    case manifest
    /// Signatures are looked at.
    case signatures
    /// A signature is made.
    case signing
    /// Something the user should know.
    case warning
    /// The end: it is done.
    case result
    /// The end: it cannot be done.
    case failure
  }

  /// What a blob is.
  public enum Part: String, CaseIterable, JSONValue, Sendable { case layer, configuration }

  public var kind: Kind
  public var digest: String?
  public var size: Int64?
  public var bytes: Int64?
  public var part: Part?
  public var text: String?
  public var result: TransferResult?
  public var failure: TransferFailure?

  public init(_ kind: Kind) { self.kind = kind }

  public static var blank: TransferEvent { TransferEvent(.warning) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("kind", &kind)
    try object.member("digest", &digest)
    try object.member("size", &size)
    try object.member("bytes", &bytes)
    try object.member("part", &part)
    try object.member("text", &text)
    try object.member("result", &result)
    try object.member("failure", &failure)
  }
}

/// What came of a request.
public struct TransferResult: JSONObject, Sendable, Equatable {
  /// The images that were copied.
  public var images: [TransferredImage] = []
  /// A manifest that was asked for, and its media type.
  public var manifest: String?
  public var mediaType: String?
  /// Tags; the platform of a manifest that was asked for; what was said.
  public var words: [String] = []
  public var hits: [SearchHit] = []

  public init() {}

  public static var blank: TransferResult { TransferResult() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("images", &images)
    try object.member("manifest", &manifest)
    try object.member("mediaType", &mediaType)
    try object.member("words", &words)
    try object.member("hits", &hits)
  }
}

/// An image that was copied.
public struct TransferredImage: JSONObject, Sendable, Equatable {
  /// 64 hexadecimal digits.
  public var id: String
  /// Of the manifest as it was written: `sha256:…`.
  public var digest: String
  public var names: [String] = []

  public init(id: String, digest: String, names: [String]) {
    self.id = id
    self.digest = digest
    self.names = names
  }

  public static var blank: TransferredImage { TransferredImage(id: "", digest: "", names: []) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("digest", &digest)
    try object.member("names", &names)
  }
}

/// A repository that a search found.
public struct SearchHit: JSONObject, Sendable, Equatable {
  /// The registry that was asked.
  public var index: String
  /// With the registry in front.
  public var name: String
  public var description = ""
  public var stars = 0
  public var isOfficial = false
  public var isAutomated = false

  public init(index: String, name: String) {
    self.index = index
    self.name = name
  }

  public static var blank: SearchHit { SearchHit(index: "", name: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("index", &index)
    try object.member("name", &name)
    try object.member("description", &description)
    try object.member("stars", &stars)
    try object.member("isOfficial", &isOfficial)
    try object.member("isAutomated", &isAutomated)
  }
}
