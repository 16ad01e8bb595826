import Archive
import HTTPClient
import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem

/// Copies an image from a source to a destination: manifest, configuration, layers, and at last, when all is
/// there and verified, the manifest again.
final class ImageCopy {
  private let session: TransferSession
  private let source: any ImageSource
  private let destination: any ImageDestination
  private let choice: ImageChoice
  private let writing: ImageWriting
  private let policy: TrustPolicy
  private let signer: ImageSigner?

  init(
    _ session: TransferSession, from source: any ImageSource, to destination: any ImageDestination
  ) throws(TransferFailure) {
    self.session = session
    self.source = source
    self.destination = destination
    choice = session.request.images
    writing = session.request.writing
    policy = try TrustPolicy.read(session)
    signer = try ImageSigner(writing)
    if signer != nil, destination.reference == nil {
      throw TransferFailure(
        .signing, destination.name, detail: "only what goes to a registry has a name to be signed")
    }
  }

  /// Copies, and says what the image is called by its contents.
  func run() throws(TransferFailure) -> TransferredImage {
    do throws(TransferFailure) { return try copy() } catch {
      destination.abandon()
      throw error
    }
  }

  private func copy() throws(TransferFailure) -> TransferredImage {
    try policy.checkPlace(source)
    let top = try source.manifest(nil)
    switch try top.document(source.name) {
    case .image(let manifest):
      let image = try copy(top, manifest, isTop: true)
      try destination.commit()
      return image
    case .index(let index):
      return choice.all || choice.listOnly ? try copyAll(top, index) : try copyOne(top, index)
    }
  }

  /// The platform that is wanted.
  private var platform: Platform {
    var platform = Platform.host
    if let os = choice.os { platform.os = os }
    if let architecture = choice.architecture {
      platform.architecture = architecture
      platform.variant = nil
      platform.normalize()
    }
    if let variant = choice.variant { platform.variant = variant }
    return platform
  }

  private func copyOne(
    _ top: RawManifest, _ index: ImageIndex
  ) throws(TransferFailure) -> TransferredImage {
    guard let chosen = index.manifest(for: platform) else {
      throw TransferFailure(.noPlatform, source.name, detail: platform.description)
    }
    let raw = try member(chosen)
    guard case .image(let manifest) = try raw.document(source.name) else {
      throw TransferFailure(.unsupported, source.name, detail: "a list of lists")
    }
    try destination.note(list: top)
    let image = try copy(raw, manifest, isTop: true)
    try destination.commit()
    return image
  }

  private func copyAll(
    _ top: RawManifest, _ index: ImageIndex
  ) throws(TransferFailure) -> TransferredImage {
    guard destination.takesIndexes else {
      throw TransferFailure(
        .unsupported, destination.name, detail: "a list of images at this destination")
    }
    var index = index
    var first: TransferredImage?
    for place in index.manifests.indices where !choice.listOnly {
      let entry = index.manifests[place]
      let raw = try member(entry)
      guard case .image(let manifest) = try raw.document(source.name) else {
        throw TransferFailure(.unsupported, source.name, detail: "a list of lists")
      }
      let image = try copy(raw, manifest, isTop: false)
      if first == nil { first = image }
      guard let digest = Digest(image.digest), let written = lastWritten else { continue }
      index.manifests[place].digest = digest
      index.manifests[place].size = Int64(written.bytes.count)
      index.manifests[place].mediaType = written.mediaType ?? entry.mediaType
    }
    if !choice.listOnly { try addCompressions(to: &index, top) }
    guard case .index(let old) = try top.document(source.name) else { return try unreadable() }
    var written = top
    if old != index || !fits(index.family) {
      if !fits(index.family) { index.mediaType = .index(family ?? .oci) }
      written = RawManifest(try text(index), mediaType: index.mediaType)
    }
    let signatures =
      destination.takesSignatures && !writing.removesSignatures
      ? try source.signatures(of: top.digest) : []
    try refuseChange(of: top, into: written, signatures)
    report(.manifest)
    try destination.put(manifest: written, isTop: true)
    try sign(written.digest, signatures, isTop: true)
    try destination.commit()
    return TransferredImage(
      id: first?.id ?? "", digest: written.digest.description, names: session.request.names)
  }

