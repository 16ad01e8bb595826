import Archive
import EngineConfig
import HTTPClient
import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem
import Storage
import SystemPackage

/// An image of the store.
final class StoreSource: ImageSource {
  private let session: TransferSession
  private let store: Store
  private let image: StoredImage
  /// From the lowest to the highest.
  private let chain: [StoredLayer]
  let name: String
  let reference: ImageReference?

  /// - Parameter name: a name as the store records it, or an id or the beginning of one.
  init(_ session: TransferSession, _ name: String) throws(TransferFailure) {
    self.session = session
    store = try session.store()
    do {
      var found = try store.image(name)
      if found == nil, let full = try? ImageReference(parsing: name).tagged {
        found = try store.image(full.description)
      }
      guard let found else { throw TransferFailure(.noSuchImage, name) }
      image = found
      if let top = found.topLayer {
        chain = try store.chain(ofLayer: top).reversed()
      } else {
        chain = []
      }
    } catch { throw TransferFailure(store: error, name) }
    self.name = "containers-storage:\(name)"
    reference = try? ImageReference(parsing: name).tagged
  }

  /// Every name that the image has, or has had.
  var names: [ImageReference] {
    (image.names + image.nameHistory).compactMap { try? ImageReference(parsing: $0) }
  }

  var trust: (transport: String, scopes: [String]) { ("containers-storage", []) }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest {
    let item = digest.map { "manifest-\($0)" } ?? "manifest"
    do { return RawManifest(try store.data(item, ofImage: image.id)) } catch {
      throw TransferFailure(store: error, name)
    }
  }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] {
    do { return try store.data(blob.digest.description, ofImage: image.id) } catch {
      throw TransferFailure(store: error, name)
    }
  }

  /// Signatures stand one behind the other in a file each for a manifest; the image's metadata has their
  /// sizes.
  func signatures(of digest: Digest) throws(TransferFailure) -> [ImageSignature] {
    guard let text = image.metadata,
      let tree = try? JSONReader().read(JSONTree.self, from: Array(text.utf8))
    else { return [] }
    var sizes = tree["signatures-sizes"]?[digest.description]?.elements?.compactMap(\.integer)
    var item = "signature-\(digest.hex)"
    if sizes == nil, image.digest == digest.description {
      (sizes, item) = (tree["signature-sizes"]?.elements?.compactMap(\.integer), "signatures")
    }
    guard let sizes, !sizes.isEmpty else { return [] }
    var rest: ArraySlice<UInt8>
    do { rest = try store.data(item, ofImage: image.id)[...] } catch {
      throw TransferFailure(store: error, name)
    }
    var signatures: [ImageSignature] = []
    for size in sizes {
      guard size > 0, size <= rest.count else {
        throw TransferFailure(
          .store, name, detail: "its signatures are not as long as they should be")
      }
      if let signature = ImageSignature(blob: Array(rest.prefix(size))) {
        signatures.append(signature)
      }
      rest = rest.dropFirst(size)
    }
    return signatures
  }

  /// The layers as they are unpacked: uncompressed, and with what the manifest calls them.
  func layers(
    of manifest: ImageManifest, _ configuration: ImageConfiguration
  ) throws(TransferFailure) -> [SourceLayer] {
    let diffIDs = configuration.rootfs.diffIDs
    guard chain.count == diffIDs.count, manifest.layers.count == diffIDs.count else {
      throw TransferFailure(
        .store, name,
        detail: "it has \(chain.count) layers in the store, its configuration "
          + "\(diffIDs.count)")
    }
    return zip(zip(manifest.layers, diffIDs), chain).map { pair, stored in
      let (known, diffID) = pair
      var blob = Descriptor(
        mediaType: .layer(manifest.family, .none), digest: diffID,
        size: stored.contents?.diffSize ?? -1)
      if blob.size <= 0 { blob.size = -1 }
      blob.annotations = known.annotations?.filter {
        !$0.key.hasPrefix("io.github.containers.zstd")
      }
      if blob.annotations?.isEmpty == true { blob.annotations = nil }
      let isKnown = known.mediaType.layerCompression != nil && known.digest != diffID
      return SourceLayer(
        blob: blob, compression: .none, diffID: diffID, known: isKnown ? known : nil)
    }
  }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    try producer(layer, index: index) { archive, output in
      let sink = DescriptorSink(output, bufferSize: 1 << 18)
      try sink.write(from: archive)
      try sink.finish()
      return WorkerReport()
    }
  }

  /// One process packs and compresses.
  func producer(
    _ layer: SourceLayer, index: Int, _ recoding: Recoding, _ loop: EventLoop
  ) throws(TransferFailure) -> any BlobProducer {
    try producer(layer, index: index) { try recoding.compress($0, to: $1) }
  }

  private func producer(
    _ layer: SourceLayer, index: Int,
    _ work: @escaping (any ByteSource, FileDescriptor) throws -> WorkerReport
  ) throws(TransferFailure) -> any BlobProducer {
    guard chain.indices.contains(index) else { throw TransferFailure(.store, name) }
    let subject = "layer \(layer.blob.digest)"
    let id = chain[index].id
    do {
      let folderPath: String
      switch try store.files(ofLayer: id) {
      case .changes(let folder, _): folderPath = folder
      case .whole(let folder, _): folderPath = folder
      }
      let folder = SharedDescriptor(try openFile(folderPath, [.readOnly, .directory]))
      guard let path = try store.tarSplitPath(ofLayer: id) else {
        throw TransferFailure(
          .store, name, detail: "layer \(id) cannot be packed again: its tar-split data is missing")
      }
      let tarSplit = SharedDescriptor(try openFile(path, [.readOnly]))
      return WorkerProducer(session.loop, subject, root: folder, files: [tarSplit]) { _, output in
        let split = DescriptorSource(tarSplit.lent, subject: subject)
        return try work(try TarSplitReplay(split, folder: folder.lent), output)
      }
    } catch { throw TransferFailure(store: error, name) }
  }
}
