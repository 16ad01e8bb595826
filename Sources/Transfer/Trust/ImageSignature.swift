import JSON

/// A signature of an image, in one of the two forms that there are.
enum ImageSignature: Equatable {
  /// A message that GnuPG has signed: container-signature(5).
  case simple([UInt8])
  /// cosign's: a payload, and the signature of it among the annotations.
  case sigstore(SigstoreSignature)

  private static let sigstoreMark = Array("\0sigstore-json\n".utf8)

  /// Reads a signature as the store and folders keep it.
  init?(blob: [UInt8]) {
    guard let first = blob.first else { return nil }
    if first != 0 {
      self = .simple(blob)
      return
    }
    guard blob.starts(with: Self.sigstoreMark),
      let signature = try? JSONReader().read(
        SigstoreSignature.self, from: Array(blob.dropFirst(Self.sigstoreMark.count)))
    else { return nil }
    self = .sigstore(signature)
  }

  /// As the store and folders keep it.
  var blob: [UInt8] {
    switch self {
    case .simple(let message): message
    case .sigstore(let signature):
      Self.sigstoreMark + ((try? JSONWriter().write(signature)) ?? [])
    }
  }
}

/// What cosign keeps as a layer of an artifact.
struct SigstoreSignature: JSONObject, Equatable {
  static let payloadType = "application/vnd.dev.cosign.simplesigning.v1+json"
  /// The annotation with the signature itself, in Base64.
  static let annotation = "dev.cosignproject.cosign/signature"

  var mediaType = payloadType
  var payload: [UInt8] = []
  var annotations: [String: String] = [:]

  static var blank: SigstoreSignature { SigstoreSignature() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    var text = Base64.encode(payload)
    try object.member("mimeType", &mediaType)
    try object.member("payload", &text)
    try object.member("annotations", &annotations)
    payload = Base64.decode(text) ?? []
  }
}
