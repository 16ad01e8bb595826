import HelperProtocols
import JSON

/// That an image is signed with one of certain GnuPG keys: containers-policy.json(5), `signedBy`.
struct SignedBy: Equatable {
  /// Key rings.
  var keys: TrustedKeys
  var identity: SignedIdentity

  init(_ tree: JSONTree, _ wrong: (String) -> TransferFailure) throws(TransferFailure) {
    guard tree["keyType"]?.string == "GPGKeys" else {
      throw wrong("keyType has to be GPGKeys")
    }
    keys = try TrustedKeys(tree, takesSeveral: true, wrong)
    identity = try SignedIdentity(tree["signedIdentity"], wrong)
    try TrustedKeys.refuseOthers(
      tree, ["type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"], wrong)
  }

  /// The payload of a signature, if one of the keys has made it.
  func payload(of signature: ImageSignature) throws(TransferFailure) -> SignaturePayload? {
    guard case .simple(let message) = signature else { return nil }
    let text = try GnuPG.verify(message, keyFiles: keys.files, keyData: keys.data)
    guard let payload = SignaturePayload(text, .simple) else {
      throw TransferFailure(.badSignature, detail: "its content is no signature of an image")
    }
    return payload
  }
}

/// The keys that a requirement names.
struct TrustedKeys: Equatable {
  var files: [String] = []
  var data: [UInt8]?

  init(
    _ tree: JSONTree, takesSeveral: Bool, _ wrong: (String) -> TransferFailure
  ) throws(TransferFailure) {
    if let path = tree["keyPath"]?.string { files = [path] }
    if takesSeveral, let paths = tree["keyPaths"]?.elements { files = paths.compactMap(\.string) }
    if let text = tree["keyData"]?.string {
      guard let bytes = Base64.decode(text) else { throw wrong("keyData has to be Base64") }
      data = bytes
    }
    let names = ["keyPath", "keyPaths", "keyData"].filter { tree[$0] != nil }
    guard names.count == 1, !files.isEmpty || data != nil else {
      throw wrong(
        "exactly one of keyPath, \(takesSeveral ? "keyPaths, " : "")keyData has to be there")
    }
  }

  /// A member that is not understood could be the one that matters.
  static func refuseOthers(
    _ tree: JSONTree, _ names: Set<String>, _ wrong: (String) -> TransferFailure
  ) throws(TransferFailure) {
    guard case .object(let members) = tree, !hasNames(members, names) else { return }
    let other = members.first { !names.contains($0.name) }?.name
    throw wrong(
      other.map { "\"\($0)\" is not understood" } ?? "a member of \(names.sorted()) is there twice")
  }
}
