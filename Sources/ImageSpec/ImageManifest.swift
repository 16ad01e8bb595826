public import JSON

/// The manifest of one image: OCI image-spec manifest.md, or Docker's schema 2.
public struct ImageManifest: Equatable, Sendable {
  public var mediaType: MediaType
  public var artifactType: String?
  public var configuration: Descriptor
  /// From the lowest to the highest.
  public var layers: [Descriptor]
  public var subject: Descriptor?
  public var annotations: [String: String]?
  /// Members that have no property here.
  public var others: [JSONTree.Member] = []

  public init(_ family: MediaType.Family, configuration: Descriptor, layers: [Descriptor]) {
    mediaType = .manifest(family)
    self.configuration = configuration
    self.layers = layers
  }

  public var family: MediaType.Family { mediaType == .dockerManifest ? .docker : .oci }
}

extension ImageManifest: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    let fields = try ManifestFields(from: node)
    guard let configuration = fields.config else { throw .missing(field: "config") }
    self.init(.oci, configuration: configuration, layers: fields.layers ?? [])
    mediaType = fields.mediaType ?? .ociManifest
    artifactType = fields.artifactType
    subject = fields.subject
    annotations = fields.annotations
    others = fields.others
  }

  public func write(to output: JSONOutput) throws(JSONError) {
    var fields = ManifestFields()
    fields.mediaType = mediaType
    fields.artifactType = artifactType
    fields.config = configuration
    fields.layers = layers
    fields.subject = subject
    fields.annotations = annotations
    fields.others = others
    try fields.write(to: output)
  }
}

/// A list of the manifests of one image for several platforms: OCI image-spec image-index.md, or
/// Docker's manifest list.
public struct ImageIndex: Equatable, Sendable {
  public var mediaType: MediaType
  public var artifactType: String?
  public var manifests: [Descriptor]
  public var subject: Descriptor?
  public var annotations: [String: String]?
  /// Members that have no property here.
  public var others: [JSONTree.Member] = []

  public init(_ family: MediaType.Family, manifests: [Descriptor]) {
    mediaType = .index(family)
    self.manifests = manifests
  }

  public var family: MediaType.Family { mediaType == .dockerList ? .docker : .oci }

  /// The manifest that runs best on a platform; nil where none does. The first of equals is taken.
  public func manifest(for platform: Platform) -> Descriptor? {
    var best: (preference: Int, descriptor: Descriptor)?
    for descriptor in manifests {
      guard let offered = descriptor.platform,
        let preference = platform.preference(for: offered)
      else { continue }
      if preference < best?.preference ?? .max { best = (preference, descriptor) }
    }
    return best?.descriptor
  }
}

extension ImageIndex: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    let fields = try ManifestFields(from: node)
    guard let manifests = fields.manifests else { throw .missing(field: "manifests") }
    self.init(.oci, manifests: manifests)
    mediaType = fields.mediaType ?? .ociIndex
    artifactType = fields.artifactType
    subject = fields.subject
    annotations = fields.annotations
    others = fields.others
  }

  public func write(to output: JSONOutput) throws(JSONError) {
    var fields = ManifestFields()
    fields.mediaType = mediaType
    fields.artifactType = artifactType
    fields.manifests = manifests
    fields.subject = subject
    fields.annotations = annotations
    fields.others = others
    try fields.write(to: output)
  }
}

/// A manifest of either kind.
public enum ManifestDocument: Equatable, Sendable {
  case image(ImageManifest)
  case index(ImageIndex)

  /// Reads a manifest.
  ///
  /// What it is, its own members say. One that could be read as both kinds is refused, and so is one
  /// that names another media type than it was delivered with (CVE-2021-41190).
  ///
  /// - Parameter mediaType: what whoever delivered it said that it is; nil where nobody did.
  public init(parsing text: [UInt8], mediaType: MediaType? = nil) throws(ManifestError) {
    let fields: ManifestFields
    do {
      fields = try JSONReader(emptyStringIsAbsent: true).read(ManifestFields.self, from: text)
    } catch { throw .malformed(error) }
    if fields.schemaVersion == 1 { throw .schema1 }
    guard fields.schemaVersion == 2 else { throw .schemaVersion(fields.schemaVersion ?? 0) }
    let isImage = fields.config != nil || fields.layers != nil
    let isIndex = fields.manifests != nil
    guard isImage != isIndex, fields.others.allSatisfy({ $0.name != "fsLayers" }) else {
      throw .ambiguous
    }
    let delivered = mediaType.flatMap { $0.isIndex || $0.isManifest ? $0 : nil }
    if let own = fields.mediaType {
      guard own.isIndex || own.isManifest else { throw .unknownMediaType(own) }
      if let delivered, delivered != own { throw .contradicting(own: own, delivered: delivered) }
    }
    let type = fields.mediaType ?? delivered ?? (isIndex ? .ociIndex : .ociManifest)
    guard type.isIndex == isIndex else { throw .ambiguous }
    let reader = JSONReader(emptyStringIsAbsent: true)
    do {
      if isIndex {
        var index = try reader.read(ImageIndex.self, from: text)
        index.mediaType = type
        self = .index(index)
      } else {
        var manifest = try reader.read(ImageManifest.self, from: text)
        manifest.mediaType = type
        self = .image(manifest)
      }
    } catch { throw .malformed(error) }
  }

  public var mediaType: MediaType {
    switch self {
    case .image(let manifest): manifest.mediaType
    case .index(let index): index.mediaType
    }
  }
}

/// Why a text is no manifest that can be used.
public enum ManifestError: Error, Equatable, Sendable {
  case malformed(JSONError)
  /// Docker's first schema, which no current registry serves.
  case schema1
  case schemaVersion(Int)
  case unknownMediaType(MediaType)
  /// It is no manifest, or could be read as an image's and as a list.
  case ambiguous
  case contradicting(own: MediaType, delivered: MediaType)
}

extension ManifestError: CustomStringConvertible {
  /// A sentence without a full stop, as `JSONError` has one.
  public var description: String {
    switch self {
    case .malformed(let error): "invalid manifest: \(error)"
    case .schema1: "the manifest is of Docker's schema 1, which is not supported: push it anew"
    case .schemaVersion(let version): "invalid manifest: schema version \(version), expected 2"
    case .unknownMediaType(let type): "unknown media type of a manifest: \(quoted(type.rawValue))"
    case .ambiguous: "invalid manifest: it is neither an image's nor a list of images"
    case .contradicting(let own, let delivered):
      "invalid manifest: it says that it is \(own), but was delivered as \(delivered)"
    }
  }
}

/// The members of all manifests.
private struct ManifestFields: JSONObject {
  var schemaVersion: Int? = 2
  var mediaType: MediaType?
  var artifactType: String?
  var config: Descriptor?
  var layers: [Descriptor]?
  var manifests: [Descriptor]?
  var subject: Descriptor?
  var annotations: [String: String]?
  var others: [JSONTree.Member] = []

  static var blank: ManifestFields {
    var fields = ManifestFields()
    fields.schemaVersion = nil
    return fields
  }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("schemaVersion", &schemaVersion)
    try object.member("mediaType", &mediaType)
    try object.member("artifactType", &artifactType)
    try object.member("config", &config)
    try object.member("layers", &layers)
    try object.member("manifests", &manifests)
    try object.member("subject", &subject)
    try object.member("annotations", &annotations)
    try object.others(&others)
  }
}
