import Archive
import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem

/// What manifest.json of a `docker save` archive says of one image.
struct DockerArchiveImage: JSONObject {
  var configuration = ""
  var names: [String]?
  var layers: [String] = []

  static var blank: DockerArchiveImage { DockerArchiveImage() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("Config", &configuration)
    try object.member("RepoTags", &names)
    try object.member("Layers", &layers)
  }

  /// Every image of an archive.
  static func all(in archive: ArchiveFile) throws(TransferFailure) -> [DockerArchiveImage] {
    let text = try archive.read("manifest.json", limit: manifestLimit)
    do { return try JSONReader().read([DockerArchiveImage].self, from: text) } catch {
      throw TransferFailure(.malformed, archive.path, detail: "manifest.json: \(error)")
    }
  }
}

/// An image in an archive as `docker save` writes it: `docker-archive:PATH[:NAME|:@INDEX]`.
final class DockerArchiveSource: ImageSource {
  private let session: TransferSession
  private let archive: ArchiveFile
  let image: DockerArchiveImage
  private let configuration: [UInt8]
  private let raw: RawManifest
  let name: String
  var reference: ImageReference? { nil }

  /// - Parameter name: the image's name in the archive, or `@` and its position; nil for the only one.
  convenience init(
    _ session: TransferSession, _ archive: ArchiveFile, name wanted: String?
  ) throws(TransferFailure) {
    let images = try DockerArchiveImage.all(in: archive)
    let place = "docker-archive:\(archive.path)" + (wanted.map { ":" + $0 } ?? "")
    guard let image = try Self.find(wanted, in: images, place) else {
      throw TransferFailure(.noSuchImage, place)
    }
    try self.init(session, archive, image, name: place)
  }

  init(
    _ session: TransferSession, _ archive: ArchiveFile, _ image: DockerArchiveImage, name: String
  ) throws(TransferFailure) {
    (self.session, self.archive, self.image, self.name) = (session, archive, image, name)
    configuration = try archive.read(image.configuration, limit: configurationLimit)
    let parsed: ImageConfiguration
    do { parsed = try ImageConfiguration(parsing: configuration) } catch {
      throw TransferFailure(.malformed, "configuration of \(name)", detail: "\(error)")
    }
    // The archive has no manifest: this is the one that its parts make.
    let blob = Descriptor(
      mediaType: .dockerConfiguration, digest: .of(configuration), size: Int64(configuration.count))
    var layers: [Descriptor] = []
    for (index, diffID) in parsed.rootfs.diffIDs.enumerated() {
      guard image.layers.indices.contains(index), let member = archive.member(image.layers[index])
      else {
        throw TransferFailure(.malformed, name, detail: "layer \(index + 1) is missing")
      }
      layers.append(Descriptor(mediaType: .dockerLayer, digest: diffID, size: member.size))
    }
    do {
      raw = RawManifest(
        try JSONWriter().write(ImageManifest(.docker, configuration: blob, layers: layers)),
        mediaType: .dockerManifest)
    } catch { throw TransferFailure(.malformed, name, detail: "\(error)") }
  }

  private static func find(
    _ wanted: String?, in images: [DockerArchiveImage], _ place: String
  ) throws(TransferFailure) -> DockerArchiveImage? {
    guard let wanted else {
      guard images.count <= 1 else {
        throw TransferFailure(
          .request, place, detail: "it holds \(images.count) images; please name one of them")
      }
      return images.first
    }
    if wanted.first == "@" {
      return Int(wanted.dropFirst()).flatMap { images.indices.contains($0) ? images[$0] : nil }
    }
    guard let reference = try? ImageReference(parsing: wanted).tagged else { return nil }
    return images.first { image in
      (image.names ?? []).contains { (try? ImageReference(parsing: $0).tagged) == reference }
    }
  }

  var trust: (transport: String, scopes: [String]) {
    ("docker-archive", fileScopes(archive.path))
  }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest { raw }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] { configuration }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    guard image.layers.indices.contains(index), let member = archive.member(image.layers[index])
    else { throw TransferFailure(.malformed, name, detail: "layer \(index + 1) is missing") }
    let subject = "layer \(layer.blob.digest)"
    let part = FilePartProducer(
      session.loop, archive.file, offset: member.offset, length: member.size, subject: subject)
    let start = try archive.start(of: member, count: 6)
    guard let probe = try? Decompressor(MemorySource(start)), probe.compression != .none else {
      return part
    }
    // Compressed against the custom: its digest is that of what is in it.
    return WorkerProducer(session.loop, subject, upstream: part) { input, output in
      guard let input else { return WorkerReport() }
      var report = try Recoding(.none).recode(from: input, to: output)
      (report.originalDigest, report.originalSize) = (nil, nil)
      return report
    }
  }

  func layers(
    of manifest: ImageManifest, _ configuration: ImageConfiguration
  ) throws(TransferFailure) -> [SourceLayer] {
    var layers: [SourceLayer] = []
    for (index, blob) in manifest.layers.enumerated() {
      var blob = blob
      if let member = archive.member(image.layers[index]),
        let probe = try? Decompressor(MemorySource(try archive.start(of: member, count: 6))),
        probe.compression != .none
      {
        blob.size = -1
      }
      layers.append(SourceLayer(blob: blob, compression: .none, diffID: blob.digest))
    }
    return layers
  }
}

/// An image in an archive of an OCI layout: `oci-archive:PATH[:NAME]`.
final class LayoutArchiveSource: ImageSource {
  private let session: TransferSession
  private let archive: ArchiveFile
  private let entry: Descriptor
  let name: String
  var reference: ImageReference? { nil }

  convenience init(
    _ session: TransferSession, _ archive: ArchiveFile, name wanted: String?
  ) throws(TransferFailure) {
    let place = "oci-archive:\(archive.path)" + (wanted.map { ":" + $0 } ?? "")
    let index = try Self.index(of: archive)
    try self.init(
      session, archive, entry: try ImageLayout.entry(wanted, in: index, place), name: place)
  }

  init(
    _ session: TransferSession, _ archive: ArchiveFile, entry: Descriptor, name: String
  ) throws(TransferFailure) {
    (self.session, self.archive, self.entry, self.name) = (session, archive, entry, name)
  }

  /// The list of what an archive holds.
  static func index(of archive: ArchiveFile) throws(TransferFailure) -> ImageIndex {
    let text = try archive.read("index.json", limit: manifestLimit)
    do { return try JSONReader(emptyStringIsAbsent: true).read(ImageIndex.self, from: text) } catch
    {
      throw TransferFailure(.malformed, archive.path, detail: "index.json: \(error)")
    }
  }

  var trust: (transport: String, scopes: [String]) { ("oci-archive", fileScopes(archive.path)) }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest {
    let wanted = digest ?? entry.digest
    let raw = RawManifest(
      try archive.read("blobs/sha256/\(wanted.hex)", limit: manifestLimit),
      mediaType: digest == nil ? entry.mediaType : nil)
    guard raw.digest == wanted else {
      throw TransferFailure(
        .digestMismatch, "manifest of \(name)", expected: wanted.description,
        found: raw.digest.description)
    }
    return raw
  }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] {
    try archive.read("blobs/sha256/\(blob.digest.hex)", limit: configurationLimit)
  }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    guard let member = archive.member("blobs/sha256/\(layer.blob.digest.hex)") else {
      throw TransferFailure(.malformed, name, detail: "layer \(index + 1) is missing")
    }
    return FilePartProducer(
      session.loop, archive.file, offset: member.offset, length: member.size,
      subject: "layer \(layer.blob.digest)")
  }
}
