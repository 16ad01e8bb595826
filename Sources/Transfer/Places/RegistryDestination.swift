import EngineConfig
import HTTPClient
import HelperProtocols
import ImageSpec

/// A repository at a registry that takes an image.
final class RegistryDestination: ImageDestination {
  private let session: TransferSession
  private let place: ImageReference
  private let client: RegistryClient
  private let scope: RegistryScope
  /// Other repositories of the same registry that may have layers of this image.
  private let relatives: [String]

  init(
    _ session: TransferSession, _ place: ImageReference, isInsecure: Bool, relatives: [String]
  ) throws(TransferFailure) {
    self.session = session
    self.place = place.tagged
    self.relatives = relatives.filter { $0 != place.repository }
    client = try session.client(host: place.registry, isInsecure: isInsecure)
    scope = RegistryScope(repository: place.repository, isWriting: true)
  }

  var name: String { "docker://\(place)" }
  var families: [MediaType.Family] { [.oci, .docker] }
  var reference: ImageReference? { place }
  var takesSignatures: Bool { true }

  func plan(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> LayerPlan {
    let target = session.targetCompression(of: layer, usual: .gzip)
    // What some registry has had already, this one may have too.
    if let known = layer.known, isWanted(known, layer), try isThere(known) {
      return .present(known)
    }
    let upload = RegistryUpload(client, scope, subject: "layer \(layer.blob.digest)")
    return target.map { .recoded($0, upload) } ?? .taken(upload)
  }

  /// Whether the known form of a layer is one that the user would take.
  private func isWanted(_ known: Descriptor, _ layer: SourceLayer) -> Bool {
    var asKnown = layer
    asKnown.blob = known
    asKnown.compression = known.mediaType.layerCompression ?? .gzip
    return session.targetCompression(of: asKnown, usual: .gzip) == nil
  }

  private func isThere(_ known: Descriptor) throws(TransferFailure) -> Bool {
    if let size = try client.blobSize(known.digest, scope) { return size == known.size || size < 0 }
    for other in relatives.prefix(5) {
      if try client.mount(known.digest, from: other, scope) { return true }
    }
    return false
  }

  func put(
    signatures: [ImageSignature], of digest: Digest, isTop: Bool
  ) throws(TransferFailure) {
    let stores = try session.signatureStores()
    let attached = signatures.compactMap { signature -> SigstoreSignature? in
      guard case .sigstore(let own) = signature else { return nil }
      return own
    }
    if !attached.isEmpty {
      guard stores.usesAttachments(for: place) else {
        throw TransferFailure(
          .signing, name,
          detail: "sigstore signatures are not written to this registry; please set "
            + "use-sigstore-attachments: true for it in registries.d, or use --remove-signatures")
      }
      try SigstoreAttachments(client, scope).add(attached, of: digest)
    }
    let address = stores.staging(for: place) ?? SignatureLookaside.standard(session)
    let lookaside = try SignatureLookaside(address, place)
    for signature in signatures {
      if case .simple = signature { try lookaside.add(signature, of: digest) }
    }
  }

  func put(configuration: [UInt8], _ digest: Digest) throws(TransferFailure) {
    try client.upload(configuration, digest: digest, scope)
  }

  func put(manifest: RawManifest, isTop: Bool) throws(TransferFailure) {
    let tag = isTop ? place.tag ?? place.digest?.description : nil
    if isTop, place.tag == nil, let wanted = place.digest, wanted != manifest.digest {
      throw TransferFailure(
        .digestMismatch, "manifest for \(place)", expected: wanted.description,
        found: manifest.digest.description)
    }
    _ = try client.perform(
      "PUT",
      try client.address(
        "\(scope.repository)/manifests/\(tag ?? manifest.digest.description)"),
      scope: scope, subject: place.description,
      headers: [("Content-Type", (manifest.mediaType ?? .ociManifest).rawValue)],
      body: .bytes(manifest.bytes), accepted: [200, 201, 202])
  }
}
