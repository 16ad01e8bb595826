public import JSON

/// What a manifest says of a blob: OCI image-spec, descriptor.md.
public struct Descriptor: Equatable, Sendable {
  public var mediaType: MediaType
  public var digest: Digest
  /// Bytes; never negative.
  public var size: Int64
  public var urls: [String]?
  public var annotations: [String: String]?
  public var platform: Platform?
  public var artifactType: String?
  /// Members that have no property here.
  public var others: [JSONTree.Member] = []

  public init(mediaType: MediaType, digest: Digest, size: Int64) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
  }
}

extension Descriptor: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    var fields = Fields()
    fields = try Fields(from: node)
    guard let digest = fields.digest else { throw .missing(field: node.field + ".digest") }
    guard fields.size >= 0 else {
      throw .outOfRange(
        field: node.field + ".size", number: "\(fields.size)", lowest: "0",
        highest: "\(Int64.max)")
    }
    self.init(mediaType: fields.mediaType, digest: digest, size: fields.size)
    urls = fields.urls
    annotations = fields.annotations
    platform = fields.platform
    artifactType = fields.artifactType
    others = fields.others
  }

  public func write(to output: JSONOutput) throws(JSONError) {
    try Fields(
      mediaType: mediaType, digest: digest, size: size, urls: urls, annotations: annotations,
      platform: platform, artifactType: artifactType, others: others
    ).write(to: output)
  }

  /// The members as they stand in the text: a digest cannot be made without one.
  private struct Fields: JSONObject {
    var mediaType = MediaType(rawValue: "")
    var digest: Digest?
    var size: Int64 = 0
    var urls: [String]?
    var annotations: [String: String]?
    var platform: Platform?
    var artifactType: String?
    var others: [JSONTree.Member] = []

    static var blank: Fields { Fields() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("mediaType", &mediaType)
      try object.member("digest", &digest)
      try object.member("size", &size)
      try object.member("urls", &urls)
      try object.member("annotations", &annotations)
      try object.member("platform", &platform)
      try object.member("artifactType", &artifactType)
      try object.others(&others)
    }
  }
}
