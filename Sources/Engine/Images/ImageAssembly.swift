import Archive
import ImageSpec
import JSON
import Storage

/// An image that is made of layers of the store and a configuration.
struct ImageAssembly {
  let store: Store
  var configuration: ImageConfiguration
  /// The layers, the lowest first, with what is known of their archives.
  var layers: [LayerContents]
  var topLayer: String?
  var names: [String] = []
  var family = MediaType.Family.oci
  var annotations: [String: String]?

  /// Puts the image into the store.
  ///
  /// - Returns: its id.
  func create() throws -> String {
    let configurationText = try JSONWriter().write(configuration)
    let id = SHA256.value(of: configurationText).hex
    let manifest = try self.manifest(id, configurationText.count)
    let text = try JSONWriter().write(manifest)
    let digest = SHA256.value(of: text).description
    try store.createImage(
      NewImage(
        id: id, names: names, digest: digest, topLayer: topLayer, metadata: "{}",
        data: [
          ("manifest", text), ("manifest-\(digest)", text), ("sha256:\(id)", configurationText),
        ],
        created: configuration.created))
    return id
  }

  /// Layers are named by their uncompressed archives, which the store can write again.
  private func manifest(_ id: String, _ size: Int) throws -> ImageManifest {
    guard let configurationDigest = Digest(hex: id) else {
      throw EngineError.failed("image", reason: "its id is no digest")
    }
    let descriptors = try layers.map { contents in
      guard let digest = Digest(contents.diffDigest) else {
        throw EngineError.damaged(path: "layers.json", reason: "\"\(contents.diffDigest)\"")
      }
      return Descriptor(
        mediaType: .layer(family, .none), digest: digest, size: contents.diffSize)
    }
    var manifest = ImageManifest(
      family,
      configuration: Descriptor(
        mediaType: .configuration(family), digest: configurationDigest, size: Int64(size)),
      layers: descriptors)
    manifest.annotations = annotations
    return manifest
  }

  /// The diff ids of the layers, for the configuration.
  var diffIDs: [Digest] { layers.compactMap { Digest($0.diffDigest) } }
}