  /// Adds to a list each of its images in other compressions. Who prefers zstd knows those by an annotation;
  /// others take the first of a platform.
  private func addCompressions(
    to index: inout ImageIndex, _ top: RawManifest
  ) throws(TransferFailure) {
    guard !writing.addedCompressions.isEmpty, case .index(let old) = try top.document(source.name)
    else { return }
    defer { session.writing = writing }
    for name in writing.addedCompressions {
      guard let compression = MediaType.Compression(rawValue: name) else { continue }
      session.writing.compression = name
      session.writing.forcesCompression = true
      for (entry, own) in zip(old.manifests, index.manifests) {
        let raw = try member(entry)
        guard case .image(let manifest) = try raw.document(source.name) else { continue }
        let image = try copy(raw, manifest, isTop: false, isAdded: true)
        guard let digest = Digest(image.digest), let written = lastWritten,
          !index.manifests.contains(where: { $0.digest == digest })
        else { continue }
        var new = own
        (new.digest, new.size) = (digest, Int64(written.bytes.count))
        new.mediaType = written.mediaType ?? own.mediaType
        if compression == .zstd {
          new.annotations = (new.annotations ?? [:]).merging(
            ["io.github.containers.compression.zstd": "true"]) { $1 }
        }
        index.manifests.append(new)
      }
    }
  }

  private func unreadable() throws(TransferFailure) -> TransferredImage {
    throw TransferFailure(.malformed, source.name)
  }

  /// One of a list's manifests, verified.
  private func member(_ entry: Descriptor) throws(TransferFailure) -> RawManifest {
    let raw = try source.manifest(entry.digest)
    guard raw.digest == entry.digest else {
      throw TransferFailure(
        .digestMismatch, "manifest in \(source.name)", expected: entry.digest.description,
        found: raw.digest.description)
    }
    return raw
  }

  // MARK: One image

  private var lastWritten: RawManifest?

  private func copy(
    _ raw: RawManifest, _ manifest: ImageManifest, isTop: Bool, isAdded: Bool = false
  ) throws(TransferFailure) -> TransferredImage {
    let signatures = SignatureList(source, of: raw.digest)
    try policy.check(source, raw, signatures, session)
    let blob = manifest.configuration
    guard blob.mediaType == .ociConfiguration || blob.mediaType == .dockerConfiguration else {
      throw TransferFailure(
        .unsupported, source.name,
        detail: "an artifact of type "
          + printable(manifest.artifactType ?? blob.mediaType.rawValue))
    }
    let text = try source.smallBlob(blob)
    try verify(text, blob, "configuration of \(source.name)")
    let configuration: ImageConfiguration
    do { configuration = try ImageConfiguration(parsing: text) } catch {
      throw TransferFailure(
        .malformed, "configuration of \(source.name)", detail: "\(error)")
    }
    guard configuration.rootfs.diffIDs.count == manifest.layers.count else {
      throw TransferFailure(
        .malformed, source.name,
        detail: "its manifest has \(manifest.layers.count) layers, its configuration "
          + "\(configuration.rootfs.diffIDs.count)")
    }
    let layers = try source.layers(of: manifest, configuration)
    try destination.begin(manifest, configuration, layers: layers)
    var new = manifest
    let moved = LayerMovement(session, source, destination, layers)
    new.layers = try moved.run()
    tellConfiguration(blob)
    try destination.put(configuration: text, blob.digest)
    let written = try rewritten(raw, manifest, new)
    let old =
      destination.takesSignatures && !writing.removesSignatures && !isAdded
      ? try signatures.all() : []
    try refuseChange(of: raw, into: written, old)
    report(.manifest)
    try destination.put(manifest: written, isTop: isTop)
    try sign(written.digest, old, isTop: isTop)
    lastWritten = written
    return TransferredImage(
      id: blob.digest.hex, digest: written.digest.description, names: session.request.names)
  }

