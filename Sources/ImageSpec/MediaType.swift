public import JSON

/// What a blob is, by its media type; unknown ones are kept as they are.
public struct MediaType: RawRepresentable, Hashable, Sendable {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  private init(_ rawValue: String) { self.rawValue = rawValue }

  public static let ociManifest = MediaType("application/vnd.oci.image.manifest.v1+json")
  public static let ociIndex = MediaType("application/vnd.oci.image.index.v1+json")
  public static let ociConfiguration = MediaType("application/vnd.oci.image.config.v1+json")
  public static let ociLayer = MediaType("application/vnd.oci.image.layer.v1.tar")
  public static let ociLayerGzip = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")
  public static let ociLayerZstd = MediaType("application/vnd.oci.image.layer.v1.tar+zstd")
  public static let ociEmpty = MediaType("application/vnd.oci.empty.v1+json")

  public static let dockerManifest = MediaType(
    "application/vnd.docker.distribution.manifest.v2+json")
  public static let dockerList = MediaType(
    "application/vnd.docker.distribution.manifest.list.v2+json")
  public static let dockerConfiguration = MediaType(
    "application/vnd.docker.container.image.v1+json")
  public static let dockerLayer = MediaType("application/vnd.docker.image.rootfs.diff.tar")
  public static let dockerLayerGzip = MediaType(
    "application/vnd.docker.image.rootfs.diff.tar.gzip")
  public static let dockerLayerZstd = MediaType(
    "application/vnd.docker.image.rootfs.diff.tar.zstd")
  public static let dockerForeignLayer = MediaType(
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")

  /// The manifests of the first schema, which carry no configuration: no longer read.
  public static let dockerSchema1 = MediaType(
    "application/vnd.docker.distribution.manifest.v1+json")
  public static let dockerSchema1Signed = MediaType(
    "application/vnd.docker.distribution.manifest.v1+prettyjws")

  /// What a manifest and its lists are written in.
  public enum Family: Hashable, Sendable { case oci, docker }

  /// How a layer is compressed.
  public enum Compression: String, Hashable, Sendable, CaseIterable { case none, gzip, zstd }

  /// The media type of an image's manifest.
  public static func manifest(_ family: Family) -> MediaType {
    family == .oci ? ociManifest : dockerManifest
  }

  /// The media type of a list of manifests.
  public static func index(_ family: Family) -> MediaType {
    family == .oci ? ociIndex : dockerList
  }

  /// The media type of an image's configuration.
  public static func configuration(_ family: Family) -> MediaType {
    family == .oci ? ociConfiguration : dockerConfiguration
  }

  /// The media type of a layer.
  public static func layer(_ family: Family, _ compression: Compression) -> MediaType {
    switch (family, compression) {
    case (.oci, .none): ociLayer
    case (.oci, .gzip): ociLayerGzip
    case (.oci, .zstd): ociLayerZstd
    case (.docker, .none): dockerLayer
    case (.docker, .gzip): dockerLayerGzip
    case (.docker, .zstd): dockerLayerZstd
    }
  }

  /// Whether this is a list of manifests.
  public var isIndex: Bool { self == .ociIndex || self == .dockerList }

  /// Whether this is the manifest of one image.
  public var isManifest: Bool { self == .ociManifest || self == .dockerManifest }

  /// Whether this is a layer that registries must not hand out, to be had from its URLs only.
  public var isForeignLayer: Bool {
    rawValue.hasPrefix("application/vnd.oci.image.layer.nondistributable.v1.tar")
      || rawValue.hasPrefix("application/vnd.docker.image.rootfs.foreign.diff.tar")
  }

  /// Whether this is an encrypted layer.
  public var isEncrypted: Bool { rawValue.hasSuffix("+encrypted") }

  /// How a layer of this type is compressed; nil where it is no layer of a file system.
  public var layerCompression: Compression? {
    switch self {
    case .ociLayer, .dockerLayer: Compression.none
    case .ociLayerGzip, .dockerLayerGzip: .gzip
    case .ociLayerZstd, .dockerLayerZstd: .zstd
    default: nil
    }
  }
}

extension MediaType: CustomStringConvertible {
  public var description: String { rawValue }
}

extension MediaType: JSONValue {
  public init(from node: JSONNode) throws(JSONError) { rawValue = try node.string() }
  public func write(to output: JSONOutput) { output.string(rawValue) }
}
