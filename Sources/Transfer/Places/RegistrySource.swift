import EngineConfig
import HTTPClient
import HelperProtocols
import ImageSpec

/// An image at a registry.
final class RegistrySource: ImageSource {
  let reference: ImageReference?
  private let place: ImageReference
  private let client: RegistryClient
  private let scope: RegistryScope
  private let session: TransferSession

  /// - Parameters:
  ///   - name: the image's own name, by which trust is decided.
  ///   - place: where it is had: the same, or a mirror's.
  init(
    _ session: TransferSession, name: ImageReference, place: ImageReference, isInsecure: Bool
  ) throws(TransferFailure) {
    self.session = session
    reference = name
    self.place = place.tagged
    client = try session.client(host: place.registry, isInsecure: isInsecure)
    scope = RegistryScope(repository: place.repository)
  }

  var name: String { "docker://\(place)" }

  var trust: (transport: String, scopes: [String]) {
    ("docker", (reference ?? place).scopes)
  }

  func manifest(_ digest: Digest?) throws(TransferFailure) -> RawManifest {
    let wanted = digest ?? place.digest
    let tag = wanted?.description ?? place.tag ?? "latest"
    do throws(TransferFailure) {
      let response = try client.perform(
        "GET", try client.address("\(scope.repository)/manifests/\(tag)"), scope: scope,
        subject: place.description, headers: manifestTypes.map { ("Accept", $0.rawValue) },
        limit: manifestLimit, accepted: [200])
      let type = response.head["content-type"]?.prefix { $0 != ";" }
      let manifest = RawManifest(
        response.body, mediaType: type.map { MediaType(rawValue: String($0)) })
      if let wanted, manifest.digest != wanted {
        throw TransferFailure(
          .digestMismatch, "manifest of \(place)", host: client.host,
          expected: wanted.description, found: manifest.digest.description)
      }
      return manifest
    } catch {
      var failure = error
      if failure.cause == .notFound { failure.expected = "image" }
      throw failure
    }
  }

  func smallBlob(_ blob: Descriptor) throws(TransferFailure) -> [UInt8] {
    do throws(TransferFailure) {
      return try client.perform(
        "GET", try client.address("\(scope.repository)/blobs/\(blob.digest)"), scope: scope,
        subject: "blob \(blob.digest)", limit: configurationLimit, accepted: [200]
      ).body
    } catch {
      var failure = error
      if failure.cause == .notFound { failure.expected = "blob" }
      throw failure
    }
  }

  func producer(_ layer: SourceLayer, index: Int) throws(TransferFailure) -> any BlobProducer {
    RegistryDownload(client, scope, layer.blob)
  }

  func signatures(of digest: Digest) throws(TransferFailure) -> [ImageSignature] {
    let stores = try session.signatureStores()
    let address = stores.lookaside(for: place) ?? SignatureLookaside.standard(session)
    var signatures = try SignatureLookaside(address, place).read(digest, client)
    if stores.usesAttachments(for: place) {
      signatures += try SigstoreAttachments(client, scope).read(digest)
    }
    return signatures
  }
}

/// What is asked for where a manifest is wanted.
let manifestTypes: [MediaType] = [
  .ociManifest, .ociIndex, .dockerManifest, .dockerList, .dockerSchema1Signed, .dockerSchema1,
]
