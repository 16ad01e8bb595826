import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem
import Storage

/// An image that comes into the store. Nothing of it can be seen there before all of it is.
final class StoreDestination: ImageDestination {
  private let session: TransferSession
  private let store: Store
  /// Full names that the image gets.
  private let names: [String]
  private var layerIDs: [String] = []
  private var staged: [Int: Staged] = [:]
  private var configuration: ImageConfiguration?
  private var imageID = ""
  private var data: [(name: String, contents: [UInt8])] = []
  private var digest: Digest?
  private var metadata = "{}"
  /// The layers with their diff ids, from the lowest.
  private var diffIDs: [Digest] = []

  private struct Staged {
    var layer: StagedLayer
    var consumer: UnpackConsumer
    var contents: LayerContents?
  }

  init(_ session: TransferSession, names: [String]) throws(TransferFailure) {
    self.session = session
    self.names = names
    store = try session.store()
  }

  var name: String { "containers-storage:" + (names.first ?? "") }
  var width: Int { store.stagesIndependently ? 6 : 1 }
  var takesIndexes: Bool { false }

  func begin(
    _ manifest: ImageManifest, _ configuration: ImageConfiguration, layers: [SourceLayer]
  ) throws(TransferFailure) {
    self.configuration = configuration
    diffIDs = configuration.rootfs.diffIDs
    layerIDs = []
    for diffID in diffIDs {
      layerIDs.append(
        Store.layerID(parent: layerIDs.last, diffDigest: diffID.description))
    }
  }

  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan {
    do {
      if try store.wholeLayer(layerIDs[index]) != nil { return .present(layer.blob) }
      let parent = store.stagesIndependently || index == 0 ? nil : layerIDs[index - 1]
      let folder = try store.stageLayer(parent: parent)
      let consumer = UnpackConsumer(
        session.loop, folder, store.unpackOptions, subject: "layer \(layer.blob.digest)")
      staged[index] = Staged(layer: folder, consumer: consumer)
      return .taken(consumer)
    } catch { throw TransferFailure(store: error, name) }
  }

  func finish(
    _ layer: SourceLayer, index: Int, _ facts: BlobFacts
  ) throws(TransferFailure) -> Descriptor {
    guard let report = staged[index]?.consumer.report else {
      throw TransferFailure(.store, name, detail: "a layer has no report")
    }
    staged[index]?.contents = LayerContents(report)
    // Where a layer is unpacked over its parent's files, the parent has to be there first.
    if !store.stagesIndependently { try commitLayers() }
    return layer.blob
  }

  func put(configuration text: [UInt8], _ digest: Digest) throws(TransferFailure) {
    imageID = digest.hex
    data.append((digest.description, text))
  }

  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure) {
    digest = manifest.digest
    data.append(("manifest", manifest.bytes))
    data.append(("manifest-\(manifest.digest)", manifest.bytes))
  }

  var takesSignatures: Bool { true }

  func put(
    signatures: [ImageSignature], of digest: Digest, isTop: Bool
  ) throws(TransferFailure) {
    let blobs = signatures.map(\.blob)
    guard !blobs.isEmpty else { return }
    data.append(("signature-\(digest.hex)", Array(blobs.joined())))
    data.append(("signatures", Array(blobs.joined())))
    let sizes = JSONTree.array(blobs.map { .number("\($0.count)") })
    let tree = JSONTree.object([
      .init("signature-sizes", sizes),
      .init("signatures-sizes", .object([.init(digest.description, sizes)])),
    ])
    metadata = String(decoding: (try? JSONWriter().write(tree)) ?? [], as: UTF8.self)
  }

  func note(list: RawManifest) throws(TransferFailure) {
    data.append(("manifest-\(list.digest)", list.bytes))
  }

  func commit() throws(TransferFailure) {
    try commitLayers()
    do {
      var image = NewImage(
        id: imageID, names: names, digest: digest?.description, topLayer: layerIDs.last,
        metadata: metadata, data: data)
      image.created = configuration?.created
      try store.createImage(image)
    } catch { throw TransferFailure(store: error, name) }
  }

  func abandon() {
    for one in staged.values { store.discard(one.layer) }
    staged = [:]
  }

  private func commitLayers() throws(TransferFailure) {
    let commits = staged.sorted { $0.key < $1.key }.map { index, one in
      LayerCommit(
        staged: one.layer, id: layerIDs[index], parent: index > 0 ? layerIDs[index - 1] : nil,
        contents: one.contents)
    }
    staged = [:]
    if commits.isEmpty { return }
    do { try store.commit(commits) } catch { throw TransferFailure(store: error, name) }
  }
}
