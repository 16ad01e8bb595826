import HTTPClient
import HelperProtocols
import ImageSpec
import JSON

/// cosign's signatures, which stand in the image's own repository: an artifact under the tag
/// `sha256-….sig`, each of its layers a payload, signed in an annotation.
struct SigstoreAttachments {
  private let client: RegistryClient
  private let scope: RegistryScope

  init(_ client: RegistryClient, _ scope: RegistryScope) {
    (self.client, self.scope) = (client, scope)
  }

  private func path(_ digest: Digest) -> String {
    "\(scope.repository)/manifests/sha256-\(digest.hex).sig"
  }

  private func subject(_ digest: Digest) -> String { "signatures of \(digest)" }

  /// All signatures of a manifest.
  func read(_ digest: Digest) throws(TransferFailure) -> [ImageSignature] {
    var signatures: [ImageSignature] = []
    for layer in try manifest(digest)?.layers ?? []
    where layer.mediaType.rawValue == SigstoreSignature.payloadType {
      let response = try client.perform(
        "GET", try client.address("\(scope.repository)/blobs/\(layer.digest)"), scope: scope,
        subject: "signature \(layer.digest)", limit: manifestLimit, accepted: [200])
      guard Digest.of(response.body) == layer.digest else {
        throw TransferFailure(
          .digestMismatch, "signature \(layer.digest)", expected: layer.digest.description,
          found: Digest.of(response.body).description)
      }
      var signature = SigstoreSignature()
      signature.payload = response.body
      signature.annotations = layer.annotations ?? [:]
      signatures.append(.sigstore(signature))
      if signatures.count == 128 { break }
    }
    return signatures
  }

  private func manifest(_ digest: Digest) throws(TransferFailure) -> ImageManifest? {
    let response = try client.perform(
      "GET", try client.address(path(digest)), scope: scope, subject: subject(digest),
      headers: [("Accept", MediaType.ociManifest.rawValue)], limit: manifestLimit,
      accepted: [200, 404])
    guard response.head.status == 200 else { return nil }
    let document = try RawManifest(response.body, mediaType: .ociManifest).document(
      subject(digest))
    guard case .image(let manifest) = document else {
      throw TransferFailure(.malformed, subject(digest), detail: "it is a list of manifests")
    }
    return manifest
  }

  /// Adds signatures to those that are there.
  func add(_ new: [SigstoreSignature], of digest: Digest) throws(TransferFailure) {
    let old = try manifest(digest)?.layers ?? []
    var layers = old
    for signature in new {
      var layer = Descriptor(
        mediaType: MediaType(rawValue: signature.mediaType), digest: .of(signature.payload),
        size: Int64(signature.payload.count))
      layer.annotations = signature.annotations
      if layers.contains(layer) { continue }
      try client.upload(signature.payload, digest: layer.digest, scope)
      layers.append(layer)
    }
    if layers == old { return }
    let configuration = JSONTree.object([
      .init("architecture", .string("")), .init("os", .string("")), .init("config", .object([])),
      .init(
        "rootfs",
        .object([
          .init("type", .string("layers")),
          .init("diff_ids", .array(layers.map { .string($0.digest.description) })),
        ])),
    ])
    do {
      let text = try JSONWriter().write(configuration)
      let blob = Descriptor(
        mediaType: .ociConfiguration, digest: .of(text), size: Int64(text.count))
      try client.upload(text, digest: blob.digest, scope)
      let manifest = ImageManifest(.oci, configuration: blob, layers: layers)
      _ = try client.perform(
        "PUT", try client.address(path(digest)), scope: scope, subject: subject(digest),
        headers: [("Content-Type", MediaType.ociManifest.rawValue)],
        body: .bytes(try JSONWriter().write(manifest)), accepted: [200, 201, 202])
    } catch let failure as TransferFailure {
      throw failure
    } catch { throw TransferFailure(.signing, detail: "\(error)") }
  }
}
