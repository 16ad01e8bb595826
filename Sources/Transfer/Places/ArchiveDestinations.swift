import HelperProtocols
import ImageSpec
import JSON

/// An archive as `docker save` writes it, with one image after another.
final class DockerArchiveDestination: ImageDestination {
  private let session: TransferSession
  private let output: ArchiveOutput
  /// The names of the image that comes next.
  var names: [String] = []
  private var images: [DockerArchiveImage] = []
  private var current = DockerArchiveImage()
  private var repositories: [String: [String: String]] = [:]

  init(_ session: TransferSession, _ output: ArchiveOutput) {
    (self.session, self.output) = (session, output)
  }

  var name: String { "docker-archive:" }
  var width: Int { 1 }
  var families: [MediaType.Family] { [.docker] }
  var takesIndexes: Bool { false }

  func begin(
    _ manifest: ImageManifest, _ configuration: ImageConfiguration, layers: [SourceLayer]
  ) throws(TransferFailure) {
    current = DockerArchiveImage()
    current.layers = configuration.rootfs.diffIDs.map { $0.hex + ".tar" }
  }

  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan {
    let name = current.layers[index]
    if output.contains(name) { return .present(layer.blob) }
    let isPlain = layer.compression == .none
    let consumer = ArchiveConsumer(
      session.loop, output, subject: "layer \(layer.blob.digest)", name: name,
      size: isPlain && layer.blob.size >= 0 ? layer.blob.size : nil
    ) { $0.hex + ".tar" }
    return isPlain ? .taken(consumer) : .recoded(.none, consumer)
  }

  func put(configuration: [UInt8], _ digest: Digest) throws(TransferFailure) {
    current.configuration = digest.hex + ".json"
    try output.add(current.configuration, configuration)
  }

  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure) {
    if let same = images.firstIndex(where: { $0.configuration == current.configuration }) {
      for name in names where !(images[same].names ?? []).contains(name) {
        images[same].names = (images[same].names ?? []) + [name]
      }
    } else {
      current.names = names
      images.append(current)
    }
    guard let top = current.layers.last else { return }
    for case let reference? in names.map({ try? ImageReference(parsing: $0) }) {
      repositories[reference.name, default: [:]][reference.tag ?? "latest"] = String(
        top.dropLast(4))
    }
  }

  /// Writes what stands behind all images.
  func finish() throws(TransferFailure) {
    do {
      try output.add("repositories", try JSONWriter().write(repositories))
      try output.add("manifest.json", try JSONWriter().write(images))
    } catch { throw TransferFailure(store: error, name) }
    try output.finish()
  }
}

/// An archive of an OCI layout.
final class LayoutArchiveDestination: ImageDestination {
  private let session: TransferSession
  private let output: ArchiveOutput
  private let imageName: String?
  private var entry: Descriptor?

  init(_ session: TransferSession, _ output: ArchiveOutput, imageName: String?) {
    (self.session, self.output, self.imageName) = (session, output, imageName)
  }

  var name: String { "oci-archive:" }
  var width: Int { 1 }
  var families: [MediaType.Family] { [.oci] }

  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan {
    let target = session.targetCompression(of: layer, usual: .gzip)
    let own = target == nil ? "blobs/sha256/\(layer.blob.digest.hex)" : nil
    if let own, output.contains(own) { return .present(layer.blob) }
    let consumer = ArchiveConsumer(
      session.loop, output, subject: "layer \(layer.blob.digest)", name: own,
      size: own != nil && layer.blob.size >= 0 ? layer.blob.size : nil
    ) { "blobs/sha256/\($0.hex)" }
    return target.map { .recoded($0, consumer) } ?? .taken(consumer)
  }

  func put(configuration: [UInt8], _ digest: Digest) throws(TransferFailure) {
    try output.add("blobs/sha256/\(digest.hex)", configuration)
  }

  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure) {
    try output.add("blobs/sha256/\(manifest.digest.hex)", manifest.bytes)
    guard isTop else { return }
    var entry = Descriptor(
      mediaType: manifest.mediaType ?? .ociManifest, digest: manifest.digest,
      size: Int64(manifest.bytes.count))
    if let imageName { entry.annotations = [ImageLayout.nameKey: imageName] }
    self.entry = entry
  }

  func commit() throws(TransferFailure) {
    do {
      try output.add("oci-layout", ImageLayout.marker)
      let index = ImageIndex(.oci, manifests: entry.map { [$0] } ?? [])
      try output.add("index.json", try JSONWriter().write(index))
    } catch { throw TransferFailure(store: error, name) }
    try output.finish()
  }
}
