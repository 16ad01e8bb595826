import EngineConfig
import HelperProtocols
import ImageSpec

extension TransferSession {
  /// Signs an image that a registry has, as what it is called, and keeps the signature in the folder of the
  /// request, else where registries.d has new ones written.
  func sign() throws(TransferFailure) -> TransferResult {
    var result = TransferResult()
    guard let signer = try ImageSigner(request.writing) else {
      throw TransferFailure(.signing, request.source, detail: "no key is named; use --sign-by")
    }
    let place = try PlaceName(request.source)
    guard case .registry(let reference) = place else {
      throw TransferFailure(
        .signing, request.source, detail: "only an image of a registry has a name to be signed")
    }
    let address: String
    if request.destination.isEmpty {
      address =
        try signatureStores().staging(for: reference.tagged) ?? SignatureLookaside.standard(self)
    } else {
      address = "file://" + request.destination
    }
    let lookaside = try SignatureLookaside(address, reference)
    try withSource(place) { source throws(TransferFailure) in
      let top = try source.manifest(nil)
      var digests = [top.digest]
      if request.images.all, case .index(let index) = try top.document(source.name) {
        digests += index.manifests.map(\.digest)
      }
      report(TransferEvent(.signing))
      for digest in digests {
        for signature in try signer.sign(digest, as: reference) {
          if let path = try lookaside.add(signature, of: digest) { result.words.append(path) }
        }
        result.images.append(
          TransferredImage(
            id: "", digest: digest.description, names: [reference.tagged.description]))
      }
    }
    return result
  }
}
