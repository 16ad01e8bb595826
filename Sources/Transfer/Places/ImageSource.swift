import HTTPClient
import HelperProtocols
import ImageSpec

/// A manifest as it came.
struct RawManifest {
  var bytes: [UInt8]
  /// What whoever gave it says that it is.
  var mediaType: MediaType?
  var digest: Digest

  init(_ bytes: [UInt8], mediaType: MediaType? = nil) {
    self.bytes = bytes
    self.mediaType = mediaType
    digest = .of(bytes)
  }

  /// Understands it.
  func document(_ subject: String) throws(TransferFailure) -> ManifestDocument {
    do { return try ManifestDocument(parsing: bytes, mediaType: mediaType) } catch {
      throw TransferFailure(.malformed, subject, detail: "\(error)")
    }
  }
}

/// A layer as a source has it.
struct SourceLayer {
  /// Its digest and size as the source gives it.
  var blob: Descriptor
  var compression: MediaType.Compression
  /// The digest of the uncompressed contents, where the source knows it.
  var diffID: Digest?
  /// The blob as some registry has had it, which need not be sent again where it is known.
  var known: Descriptor?
}

/// A place that holds an image, or several for several platforms.
protocol ImageSource: AnyObject {
  /// What people call it, with its transport: `docker://…`.
  var name: String { get }
  /// The name under which trust in it is decided; nil for places that are files.
  var reference: ImageReference? { get }
  /// What trust is decided by: a transport of policy.json, and scopes, the most special first.
  var trust: (transport: String, scopes: [String]) { get }
  /// The manifest itself, or one of its list.
  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest
  /// A small blob, verified by whoever asked.
  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8]
  /// The layers of a manifest as this source gives them out.
  func layers(
    of manifest: ImageManifest, _ configuration: ImageConfiguration
  ) throws(TransferFailure) -> [SourceLayer]
  /// A layer's bytes.
  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer
  /// A layer's bytes in another compression.
  func producer(
    _ layer: SourceLayer, index: Int, _ recoding: Recoding, _ loop: EventLoop
  ) throws(TransferFailure) -> any BlobProducer
  /// Detached signatures of a manifest.
  func signatures(of digest: Digest) throws(TransferFailure) -> [ImageSignature]
}

/// The most bytes of a manifest, and of a configuration.
let manifestLimit = 4 << 20
let configurationLimit = 8 << 20

extension ImageSource {
  /// Layers as the manifest lists them.
  func layers(
    of manifest: ImageManifest, _ configuration: ImageConfiguration
  ) throws(TransferFailure) -> [SourceLayer] {
    var layers: [SourceLayer] = []
    for (index, blob) in manifest.layers.enumerated() {
      if blob.mediaType.isForeignLayer || !(blob.urls ?? []).isEmpty {
        throw TransferFailure(
          .unsupported, "\(name), layer \(blob.digest)",
          detail: "a foreign layer, which its maker gives out at another place,")
      }
      if blob.mediaType.isEncrypted {
        throw TransferFailure(
          .unsupported, "\(name), layer \(blob.digest)", detail: "an encrypted layer")
      }
      guard let compression = blob.mediaType.layerCompression else {
        throw TransferFailure(
          .unsupported, "\(name), layer \(blob.digest)",
          detail: "a layer of type \(printable(blob.mediaType.rawValue))")
      }
      let diffIDs = configuration.rootfs.diffIDs
      layers.append(
        SourceLayer(
          blob: blob, compression: compression,
          diffID: diffIDs.indices.contains(index) ? diffIDs[index] : nil, known: blob))
    }
    return layers
  }

  func signatures(of digest: Digest) throws(TransferFailure) -> [ImageSignature] { [] }

  func producer(
    _ layer: SourceLayer, index: Int, _ recoding: Recoding, _ loop: EventLoop
  ) throws(TransferFailure) -> any BlobProducer {
    WorkerProducer(
      loop, "layer \(layer.blob.digest)", upstream: try producer(layer, index: index)
    ) { input, output in
      guard let input else { return WorkerReport() }
      return try recoding.recode(from: input, to: output)
    }
  }
}
