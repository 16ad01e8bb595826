/// An image of the store, as overlay-images/images.json records it.
public struct StoredImage: Equatable, Sendable {
  /// 64 hexadecimal digits: the digest of the configuration.
  public var id: String
  /// Of the manifest.
  public var digest: String?
  /// Normalised references, `docker.io/library/alpine:latest`.
  public var names: [String] = []
  /// Names that it had, the newest first.
  public var nameHistory: [String] = []
  /// The topmost layer; nil for an image without any.
  public var topLayer: String?
  /// The same layer for other user namespaces.
  public var mappedTopLayers: [String] = []
  /// JSON, by whoever made the image.
  public var metadata: String?
  /// Files that are kept with the image: `manifest`, the configuration under its digest, ….
  public var data: [StoredData] = []
  /// RFC 3339: when it came into the store.
  public var created: String
  /// Whether it stands in a read-only store.
  public var isReadOnly = false

  /// Every digest by which the image can be found: its own and those of its manifests.
  public var digests: [String] {
    var found = digest.map { [$0] } ?? []
    for item in data where item.name.hasPrefix("manifest") {
      if let digest = item.digest, !found.contains(digest) { found.append(digest) }
    }
    return found
  }
}

/// A file that is kept with an image or a container.
public struct StoredData: Equatable, Sendable {
  /// `manifest`, `sha256:…`, `signature-…`.
  public var name: String
  public var size: Int64?
  public var digest: String?
}
