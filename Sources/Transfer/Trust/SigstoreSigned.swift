import Cryptography
import HelperProtocols
import JSON
import LinuxSystem

/// That an image is signed with a certain key of cosign's: containers-policy.json(5), `sigstoreSigned`.
struct SigstoreSigned: Equatable {
  var keys: TrustedKeys
  var identity: SignedIdentity

  /// What a requirement wants that cannot be checked here.
  static func unsupported(in tree: JSONTree) -> String? {
    [
      "fulcio", "pki", "rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData",
      "rekorPublicKeyDatas", "keyPaths", "keyDatas",
    ].first { tree[$0] != nil }
  }

  init(_ tree: JSONTree, _ wrong: (String) -> TransferFailure) throws(TransferFailure) {
    keys = try TrustedKeys(tree, takesSeveral: false, wrong)
    identity = try SignedIdentity(tree["signedIdentity"], wrong)
    try TrustedKeys.refuseOthers(tree, ["type", "keyPath", "keyData", "signedIdentity"], wrong)
  }

  /// The payload of a signature, if the key has made it.
  func payload(of signature: ImageSignature) throws(TransferFailure) -> SignaturePayload? {
    guard case .sigstore(let own) = signature else { return nil }
    let key = try verificationKey()
    guard own.mediaType == SigstoreSignature.payloadType,
      let text = own.annotations[SigstoreSignature.annotation],
      let bytes = Base64.decode(text), key.accepts(bytes, of: own.payload)
    else {
      throw TransferFailure(.badSignature, detail: "it is of none of the accepted keys")
    }
    guard let payload = SignaturePayload(own.payload, .sigstore) else {
      throw TransferFailure(.badSignature, detail: "its content is no signature of an image")
    }
    return payload
  }

  private func verificationKey() throws(TransferFailure) -> VerificationKey {
    let name = keys.files.first ?? "keyData"
    do {
      let pem = try keys.data ?? readRegularFile(name, limit: 1 << 20)
      return try VerificationKey(pem: pem)
    } catch { throw TransferFailure(.configuration, "the key \(name)", detail: "\(error)") }
  }
}
