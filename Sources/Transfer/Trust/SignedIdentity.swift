import HelperProtocols
import ImageSpec
import JSON

/// Which name a signature has to be for: containers-policy.json(5), `signedIdentity`.
enum SignedIdentity: Equatable {
  case exact
  case repositoryDigestOrExact
  case repository
  case exactReference(ImageReference)
  case exactRepository(ImageReference)
  case remapped(prefix: String, signedPrefix: String)

  init(_ tree: JSONTree?, _ wrong: (String) -> TransferFailure) throws(TransferFailure) {
    guard let tree else {
      self = .repositoryDigestOrExact
      return
    }
    guard case .object(let members) = tree else {
      throw wrong("signedIdentity has to be an object")
    }
    func text(_ name: String) throws(TransferFailure) -> String {
      guard let text = tree[name]?.string, !text.isEmpty else {
        throw wrong("signedIdentity.\(name) is missing")
      }
      return text
    }
    func reference(_ name: String) throws(TransferFailure) -> ImageReference {
      do { return try ImageReference(parsing: try text(name)) } catch {
        if let failure = error as? TransferFailure { throw failure }
        throw wrong("signedIdentity.\(name): \(error)")
      }
    }
    let fields: Set<String>
    switch tree["type"]?.string {
    case "matchExact": (self, fields) = (.exact, [])
    case "matchRepoDigestOrExact": (self, fields) = (.repositoryDigestOrExact, [])
    case "matchRepository": (self, fields) = (.repository, [])
    case "exactReference":
      let own = try reference("dockerReference")
      guard own.tag != nil || own.digest != nil else {
        throw wrong("signedIdentity.dockerReference needs a tag or a digest")
      }
      (self, fields) = (.exactReference(own), ["dockerReference"])
    case "exactRepository":
      let own = try reference("dockerRepository")
      guard own.tag == nil, own.digest == nil else {
        throw wrong("signedIdentity.dockerRepository takes neither a tag nor a digest")
      }
      (self, fields) = (.exactRepository(own), ["dockerRepository"])
    case "remapIdentity":
      self = .remapped(prefix: try text("prefix"), signedPrefix: try text("signedPrefix"))
      fields = ["prefix", "signedPrefix"]
    default: throw wrong("signedIdentity.type is unknown")
    }
    guard hasNames(members, fields.union(["type"])) else {
      throw wrong("signedIdentity has members that are not understood")
    }
  }

  /// Whether a name that was signed is right for an image.
  ///
  /// - Parameter reference: what the image is called; nil for one that has no name, as in a file.
  func accepts(_ name: String, for reference: ImageReference?) -> Bool {
    guard let signed = try? ImageReference(parsing: name) else { return false }
    switch self {
    case .exactReference(let own): return signed == own
    case .exactRepository(let own): return signed.name == own.name
    default: break
    }
    guard let reference else { return false }
    switch self {
    case .exact: return reference == signed
    case .repository: return reference.name == signed.name
    case .remapped(let prefix, let signedPrefix):
      let (text, rest) = (reference.description, reference.name.dropFirst(prefix.count))
      guard reference.name.hasPrefix(prefix), rest.isEmpty || rest.first == "/" else {
        return Self.matches(signed, reference)
      }
      let moved = signedPrefix + text.dropFirst(prefix.count)
      return (try? ImageReference(parsing: moved)).map { Self.matches(signed, $0) } ?? false
    default: return Self.matches(signed, reference)
    }
  }

  /// A name by digest has no tag that could be signed: the digest itself has been checked.
  private static func matches(_ signed: ImageReference, _ wanted: ImageReference) -> Bool {
    wanted.tag == nil && wanted.digest != nil ? wanted.name == signed.name : wanted == signed
  }
}
