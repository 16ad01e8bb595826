import EngineConfig
import HelperProtocols
import ImageSpec

extension TransferSession {
  /// A registry, or a repository at one: `a.io`, `a.io/b/c`.
  private func loginPlace() throws(TransferFailure) -> (key: String, registry: String) {
    var text = request.source[...]
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
      text = text.dropFirst(scheme.count)
    }
    while text.last == "/" { text.removeLast() }
    let registry = text.prefix { $0 != "/" }
    guard WebAddress("https://\(registry)/") != nil else {
      throw TransferFailure(
        .invalidName, request.source, detail: "\"\(request.source)\" is no registry")
    }
    return (AuthKey.normalized(String(text)), AuthKey.normalized(String(registry)))
  }

  /// Tries the credentials of the request, or those that are kept, and keeps what is right.
  func login() throws(TransferFailure) -> TransferResult {
    let (key, registry) = try loginPlace()
    let store = CredentialStore(self)
    let repository = key == registry ? nil : String(key.dropFirst(registry.count + 1))
    guard let own = try store.credentials(registry: registry, repository: repository) else {
      throw TransferFailure(.notLoggedIn, key)
    }
    let isInsecure = try registriesConf().entry(for: registry)?.isInsecure ?? false
    let client = try client(host: registry, isInsecure: isInsecure)
    _ = try client.perform(
      "GET", try client.address(""), scope: nil, subject: "login", accepted: [200])
    var result = TransferResult()
    result.words = [own.user]
    if access.user != nil {
      result.words.append(try store.keep(own, under: key, registry: registry))
    }
    return result
  }

  func logout() throws(TransferFailure) -> TransferResult {
    let store = CredentialStore(self)
    if request.images.all {
      try store.forgetAll()
      return TransferResult()
    }
    let (key, registry) = try loginPlace()
    guard try store.forget(key, registry: registry) else {
      var failure = TransferFailure(.notLoggedIn, key)
      // Credentials may still be there, in files that are not ours to write.
      if try store.kept(registry: registry, repository: nil) != nil { failure.found = "elsewhere" }
      throw failure
    }
    return TransferResult()
  }

  func currentLogin() throws(TransferFailure) -> TransferResult {
    let (key, registry) = try loginPlace()
    let repository = key == registry ? nil : String(key.dropFirst(registry.count + 1))
    guard let own = try CredentialStore(self).kept(registry: registry, repository: repository)
    else { throw TransferFailure(.notLoggedIn, key) }
    var result = TransferResult()
    result.words = [own.user]
    return result
  }
}
