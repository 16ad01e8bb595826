import HTTPClient
import HelperProtocols
import JSON
import LinuxSystem

/// What somebody wants to do with repositories of a registry.
struct RegistryScope: Hashable {
  /// The first is the one that is worked on; others are only read from.
  var repository: String
  var isWriting = false
  var readRepositories: [String] = []

  /// As a token server is told.
  var texts: [String] {
    ["repository:\(repository):\(isWriting ? "pull,push" : "pull")"]
      + readRepositories.map { "repository:\($0):pull" }
  }
}

/// A token for one scope.
struct RegistryToken {
  var text: String
  /// By the monotonic clock, in milliseconds.
  var end: Int64
}

extension RegistryClient {
  /// The value of `Authorization`, nil where none is wanted or there is nothing to say.
  func authorization(_ scope: RegistryScope?) throws(TransferFailure) -> String? {
    if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
      return "Bearer " + (try token(bearer, scope))
    }
    if challenges.contains(where: { $0.scheme == "basic" }),
      let own = try credentials.credentials(registry: host, repository: scope?.repository)
    {
      return "Basic " + Base64.encode(Array("\(own.user):\(own.password)".utf8))
    }
    return nil
  }

  private func token(
    _ challenge: AuthenticationChallenge, _ scope: RegistryScope?
  ) throws(TransferFailure) -> String {
    let key = scope?.texts.joined(separator: " ") ?? ""
    if let token = tokens[key], token.end > MonotonicClock.milliseconds() { return token.text }
    let realm = try realm(of: challenge)
    let own = try credentials(for: realm, scope)
    var query: [String] = []
    if let service = challenge.parameters["service"] {
      query.append("service=" + percentEncoded(service))
    }
    let scopes = scope?.texts ?? (challenge.parameters["scope"].map { [$0] } ?? [])
    query += scopes.map { "scope=" + percentEncoded($0) }
    let request = tokenRequest(realm, query, own)
    let response: HTTPResponse
    do { response = try session.loop.perform(request, limit: 1 << 20) } catch {
      throw TransferFailure(error, host: realm.host)
    }
    guard response.head.status == 200 else {
      throw TransferFailure(response, scope?.repository ?? "", host: host)
    }
    let token = try Self.token(in: response, host: host)
    tokens[key] = token
    return token.text
  }

  private func tokenRequest(
    _ realm: WebAddress, _ query: [String], _ own: Credentials?
  ) -> HTTPRequest {
    if let refresh = own?.identityToken {
      var request = request("POST", realm)
      request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
      let form =
        query + ["grant_type=refresh_token", "client_id=podman"]
        + ["refresh_token=" + percentEncoded(refresh)]
      request.body = .bytes(Array(form.joined(separator: "&").utf8))
      return request
    }
    var query = query
    if let own { query.insert("account=" + percentEncoded(own.user), at: 0) }
    let separator = realm.path.contains("?") ? "&" : "?"
    let address =
      query.isEmpty ? realm : WebAddress(realm.text + separator + query.joined(separator: "&"))
    var request = request("GET", address ?? realm)
    if let own {
      let pair = Base64.encode(Array("\(own.user):\(own.password)".utf8))
      request.headers.append(("Authorization", "Basic " + pair))
    }
    return request
  }

  /// Where tokens are had. A registry may name any place; it has to be HTTPS like the registry itself, and
  /// no machine of this network unless the registry is one too.
  private func realm(of challenge: AuthenticationChallenge) throws(TransferFailure) -> WebAddress {
    let text = challenge.parameters["realm"] ?? ""
    guard let base, let realm = WebAddress(text) else {
      throw TransferFailure(
        .unexpectedAnswer, host: host, detail: "its realm is no address: \(printable(text))")
    }
    guard realm.scheme == "https" || base.scheme == "http",
      !realm.isLocalOrNumber || realm.host == base.host || base.isLocalOrNumber
    else { throw TransferFailure(.realm, host: host, detail: printable(text)) }
    return realm
  }

  /// What the place of the tokens is told. The user's password for the registry goes to hosts of the
  /// registry's own domain, and elsewhere only what the user has given for there.
  private func credentials(
    for realm: WebAddress, _ scope: RegistryScope?
  ) throws(TransferFailure) -> Credentials? {
    let own = try credentials.credentials(registry: host, repository: scope?.repository)
    guard let own, let base else { return nil }
    let isLoopback =
      realm.host == base.host || (realm.isLocalOrNumber && base.isLoopback && realm.isLoopback)
    if isLoopback || realm.isSameDomain(as: base) { return own }
    let port = realm.port == 443 ? "" : ":\(realm.port)"
    if let theirs = try credentials.kept(registry: realm.host + port, repository: nil) {
      return theirs
    }
    throw TransferFailure(.realm, host: host, detail: realm.host)
  }

  private static func token(
    in response: HTTPResponse, host: String
  ) throws(TransferFailure) -> RegistryToken {
    guard let tree = try? JSONReader().read(JSONTree.self, from: response.body),
      let text = [tree["token"]?.string, tree["access_token"]?.string]
        .compactMap({ $0 }).first(where: { !$0.isEmpty }),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw TransferFailure(.unexpectedAnswer, host: host, detail: "no token in the answer")
    }
    // RFC of the token specification: a minute where nothing is said, and a margin for the way.
    let seconds = max(60, min(tree["expires_in"]?.integer ?? 60, 86_400))
    let end = MonotonicClock.milliseconds() + Int64(seconds) * 1000 - 10_000
    return RegistryToken(text: text, end: end)
  }
}

extension WebAddress {
  /// Whether the host is this machine.
  var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.hasPrefix("127.") }
}
