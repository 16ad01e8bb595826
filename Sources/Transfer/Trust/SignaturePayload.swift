import ImageSpec
import JSON
import LinuxSystem

/// What a signature says: that an image of this name has the manifest of this digest.
struct SignaturePayload: Equatable {
  /// Which form of signature the payload is for.
  enum Form: String {
    case simple = "atomic container signature"
    case sigstore = "cosign container image signature"
  }

  var name: String
  var digest: String

  init(name: String, digest: Digest) { (self.name, self.digest) = (name, digest.description) }

  /// Reads a payload strictly; nil for all that is no such one.
  init?(_ text: [UInt8], _ form: Form) {
    guard let tree = try? JSONReader().read(JSONTree.self, from: text),
      case .object(let members) = tree, hasNames(members, ["critical", "optional"]),
      case .object(let critical)? = tree["critical"],
      hasNames(critical, ["type", "image", "identity"]),
      case .object(let image)? = tree["critical"]?["image"],
      hasNames(image, ["docker-manifest-digest"]),
      case .object(let identity)? = tree["critical"]?["identity"],
      hasNames(identity, ["docker-reference"]),
      tree["critical"]?["type"]?.string == form.rawValue,
      let digest = image.first?.value.string, let name = identity.first?.value.string
    else { return nil }
    (self.name, self.digest) = (name, digest)
  }

  func text(_ form: Form) -> [UInt8] {
    let critical = JSONTree.object([
      .init("identity", .object([.init("docker-reference", .string(name))])),
      .init("image", .object([.init("docker-manifest-digest", .string(digest))])),
      .init("type", .string(form.rawValue)),
    ])
    let optional = JSONTree.object([
      .init("creator", .string("podman-transfer")),
      .init("timestamp", .number("\(Timestamp.now().seconds)")),
    ])
    let tree = JSONTree.object([.init("critical", critical), .init("optional", optional)])
    return (try? JSONWriter().write(tree)) ?? []
  }
}

/// Whether an object has these members, each at most once, and no others.
func hasNames(_ members: [JSONTree.Member], _ names: Set<String>) -> Bool {
  let own = members.map(\.name)
  return names.isSuperset(of: own) && Set(own).count == own.count
}
