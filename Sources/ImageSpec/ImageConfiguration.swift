public import JSON

/// The configuration of an image: OCI image-spec config.md. Docker's has the same members and more,
/// which are kept.
public struct ImageConfiguration: Equatable, Sendable {
  /// RFC 3339.
  public var created: String?
  public var author: String?
  public var architecture: String
  public var os: String
  public var osVersion: String?
  public var osFeatures: [String]?
  public var variant: String?
  /// How a container of this image is run where nothing else is said.
  public var config: ExecutionParameters?
  public var rootfs: RootFilesystem
  /// From the oldest step to the newest.
  public var history: [HistoryEntry]?
  /// Members that have no property here.
  public var others: [JSONTree.Member] = []

  public init(platform: Platform = .host) {
    architecture = platform.architecture
    os = platform.os
    variant = platform.variant
    rootfs = RootFilesystem(diffIDs: [])
  }

  public var platform: Platform {
    var platform = Platform(os: os, architecture: architecture, variant: variant)
    platform.osVersion = osVersion
    platform.osFeatures = osFeatures
    return platform
  }

  /// Reads a configuration from its text.
  public init(parsing text: [UInt8]) throws(JSONError) {
    self = try JSONReader(emptyStringIsAbsent: true).read(ImageConfiguration.self, from: text)
  }

  /// The layers of an image.
  public struct RootFilesystem: Equatable, Sendable {
    /// Always `layers`.
    public var type = "layers"
    /// The digests of the uncompressed layers, from the lowest to the highest.
    public var diffIDs: [Digest]

    public init(diffIDs: [Digest]) { self.diffIDs = diffIDs }
  }

  /// A step in which the image was made.
  public struct HistoryEntry: Equatable, Sendable {
    /// RFC 3339.
    public var created: String?
    public var createdBy: String?
    public var author: String?
    public var comment: String?
    /// Whether the step made no layer.
    public var emptyLayer: Bool?
    /// Members that have no property here.
    public var others: [JSONTree.Member] = []

    public init() {}
  }
}

extension ImageConfiguration: JSONObject {
  public static var blank: ImageConfiguration {
    var blank = ImageConfiguration()
    (blank.architecture, blank.os, blank.variant) = ("", "", nil)
    return blank
  }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("created", &created)
    try object.member("author", &author)
    try object.member("architecture", &architecture)
    try object.member("variant", &variant)
    try object.member("os", &os)
    try object.member("os.version", &osVersion)
    try object.member("os.features", &osFeatures)
    try object.member("config", &config)
    try object.member("rootfs", &rootfs)
    try object.member("history", &history)
    try object.others(&others)
  }
}

extension ImageConfiguration.RootFilesystem: JSONObject {
  public static var blank: Self { Self(diffIDs: []) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("type", &type)
    var identifiers: [Digest]? = diffIDs
    try object.member("diff_ids", &identifiers)
    diffIDs = identifiers ?? []
  }
}

extension ImageConfiguration.HistoryEntry: JSONObject {
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("created", &created)
    try object.member("created_by", &createdBy)
    try object.member("author", &author)
    try object.member("comment", &comment)
    try object.member("empty_layer", &emptyLayer)
    try object.others(&others)
  }
}
