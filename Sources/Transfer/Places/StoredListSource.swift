import EngineConfig
import HelperProtocols
import ImageSpec
import JSON
import Storage

/// A list of manifests that was made in the store: its members stand in the store too, or at registries.
final class StoredListSource: ImageSource {
  /// The file of such an image that says where each member is had: containers/common's.
  static let placesFile = "instances.json"

  private let session: TransferSession
  private let top: RawManifest
  /// Places by digests.
  private let places: [String: String]
  private var current: (any ImageSource)?
  let name: String
  let reference: ImageReference?

  /// The list of this name; nil where the store has none, or an image by it.
  init?(_ session: TransferSession, _ name: String) throws(TransferFailure) {
    let store = try session.store()
    let text: [UInt8]
    do {
      var found = try store.image(name)
      if found == nil, let full = try? ImageReference(parsing: name).tagged {
        found = try store.image(full.description)
      }
      guard let found, found.data.contains(where: { $0.name == Self.placesFile }) else {
        return nil
      }
      top = RawManifest(try store.data("manifest", ofImage: found.id))
      text = try store.data(Self.placesFile, ofImage: found.id)
    } catch { throw TransferFailure(store: error, name) }
    do { places = try JSONReader().read([String: String].self, from: text) } catch {
      throw TransferFailure(.malformed, name, detail: "\(Self.placesFile): \(error)")
    }
    self.session = session
    self.name = "containers-storage:\(name)"
    reference = try? ImageReference(parsing: name).tagged
  }

  var trust: (transport: String, scopes: [String]) { ("containers-storage", []) }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest {
    guard let digest else { return top }
    guard let place = places[digest.description] else {
      throw TransferFailure(.store, name, detail: "it does not say where \(digest) is")
    }
    let name = try PlaceName(place)
    if case .registry(let reference) = name {
      let isInsecure = try session.registriesConf().entry(for: reference.name)?.isInsecure ?? false
      let source = try RegistrySource(
        session, name: reference.digested(digest), place: reference.digested(digest),
        isInsecure: isInsecure)
      current = source
      return try source.manifest(digest)
    }
    let source = try session.source(name)
    current = source
    let raw = try source.manifest(nil)
    return raw.digest == digest ? raw : try source.manifest(digest)
  }

  func signatures(of digest: Digest) throws(TransferFailure) -> [ImageSignature] {
    try current?.signatures(of: digest) ?? []
  }

  private func member() throws(TransferFailure) -> any ImageSource {
    guard let current else { throw TransferFailure(.store, name) }
    return current
  }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] {
    try member().smallBlob(blob)
  }

  func layers(
    of manifest: ImageManifest, _ configuration: ImageConfiguration
  ) throws(TransferFailure) -> [SourceLayer] {
    try member().layers(of: manifest, configuration)
  }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    try member().producer(layer, index: index)
  }
}
