import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem
import SystemPackage

/// Which images are let in: containers-policy.json(5).
struct TrustPolicy {
  /// What one requirement wants.
  enum Requirement: Equatable {
    case accept
    case reject
    case signedBy(SignedBy)
    case sigstoreSigned(SigstoreSigned)
    /// Recognised, and nothing that can be checked here: images under it are refused.
    case unsupported(String)
  }

  private let file: String
  private let fallback: [Requirement]
  private let transports: [String: [String: [Requirement]]]

  /// The policy of a request: its own file, the user's, the administrator's, the distribution's. Where there is
  /// none of them, everything is let in.
  static func read(_ session: TransferSession) throws(TransferFailure) -> TrustPolicy {
    let environment = session.environment
    let own = session.access.policyFile
    var places: [String] = own.map { [$0] } ?? []
    if own == nil {
      if let home = environment["HOME"], !home.isEmpty {
        places.append("\(home)/.config/containers/policy.json")
      }
      places += ["/etc/containers/policy.json", "/usr/share/containers/policy.json"]
    }
    for path in places {
      do { return try TrustPolicy(try readRegularFile(path, limit: 4 << 20), path) } catch {
        if let failure = error as? TransferFailure { throw failure }
        if let error = error as? SystemError, error.errno == .noSuchFileOrDirectory, own == nil {
          continue
        }
        throw TransferFailure(.configuration, path, detail: "\(error)")
      }
    }
    return TrustPolicy()
  }

  private init() { (file, fallback, transports) = ("", [.accept], [:]) }

  init(_ text: [UInt8], _ file: String) throws(TransferFailure) {
    self.file = file
    let tree: JSONTree
    do { tree = try JSONReader().read(JSONTree.self, from: text) } catch {
      throw TransferFailure(.configuration, file, detail: "\(error)")
    }
    guard case .object(let members) = tree, hasNames(members, ["default", "transports"]) else {
      throw TransferFailure(
        .configuration, file, detail: "a policy has the members \"default\" and \"transports\"")
    }
    fallback = try Self.requirements(tree["default"], file, "default")
    var transports: [String: [String: [Requirement]]] = [:]
    if case .object(let all)? = tree["transports"] {
      for transport in all {
        guard case .object(let scopes) = transport.value else {
          throw TransferFailure(
            .configuration, file, detail: "transports.\(transport.name) has to be an object")
        }
        for scope in scopes {
          guard transports[transport.name]?[scope.name] == nil else {
            throw TransferFailure(
              .configuration, file,
              detail: "transports.\(transport.name).\(scope.name) is there twice")
          }
          transports[transport.name, default: [:]][scope.name] = try Self.requirements(
            scope.value, file, "transports.\(transport.name).\(scope.name)")
        }
      }
    }
    self.transports = transports
  }

  private static func requirements(
    _ tree: JSONTree?, _ file: String, _ field: String
  ) throws(TransferFailure) -> [Requirement] {
    guard let elements = tree?.elements, !elements.isEmpty else {
      throw TransferFailure(
        .configuration, file, detail: "\(field) has to be a list with at least one requirement")
    }
    var requirements: [Requirement] = []
    for element in elements {
      func wrong(_ detail: String) -> TransferFailure {
        TransferFailure(.configuration, file, detail: "\(field): \(detail)")
      }
      switch element["type"]?.string {
      case "insecureAcceptAnything", "reject":
        try TrustedKeys.refuseOthers(element, ["type"], wrong)
        requirements.append(element["type"]?.string == "reject" ? .reject : .accept)
      case "signedBy": requirements.append(.signedBy(try SignedBy(element, wrong)))
      case "sigstoreSigned" where SigstoreSigned.unsupported(in: element) != nil:
        requirements.append(.unsupported(SigstoreSigned.unsupported(in: element) ?? ""))
      case "sigstoreSigned":
        requirements.append(.sigstoreSigned(try SigstoreSigned(element, wrong)))
      case let other: throw wrong("\(quoted(other ?? "")) is no type of a requirement")
      }
    }
    return requirements
  }

  /// What is required of a source's images.
  private func requirements(of source: any ImageSource) -> [Requirement] {
    let (transport, scopes) = source.trust
    // What the store has has been let in.
    if transport == "containers-storage" { return [.accept] }
    let own = transports[transport] ?? [:]
    let found = scopes.first { own[$0] != nil } ?? ""
    return own[found] ?? fallback
  }

  /// Refuses a source of which nothing may come in, before anything of it is read.
  func checkPlace(_ source: any ImageSource) throws(TransferFailure) {
    if requirements(of: source).contains(.reject) {
      throw TransferFailure(.rejected, source.name, detail: "\(file) says \"reject\"")
    }
  }

  /// Whether an image may come in; the failure says why not.
  ///
  /// - Parameters:
  ///   - manifest: the image's own manifest, as it is stored, never only that of a list.
  ///   - signatures: all that there are.
  func check(
    _ source: any ImageSource, _ manifest: RawManifest, _ signatures: SignatureList,
    _ session: TransferSession
  ) throws(TransferFailure) {
    try checkPlace(source)
    for requirement in requirements(of: source) {
      switch requirement {
      case .accept, .reject: continue
      case .unsupported(let name):
        throw TransferFailure(
          .rejected, source.name,
          detail: "\(file) asks for cosign's signatures by \(name), which is not supported; of "
            + "those, only signatures by one key (keyPath or keyData) can be checked")
      case .signedBy(let rule):
        session.report(TransferEvent(.signatures))
        try look(for: rule.identity, source, manifest, try signatures.all()) {
          signature throws(TransferFailure) in try rule.payload(of: signature)
        }
      case .sigstoreSigned(let rule):
        session.report(TransferEvent(.signatures))
        try look(for: rule.identity, source, manifest, try signatures.all()) {
          signature throws(TransferFailure) in try rule.payload(of: signature)
        }
      }
    }
  }

  /// Looks for one good signature: a payload that a key has signed, for this manifest and this name.
  private func look(
    for identity: SignedIdentity, _ source: any ImageSource, _ manifest: RawManifest,
    _ signatures: [ImageSignature],
    _ payload: (ImageSignature) throws(TransferFailure) -> SignaturePayload?
  ) throws(TransferFailure) {
    var reasons: [String] = []
    for signature in signatures {
      do throws(TransferFailure) {
        guard let said = try payload(signature) else { continue }
        guard said.digest == manifest.digest.description else {
          throw TransferFailure(
            .badSignature, detail: "it is for the manifest \(printable(said.digest))")
        }
        guard identity.accepts(said.name, for: source.reference) else {
          throw TransferFailure(
            .badSignature, detail: "it is for the name \(printable(said.name))")
        }
        return
      } catch {
        // A key that cannot be read, or no gpg, is not the signature's fault.
        guard error.cause == .badSignature else { throw error }
        reasons.append(error.detail ?? "\(error)")
      }
    }
    throw TransferFailure(
      .badSignature, source.name,
      detail: reasons.isEmpty
        ? "a signature is required by \(file), and there is none"
        : reasons.joined(separator: "; "))
  }
}

/// The signatures of one manifest, read when they are first wanted.
final class SignatureList {
  private let source: any ImageSource
  private let digest: Digest
  private var read: [ImageSignature]?

  init(_ source: any ImageSource, of digest: Digest) {
    (self.source, self.digest) = (source, digest)
  }

  func all() throws(TransferFailure) -> [ImageSignature] {
    if let read { return read }
    let signatures = try source.signatures(of: digest)
    read = signatures
    return signatures
  }
}
