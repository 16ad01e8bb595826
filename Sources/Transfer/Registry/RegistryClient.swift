import HTTPClient
import HelperProtocols
import JSON
import LinuxSystem

/// Speaks to one registry: the distribution specification's API, version 2.
final class RegistryClient {
  let session: TransferSession
  /// As images name it, perhaps with a port.
  let host: String
  let isInsecure: Bool
  /// Where the API is, known after the first question.
  private(set) var base: WebAddress?
  private(set) var challenges: [AuthenticationChallenge] = []
  private let tls: TLSSettings
  private let proxies: ProxyEnvironment
  /// Tokens by scope.
  var tokens: [String: RegistryToken] = [:]
  private(set) lazy var credentials = CredentialStore(session)

  init(_ session: TransferSession, host: String, isInsecure: Bool) throws(TransferFailure) {
    self.session = session
    self.host = host
    self.isInsecure = isInsecure
    proxies = ProxyEnvironment(environment: session.environment)
    var tls = try HostCertificates.settings(
      host: host, folder: session.access.certificateFolder, environment: session.environment)
    tls.verifies = !isInsecure
    self.tls = tls
  }

  /// The host that serves the API of `docker.io`.
  private var apiHost: String { host == "docker.io" ? "registry-1.docker.io" : host }

  // MARK: The first question

  /// Finds out how the registry is spoken to: HTTPS, or, for an insecure one without it, HTTP; and how it wants
  /// to be told who asks.
  func connect() throws(TransferFailure) {
    if base != nil { return }
    var first: TransferFailure?
    for scheme in isInsecure ? ["https", "http"] : ["https"] {
      guard let address = WebAddress("\(scheme)://\(apiHost)/v2/") else {
        throw TransferFailure(.invalidName, host, detail: "\(host) is no host name")
      }
      do throws(HTTPError) {
        let response = try answer(request("GET", address), limit: 1 << 20)
        switch response.head.status {
        case 200: break
        case 401:
          challenges = (response.head.headers["www-authenticate"] ?? []).flatMap {
            AuthenticationChallenge.parse($0)
          }
        case 429, 500...599:
          // A registry in trouble is one all the same; what is asked next is tried again.
          break
        case 404 where scheme == "https" && isInsecure: continue
        default:
          throw HTTPError.failure("status \(response.head.status)")
        }
        base = address
        return
      } catch {
        let failure = TransferFailure(error, host: host)
        // The HTTPS error says more, unless there is no TLS at all.
        if first == nil || first?.cause == .notTLS { first = failure }
      }
    }
    throw first ?? TransferFailure(.unreachable, host: host)
  }

  // MARK: Requests

  /// A request with what holds for all of this registry's.
  func request(_ method: String, _ address: WebAddress) -> HTTPRequest {
    var request = HTTPRequest(method, address.text)
    request.headers.append(("User-Agent", "podman-transfer"))
    request.tls = tls
    request.proxy = proxies.proxy(for: address)
    return request
  }

  /// The address of a path of the API, which begins behind `/v2/`.
  func address(_ path: String) throws(TransferFailure) -> WebAddress {
    try connect()
    guard let address = base?.resolving("/v2/" + path) else {
      throw TransferFailure(.unexpectedAnswer, host: host)
    }
    return address
  }

  private func answer(_ request: HTTPRequest, limit: Int) throws(HTTPError) -> HTTPResponse {
    try session.loop.perform(request, limit: limit)
  }

  /// Asks, as often as it takes: with a token where one is wanted, again after what passes by itself, and
  /// at another place where the registry sends us there.
  ///
  /// - Parameters:
  ///   - scope: what the token has to allow; nil for none in particular.
  ///   - accepted: the statuses that are an answer.
  ///   - subject: what is asked for, for errors.
  func perform(
    _ method: String, _ address: WebAddress, scope: RegistryScope?, subject: String,
    headers: [(name: String, value: String)] = [], body: HTTPRequest.Body = .none,
    limit: Int = 4 << 20, accepted: Set<Int>
  ) throws(TransferFailure) -> HTTPResponse {
    var retry = RetryBudget(session.access)
    var address = address
    var isRenewed = false
    var redirects = 0
    while true {
      var request = request(method, address)
      request.headers += headers
      request.body = body
      if let base, address.isSameServer(as: base), let value = try authorization(scope) {
        request.headers.append(("Authorization", value))
      }
      let response: HTTPResponse
      do { response = try answer(request, limit: limit) } catch {
        let failure = TransferFailure(error, subject, host: host)
        guard failure.isPassing, retry.wait(session.loop, nil) else { throw failure }
        continue
      }
      let status = response.head.status
      if accepted.contains(status) { return response }
      if status == 401, !isRenewed, learnChallenge(response.head) {
        isRenewed = true
        tokens = [:]
        continue
      }
      if [301, 302, 303, 307, 308].contains(status), method == "GET" || method == "HEAD" {
        redirects += 1
        address = try redirect(response.head, from: address, subject: subject, count: redirects)
        continue
      }
      let failure = TransferFailure(response, subject, host: host)
      guard failure.isPassing, retry.wait(session.loop, response.head["retry-after"]) else {
        throw failure
      }
    }
  }

  /// Takes in how the registry wants to be told who asks; false where it does not say.
  func learnChallenge(_ head: HTTPResponseHead) -> Bool {
    let new = (head.headers["www-authenticate"] ?? []).flatMap { AuthenticationChallenge.parse($0) }
    if !new.isEmpty { challenges = new }
    return !new.isEmpty
  }

  /// Where an answer redirects to. From HTTPS nothing leads to HTTP, and nobody is sent on for ever.
  func redirect(
    _ head: HTTPResponseHead, from address: WebAddress, subject: String, count: Int
  ) throws(TransferFailure) -> WebAddress {
    let location = head["location"] ?? ""
    guard count <= 10, let target = address.resolving(location),
      target.scheme == "https" || address.scheme == "http"
    else {
      throw TransferFailure(.redirect, subject, host: host, detail: printable(location))
    }
    return target
  }
}

/// How often, and when, something is tried again.
struct RetryBudget {
  private var left: Int
  private var delay: Int
  private let isFixed: Bool

  init(_ access: RegistryAccess) {
    left = access.retries ?? 3
    isFixed = access.retryDelay != nil
    delay = access.retryDelay ?? 1000
  }

  /// The milliseconds to wait before the next attempt; nil where there is none.
  ///
  /// - Parameter retryAfter: seconds, as the server asks for (`Retry-After`); more than five minutes are
  ///   not waited.
  mutating func next(_ retryAfter: String?) -> Int? {
    guard left > 0 else { return nil }
    left -= 1
    let own = delay
    if !isFixed { delay = min(delay * 2, 60_000) }
    guard let asked = retryAfter.flatMap({ Int($0) }) else { return own }
    return asked <= 300 ? max(own, asked * 1000) : nil
  }

  /// Waits for the next attempt, while the loop serves all else; false where there is none.
  mutating func wait(_ loop: EventLoop, _ retryAfter: String?) -> Bool {
    guard let milliseconds = next(retryAfter) else { return false }
    var isOver = false
    _ = loop.after(milliseconds) { isOver = true }
    loop.run(until: { isOver })
    return true
  }
}

/// What others said, fit to be shown: one line without control characters, not too long.
func printable(_ text: some StringProtocol) -> String {
  let clean = String(
    text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
  return clean.count > 300 ? clean.prefix(300) + "…" : clean
}
