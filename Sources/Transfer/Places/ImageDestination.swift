import HelperProtocols
import ImageSpec

/// What a destination wants to do with a layer.
enum LayerPlan {
  /// It has the layer: nothing is to be moved.
  case present(Descriptor)
  /// It takes the layer as it is.
  case taken(any BlobConsumer)
  /// It takes the layer in another compression.
  case recoded(MediaType.Compression, any BlobConsumer)
}

/// A place that takes an image.
protocol ImageDestination: AnyObject {
  /// What people call it, with its transport.
  var name: String { get }
  /// The name that a signature of what it takes is for; nil for places that are files.
  var reference: ImageReference? { get }
  /// Whether it keeps signatures.
  var takesSignatures: Bool { get }
  /// How many layers it takes at once.
  var width: Int { get }
  /// Which manifests it takes; the first is what others become.
  var families: [MediaType.Family] { get }
  /// Whether it takes lists of manifests.
  var takesIndexes: Bool { get }
  /// Begins an image.
  func begin(
    _ manifest: ImageManifest, _ configuration: ImageConfiguration, layers: [SourceLayer]
  ) throws(TransferFailure)
  /// What it wants to do with a layer.
  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan
  /// A layer is there as a whole, and is what it had to be.
  ///
  /// - Returns: how the manifest is to name it.
  func finish(_ layer: SourceLayer, index: Int, _ facts: BlobFacts) throws(TransferFailure)
    -> Descriptor
  /// Takes a configuration.
  func put(configuration: [UInt8], _ digest: Digest) throws(TransferFailure)
  /// Takes the manifest of an image that has been moved; `isTop` unless it is one of a list.
  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure)
  /// Takes the signatures of a manifest that it has, beside those that it has of it.
  func put(
    signatures: [ImageSignature], of digest: Digest, isTop: Bool
  ) throws(TransferFailure)
  /// Takes the list from which an image was chosen, which is kept with it.
  func note(list: RawManifest) throws(TransferFailure)
  /// Makes it so.
  func commit() throws(TransferFailure)
  /// Takes away what came of an image that does not become whole.
  func abandon()
}

extension ImageDestination {
  var reference: ImageReference? { nil }
  var takesSignatures: Bool { false }
  var width: Int { 4 }
  var families: [MediaType.Family] { [.oci, .docker] }
  var takesIndexes: Bool { true }
  func begin(
    _ manifest: ImageManifest, _ configuration: ImageConfiguration, layers: [SourceLayer]
  ) throws(TransferFailure) {}
  func note(list: RawManifest) throws(TransferFailure) {}
  func put(
    signatures: [ImageSignature], of digest: Digest, isTop: Bool
  ) throws(TransferFailure) {}
  func commit() throws(TransferFailure) {}
  func abandon() {}

  func finish(
    _ layer: SourceLayer, index: Int, _ facts: BlobFacts
  ) throws(TransferFailure) -> Descriptor {
    var blob = layer.blob
    (blob.digest, blob.size) = (facts.digest, facts.size)
    return blob
  }
}
