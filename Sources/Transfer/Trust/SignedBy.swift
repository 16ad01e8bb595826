import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem
import SystemPackage

/// That an image is signed with one of certain GnuPG keys: containers-policy.json(5), `signedBy`.
struct SignedBy: Equatable {
  /// Which name a signature has to be for.
  enum Identity: Equatable {
    case exact
    case repositoryDigestOrExact
    case repository
    case exactReference(String)
    case exactRepository(String)
    case remapped(prefix: String, signedPrefix: String)
  }

  var keyFiles: [String] = []
  var keyData: [UInt8]?
  var identity = Identity.repositoryDigestOrExact

  init(_ tree: JSONTree, _ file: String, _ field: String) throws(TransferFailure) {
    func wrong(_ detail: String) -> TransferFailure {
      TransferFailure(.configuration, file, detail: "\(field): \(detail)")
    }
    guard tree["keyType"]?.string == "GPGKeys" else { throw wrong("keyType has to be GPGKeys") }
    if let path = tree["keyPath"]?.string { keyFiles.append(path) }
    keyFiles += (tree["keyPaths"]?.elements ?? []).compactMap(\.string)
    if let text = tree["keyData"]?.string {
      guard let bytes = Base64.decode(text) else { throw wrong("keyData has to be Base64") }
      keyData = bytes
    }
    guard !keyFiles.isEmpty || keyData != nil else {
      throw wrong("one of keyPath, keyPaths and keyData has to be there")
    }
    guard let own = tree["signedIdentity"] else { return }
    switch own["type"]?.string {
    case "matchExact": identity = .exact
    case "matchRepoDigestOrExact": identity = .repositoryDigestOrExact
    case "matchRepository": identity = .repository
    case "exactReference": identity = .exactReference(own["dockerReference"]?.string ?? "")
    case "exactRepository": identity = .exactRepository(own["dockerRepository"]?.string ?? "")
    case "remapIdentity":
      identity = .remapped(
        prefix: own["prefix"]?.string ?? "", signedPrefix: own["signedPrefix"]?.string ?? "")
    default: throw wrong("signedIdentity.type is unknown")
    }
  }

  /// Looks for one good signature.
  func check(
    _ source: any ImageSource, _ manifest: RawManifest, _ session: TransferSession
  ) throws(TransferFailure) {
    session.report(TransferEvent(.signatures))
    let signatures = try source.signatures(of: manifest.digest)
    if signatures.isEmpty {
      throw TransferFailure(
        .badSignature, source.name, detail: "a signature is required and there is none")
    }
    var reasons: [String] = []
    for signature in signatures {
      do throws(TransferFailure) {
        let content = try GnuPG.verify(signature, keyFiles: keyFiles, keyData: keyData)
        try match(content, source, manifest)
        return
      } catch { reasons.append(error.detail ?? "\(error)") }
    }
    throw TransferFailure(.badSignature, source.name, detail: reasons.joined(separator: "; "))
  }

  /// What a signature says, against what is there: container-signature(5).
  private func match(
    _ content: [UInt8], _ source: any ImageSource, _ manifest: RawManifest
  ) throws(TransferFailure) {
    guard let tree = try? JSONReader().read(JSONTree.self, from: content),
      let critical = tree["critical"],
      critical["type"]?.string == "atomic container signature",
      let digest = critical["image"]?["docker-manifest-digest"]?.string,
      let name = critical["identity"]?["docker-reference"]?.string
    else { throw TransferFailure(.badSignature, detail: "its content is no signature of an image") }
    guard digest == manifest.digest.description else {
      throw TransferFailure(.badSignature, detail: "it is for the manifest \(printable(digest))")
    }
    let isRight: Bool
    do throws(ImageReferenceError) {
      let signed = try ImageReference(parsing: name)
      isRight = try accepts(signed, for: source.reference)
    } catch { isRight = false }
    guard isRight else {
      throw TransferFailure(.badSignature, detail: "it is for the name \(printable(name))")
    }
  }

  private func accepts(
    _ signed: ImageReference, for reference: ImageReference?
  ) throws(ImageReferenceError) -> Bool {
    switch identity {
    case .exactReference(let text): return signed == (try ImageReference(parsing: text))
    case .exactRepository(let text):
      return signed.name == (try ImageReference(parsing: text)).name
    default: break
    }
    guard let reference else { return false }
    switch identity {
    case .exact: return reference == signed
    case .repository: return reference.name == signed.name
    case .remapped(let prefix, let signedPrefix):
      var wanted = reference
      let text = reference.description
      if text == prefix || text.hasPrefix(prefix + "/") || text.hasPrefix(prefix + ":") {
        wanted = try ImageReference(parsing: signedPrefix + text.dropFirst(prefix.count))
      }
      return wanted.digest == nil ? wanted == signed : wanted.name == signed.name
    default:
      // A name by digest has no tag that could be signed.
      return reference.digest != nil && reference.tag == nil
        ? reference.name == signed.name : reference == signed
    }
  }
}