  /// A signature is for a manifest as it is.
  private func refuseChange(
    of raw: RawManifest, into written: RawManifest, _ signatures: [ImageSignature]
  ) throws(TransferFailure) {
    guard raw.digest != written.digest, !signatures.isEmpty else { return }
    throw TransferFailure(
      .request, source.name,
      detail:
        "it is signed, and its manifest would have to change for \(destination.name); to leave "
        + "its signatures behind use --remove-signatures")
  }

  /// Keeps the signatures that there are, and makes those that are asked for.
  private func sign(
    _ digest: Digest, _ old: [ImageSignature], isTop: Bool
  ) throws(TransferFailure) {
    var all = old
    if let signer, let name = destination.reference {
      report(.signing)
      all += try signer.sign(digest, as: name)
    }
    if !all.isEmpty { try destination.put(signatures: all, of: digest, isTop: isTop) }
  }

  private func verify(
    _ bytes: [UInt8], _ blob: Descriptor, _ subject: String
  ) throws(TransferFailure) {
    guard Int64(bytes.count) == blob.size else {
      throw TransferFailure(
        .sizeMismatch, subject, expected: "\(blob.size)", found: "\(bytes.count)")
    }
    let digest = Digest.of(bytes)
    guard digest == blob.digest else {
      throw TransferFailure(
        .digestMismatch, subject, expected: blob.digest.description, found: digest.description)
    }
  }

  /// What the user asked the manifests to be.
  private var family: MediaType.Family? {
    switch writing.format {
    case "oci": .oci
    case "v2s2", "docker": .docker
    default: nil
    }
  }

  private func fits(_ own: MediaType.Family) -> Bool {
    if let family { return own == family }
    return destination.families.contains(own)
  }

  /// The manifest with what its layers have become; the very same bytes where nothing has changed.
  private func rewritten(
    _ raw: RawManifest, _ old: ImageManifest, _ new: ImageManifest
  ) throws(TransferFailure) -> RawManifest {
    var new = new
    // zstd has no place in Docker's format.
    let hasZstd = new.layers.contains { $0.mediaType.layerCompression == .zstd }
    let target: MediaType.Family
    if hasZstd && new.family == .docker && family != .docker {
      target = .oci
    } else {
      target = fits(new.family) ? new.family : family ?? destination.families.first ?? .oci
    }
    if target != new.family {
      new.mediaType = .manifest(target)
      new.configuration.mediaType = .configuration(target)
      for place in new.layers.indices {
        let compression = new.layers[place].mediaType.layerCompression ?? .gzip
        new.layers[place].mediaType = .layer(target, compression)
        if target == .docker { new.layers[place].annotations = nil }
      }
      if target == .docker { (new.annotations, new.subject, new.artifactType) = (nil, nil, nil) }
    }
    if new == old { return raw }
    return RawManifest(try text(new), mediaType: new.mediaType)
  }

  private func text(_ value: some JSONWritable) throws(TransferFailure) -> [UInt8] {
    do { return try JSONWriter().write(value) } catch {
      throw TransferFailure(.malformed, source.name, detail: "\(error)")
    }
  }

  private func report(_ kind: TransferEvent.Kind) { session.report(TransferEvent(kind)) }

  private func tellConfiguration(_ blob: Descriptor) {
    for kind in [TransferEvent.Kind.blob, .done] {
      var event = TransferEvent(kind)
      (event.digest, event.size, event.part) = (blob.digest.description, blob.size, .configuration)
      session.report(event)
    }
  }
}
