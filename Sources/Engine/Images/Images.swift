import ImageSpec
public import Storage

/// The images of an engine. Each operation has its file.
public struct Images {
  let engine: ContainerEngine

  /// An image of the store, and what its configuration says.
  public struct Image {
    public let stored: StoredImage
    /// Nil for a list of manifests, which has none, and for one that cannot be read.
    let configuration: ImageConfiguration?

    /// 64 hexadecimal digits.
    public var id: String { stored.id }
    /// Normalised references.
    public var names: [String] { stored.names }
    public var labels: [String: String]? { configuration?.config?.labels }

    /// When it was built; when it came into the store, if it does not say. Nanoseconds since 1970.
    public var created: Int64 {
      TimeText.nanoseconds(configuration?.created ?? stored.created) ?? 0
    }

    /// Its names with the digests of its manifests, sorted: `docker.io/library/busybox@sha256:…`.
    public var repositoryDigests: [String] {
      var found: Set<String> = []
      for name in names {
        guard let reference = try? ImageReference(parsing: name) else { continue }
        for digest in stored.digests { found.insert("\(reference.name)@\(digest)") }
      }
      return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  /// An image with its configuration, if it has one that can be read.
  func image(_ stored: StoredImage) throws -> Image {
    let data = try? engine.store.data("sha256:\(stored.id)", ofImage: stored.id)
    let configuration = data.flatMap { try? ImageConfiguration(parsing: $0) }
    return Image(stored: stored, configuration: configuration)
  }

  /// The document that names an image's configuration and layers, or other images.
  func manifest(of stored: StoredImage) throws -> ManifestDocument? {
    let data = try? engine.store.data("manifest", ofImage: stored.id)
    return data.flatMap { try? ManifestDocument(parsing: $0) }
  }

  /// Whether an image is a list of others for several platforms.
  func isManifestList(_ stored: StoredImage) throws -> Bool {
    if case .index? = try manifest(of: stored) { true } else { false }
  }
}
