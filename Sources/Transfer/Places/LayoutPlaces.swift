import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem

/// A folder in the form of the OCI image-spec, image-layout.md.
struct ImageLayout {
  static let marker = Array("{\"imageLayoutVersion\": \"1.0.0\"}".utf8)
  static let nameKey = "org.opencontainers.image.ref.name"

  /// The entry of an index that is meant.
  ///
  /// - Parameter name: the name that it has there; nil where there is only one.
  static func entry(
    _ name: String?, in index: ImageIndex, _ place: String
  ) throws(TransferFailure) -> Descriptor {
    let named = index.manifests.filter { name == nil || $0.annotations?[nameKey] == name }
    if named.count == 1, let only = named.first { return only }
    if let name, let position = Int(name.drop { $0 == "@" }), name.first == "@",
      index.manifests.indices.contains(position)
    {
      return index.manifests[position]
    }
    if named.isEmpty { throw TransferFailure(.noSuchImage, place) }
    throw TransferFailure(
      .request, place, detail: "it holds \(index.manifests.count) images; please name one of them")
  }
}

/// An image in an OCI layout: `oci:PATH[:NAME]`.
final class LayoutSource: ImageSource {
  private let session: TransferSession
  private let path: String
  private let blobs: BlobFolder
  private let entry: Descriptor
  let name: String
  var reference: ImageReference? { nil }

  init(_ session: TransferSession, path: String, name image: String?) throws(TransferFailure) {
    self.session = session
    self.path = path
    name = "oci:\(path)" + (image.map { ":" + $0 } ?? "")
    let folder = try BlobFolder(path: path)
    entry = try ImageLayout.entry(image, in: try LayoutSource.index(folder), name)
    blobs = try BlobFolder(path: path + "/blobs/sha256")
  }

  /// The list of what a layout holds.
  static func index(_ folder: BlobFolder) throws(TransferFailure) -> ImageIndex {
    let text = try folder.read("index.json", limit: manifestLimit)
    do { return try JSONReader(emptyStringIsAbsent: true).read(ImageIndex.self, from: text) } catch
    {
      throw TransferFailure(.malformed, folder.path + "/index.json", detail: "\(error)")
    }
  }

  var trust: (transport: String, scopes: [String]) { ("oci", fileScopes(path)) }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest {
    let wanted = digest ?? entry.digest
    let raw = RawManifest(
      try blobs.read(wanted.hex, limit: manifestLimit),
      mediaType: digest == nil ? entry.mediaType : nil)
    guard raw.digest == wanted else {
      throw TransferFailure(
        .digestMismatch, "manifest of \(name)", expected: wanted.description,
        found: raw.digest.description)
    }
    return raw
  }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] {
    try blobs.read(blob.digest.hex, limit: configurationLimit)
  }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    let blobs = blobs
    return FileProducer { () throws(TransferFailure) in try blobs.open(layer.blob.digest.hex) }
  }
}

/// The scopes of a path for trust: itself and the folders above it.
func fileScopes(_ path: String) -> [String] {
  var scopes: [String] = []
  var path = path
  while path.count > 1 {
    scopes.append(path)
    guard let slash = path.lastIndex(of: "/") else { break }
    path = String(path[..<slash])
  }
  return scopes
}

/// An OCI layout that takes an image.
final class LayoutDestination: ImageDestination {
  private let session: TransferSession
  private let image: String?
  private let folder: BlobFolder
  private let blobs: BlobFolder
  let name: String

  init(_ session: TransferSession, path: String, name image: String?) throws(TransferFailure) {
    self.session = session
    self.image = image
    name = "oci:\(path)" + (image.map { ":" + $0 } ?? "")
    folder = try BlobFolder(making: path)
    blobs = try BlobFolder(making: path + "/blobs/sha256")
  }

  var families: [MediaType.Family] { [.oci] }

  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan {
    let consumer = {
      [session, blobs] () throws(TransferFailure) in
      try FolderConsumer(session, blobs, subject: "layer \(layer.blob.digest)") { $0.hex }
    }
    if let target = session.targetCompression(of: layer, usual: .gzip) {
      return .recoded(target, try consumer())
    }
    if blobs.size(layer.blob.digest.hex) == layer.blob.size { return .present(layer.blob) }
    return .taken(try consumer())
  }

  func put(configuration: [UInt8], _ digest: Digest) throws(TransferFailure) {
    try blobs.write(digest.hex, configuration)
  }

  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure) {
    try blobs.write(manifest.digest.hex, manifest.bytes)
    guard isTop else { return }
    var entry = Descriptor(
      mediaType: manifest.mediaType ?? .ociManifest, digest: manifest.digest,
      size: Int64(manifest.bytes.count))
    if let image { entry.annotations = [ImageLayout.nameKey: image] }
    var index = ImageIndex(.oci, manifests: [])
    if folder.contains("index.json") { index = try LayoutSource.index(folder) }
    index.manifests.removeAll {
      image == nil
        ? $0.digest == entry.digest || $0.annotations?[ImageLayout.nameKey] == nil
        : $0.annotations?[ImageLayout.nameKey] == image
    }
    index.manifests.append(entry)
    do {
      try folder.write("oci-layout", ImageLayout.marker)
      try folder.write("index.json", try JSONWriter().write(index))
    } catch { throw TransferFailure(store: error, name) }
  }
}

extension TransferSession {
  /// Into what a layer is to be compressed anew for a destination; nil where it can stay as it is.
  ///
  /// - Parameter usual: what the destination makes of uncompressed layers.
  func targetCompression(
    of layer: SourceLayer, usual: MediaType.Compression
  ) -> MediaType.Compression? {
    let asked = writing.compression.flatMap {
      MediaType.Compression(rawValue: $0 == "zstd:chunked" ? "zstd" : $0)
    }
    let target = asked ?? usual
    if layer.compression == target { return nil }
    // A layer that is compressed already stays so, unless it is asked for.
    if layer.compression != .none, target != .none, !writing.forcesCompression {
      return nil
    }
    return target
  }
}
