extension TransferFailure: CustomStringConvertible {
  /// What the user reads: lower case, no full stop, with the remedy where there is one.
  public var description: String {
    if let attempts, !attempts.isEmpty {
      if attempts.count == 1 { return attempts[0].description }
      return "\(subject) was found in none of \(attempts.count) places:"
        + attempts.map { "\n * \($0.description)" }.joined()
    }
    let about = subject.isEmpty ? "" : subject + ": "
    let server = host ?? "the registry"
    let said = detail.map { $0.isEmpty ? "" : ": " + $0 } ?? ""
    switch cause {
    case .unknownHost:
      return "\(about)the host \(server) is not known\(said); is its name right, and does DNS work?"
    case .unreachable:
      return "\(about)no connection to \(server)\(said)"
    case .certificate:
      return "\(about)the certificate of \(server) is not trusted\(said); put its authority into "
        + "/etc/containers/certs.d/\(server)/ca.crt, or use --tls-verify=false"
    case .notTLS:
      return "\(about)\(server) does not speak HTTPS\(said); for a registry without TLS use "
        + "--tls-verify=false, or set insecure=true in registries.conf"
    case .timeout: return "\(about)\(server) did not answer in time\(said)"
    case .cut: return "\(about)the connection to \(server) was cut\(said)"
    case .unauthorized:
      return "\(about)\(server) wants a login\(said); please log in: podman login \(server)"
    case .forbidden: return "\(about)\(server) denies access\(said)"
    case .notFound: return "\(about)\(server) has no such \(expected ?? "image")\(said)"
    case .tooManyRequests:
      return
        "\(about)\(server) wants fewer requests (429)\(said); wait, or log in for a higher limit"
    case .serverError: return "\(about)\(server) failed with status \(status ?? 500)\(said)"
    case .unexpectedAnswer:
      return "\(about)\(server) answered in a way that was not expected"
        + (status.map { " (status \($0))" } ?? "") + said
    case .realm:
      return
        "\(about)\(server) asks for the login to be sent to \(detail ?? "another host"), which "
        + "is not trusted with it; to trust it, log in there too"
    case .redirect: return "\(about)\(server) redirects to \(detail ?? "nowhere"), which is refused"
    default: return localSentence(about, said)
    }
  }

  private func localSentence(_ about: String, _ said: String) -> String {
    switch cause {
    case .digestMismatch:
      return "\(about)the contents do not have the digest that was promised: expected "
        + "\(expected ?? "another"), found \(found ?? "none")"
    case .sizeMismatch:
      return "\(about)the contents do not have the size that was promised: expected "
        + "\(expected ?? "another") bytes, found \(found ?? "none")"
    case .tooLarge: return "\(about)it is larger than \(expected ?? "allowed") bytes"
    case .malformed: return about + (detail ?? "it cannot be understood")
    case .unsupported: return "\(about)\(detail ?? "it") is not supported"
    case .noPlatform: return "\(about)no image in the list is for \(detail ?? "this platform")"
    case .blocked:
      return "\(about)\(host ?? "the registry") is blocked in registries.conf"
    case .rejected: return "\(about)the trust policy rejects it\(said)"
    case .badSignature: return "\(about)no signature is accepted\(said)"
    case .signing: return "\(about)it cannot be signed\(said)"
    case .diskFull: return "\(about)no space left on the device; free some: podman system prune"
    case .system, .archive, .store, .configuration, .request: return about + (detail ?? "failed")
    case .noSuchImage: return "\(subject): image not known"
    case .invalidName: return detail ?? "\(subject) is no name of an image"
    case .credentialHelper:
      return "the credential helper \(subject) failed\(said)"
    case .notLoggedIn: return "not logged into \(subject)"
    case .ended: return "podman-transfer ended without an answer\(said)"
    default: return about + (detail ?? cause.rawValue)
    }
  }
}
