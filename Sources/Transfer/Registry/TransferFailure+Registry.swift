import HTTPClient
import HelperProtocols
import JSON

extension TransferFailure {
  /// A failure on the way.
  init(_ error: HTTPError, _ subject: String = "", host: String) {
    switch error {
    case .unknownHost(let text): self.init(.unknownHost, subject, host: host, detail: text)
    case .unreachable(let text): self.init(.unreachable, subject, host: host, detail: text)
    case .certificate(let text): self.init(.certificate, subject, host: host, detail: text)
    case .notTLS(let text): self.init(.notTLS, subject, host: host, detail: text)
    case .cut(let text): self.init(.cut, subject, host: host, detail: text)
    case .timeout(let text): self.init(.timeout, subject, host: host, detail: text)
    case .tooLarge(let limit): self.init(.tooLarge, subject, host: host, expected: "\(limit)")
    case .cancelled: self.init(.cut, subject, host: host, detail: "given up")
    case .outOfMemory: self.init(.system, subject, detail: "there is no memory left")
    case .failure(let text): self.init(.unexpectedAnswer, subject, host: host, detail: text)
    }
  }

  /// An answer that is none.
  init(_ response: HTTPResponse, _ subject: String, host: String) {
    let status = response.head.status
    let cause: Cause =
      switch status {
      case 401: .unauthorized
      case 403: .forbidden
      case 404: .notFound
      case 429: .tooManyRequests
      case 500...599: .serverError
      default: .unexpectedAnswer
      }
    self.init(cause, subject, host: host, detail: Self.said(response), status: status)
  }

  /// The messages of an answer's body: distribution specification, "error codes".
  private static func said(_ response: HTTPResponse) -> String? {
    guard let tree = try? JSONReader().read(JSONTree.self, from: response.body) else { return nil }
    let errors = tree["errors"]?.elements ?? []
    let messages = errors.compactMap { error -> String? in
      guard let message = error["message"]?.string ?? error["code"]?.string else { return nil }
      let detail = error["detail"]?.string
      return detail.map { "\(message) (\($0))" } ?? message
    }
    if !messages.isEmpty { return printable(messages.joined(separator: "; ")) }
    return (tree["message"]?.string ?? tree["details"]?.string).map { printable($0) }
  }

  /// Whether the same can succeed a little later.
  var isPassing: Bool {
    switch cause {
    case .cut, .timeout, .tooManyRequests, .serverError: true
    case .unreachable: !(detail ?? "").contains("refused")
    default: false
    }
  }
}
