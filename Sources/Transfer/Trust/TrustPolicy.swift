import HelperProtocols
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
    /// Recognised and not supported: images under it are refused.
    case sigstoreSigned
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
    guard case .object(let members) = tree,
      members.allSatisfy({ $0.name == "default" || $0.name == "transports" })
    else {
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
      switch element["type"]?.string {
      case "insecureAcceptAnything": requirements.append(.accept)
      case "reject": requirements.append(.reject)
      case "signedBy": requirements.append(.signedBy(try SignedBy(element, file, field)))
      case "sigstoreSigned": requirements.append(.sigstoreSigned)
      case let other:
        throw TransferFailure(
          .configuration, file,
          detail: "\(field): \(quoted(other ?? "")) is no type of a requirement")
      }
    }
    return requirements
  }

  /// Whether an image may come in; the failure says why not.
  func check(
    _ source: any ImageSource, _ manifest: RawManifest, _ session: TransferSession
  ) throws(TransferFailure) {
    let (transport, scopes) = source.trust
    let own = transports[transport] ?? [:]
    let found = scopes.first { own[$0] != nil } ?? ""
    for requirement in own[found] ?? fallback {
      switch requirement {
      case .accept: continue
      case .reject:
        throw TransferFailure(.rejected, source.name, detail: "\(file) says \"reject\"")
      case .sigstoreSigned:
        throw TransferFailure(
          .rejected, source.name,
          detail: "\(file) asks for sigstore signatures, which are not supported yet")
      case .signedBy(let rule):
        try rule.check(source, manifest, session)
      }
    }
  }
}
