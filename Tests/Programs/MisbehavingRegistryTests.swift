import Foundation
import Testing

/// Pulls from registries that fail, lie, or lead astray.
@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct MisbehavingRegistryTests {
  /// An engine without an image, so that every layer has to come.
  private func withEmptyEngine(_ body: (Engine) throws -> Void) throws {
    try withEngine(hasOwnNetwork: false) { engine in
      try engine.must("rmi", "--all", "--force")
      try body(engine)
    }
  }

  private func pull(_ engine: Engine, _ name: String, _ flags: String...) throws -> Output {
    try engine.workspace.run(
      engine.command(
        ["pull", "--quiet", "--tls-verify=false", "--retry-delay", "10ms"] + flags + [name]))
  }

  private func expectEmpty(_ engine: Engine) throws {
    #expect(try engine.must("images", "--all", "--quiet").text == "")
    let layers = try FileManager.default.contentsOfDirectory(
      atPath: engine.workspace.folder + "/data/root/overlay")
    #expect(layers.filter { $0.count == 64 } == [])
  }

  @Test func aDownloadThatIsCutGoesOnWhereItStopped() throws {
    try withEmptyEngine { engine in
      let registry = try TestRegistry(engine) { request, count, right in
        guard request.path.contains("/blobs/"), request.headers["range"] == nil,
          right.body.count > 100_000
        else { return nil }
        var half = right
        half.claimedLength = right.body.count
        half.body = right.body.prefix(right.body.count / 2)
        return half
      }
      let output = try pull(engine, registry.image)
      #expect(output.status == 0, "\(output)")
      let ranges = registry.server.requests.compactMap { $0.headers["range"] }
      #expect(ranges == ["bytes=\(registry.layer.size / 2)-"])
      #expect(try engine.must("images", "--quiet").lines.count == 1)
    }
  }

  @Test func whatPassesIsTriedAgain() throws {
    try withEmptyEngine { engine in
      let registry = try TestRegistry(engine) { request, count, _ in
        if request.path.contains("/manifests/"), count == 0 { return .text(500, "oh") }
        if request.path.contains("/blobs/"), count == 0 {
          return .text(429, "slowly", ["Retry-After": "0"])
        }
        return nil
      }
      let output = try pull(engine, registry.image)
      #expect(output.status == 0, "\(output)")
    }
  }

  @Test func whatDoesNotPassIsAnErrorAndLeavesNothing() throws {
    try withEmptyEngine { engine in
      for (status, words) in [
        (401, "wants a login"), (403, "denies access"), (404, "has no such"),
        (429, "wants fewer requests"), (503, "failed with status 503"),
      ] {
        let registry = try TestRegistry(engine) { request, _, _ in
          request.path.contains("/blobs/") && request.path.hasSuffix("") ? .text(status, "no") : nil
        }
        let output = try pull(engine, registry.image, "--retry", "1")
        #expect(output.status == 125)
        #expect(output.stderr.contains(words), "\(output)")
      }
      try expectEmpty(engine)
    }
  }

  @Test func contentsThatAreNotWhatWasPromisedAreRefused() throws {
    try withEmptyEngine { engine in
      let registry = try TestRegistry(engine) { request, _, right in
        guard request.path.contains("/blobs/"), right.body.count > 100_000 else { return nil }
        var other = right
        // The last byte of the gzip stream's or the archive's own end.
        other.body[other.body.index(before: other.body.endIndex)] ^= 1
        return other
      }
      let output = try pull(engine, registry.image)
      #expect(output.status == 125)
      #expect(output.stderr.contains("digest") || output.stderr.contains("gzip"), "\(output)")
      try expectEmpty(engine)
    }
  }

  @Test func aManifestByDigestHasToBeThatOne() throws {
    try withEmptyEngine { engine in
      let registry = try TestRegistry(engine) { _, _, _ in nil }
      let other = "sha256:" + String(repeating: "0", count: 64)
      let output = try pull(engine, "\(registry.server.host)/image@\(other)")
      #expect(output.status == 125)
      #expect(output.stderr.contains("do not have the digest"), "\(output)")
    }
  }

  @Test func credentialsFollowNoRedirect() throws {
    try withEmptyEngine { engine in
      var blobs: [String: TestServer.Reply] = [:]
      let lock = NSLock()
      let elsewhere = try TestServer(engine.workspace) { request, _ in
        lock.withLock { blobs[request.path] ?? .text(404, "") }
      }
      let registry = try TestRegistry(engine) { request, _, right in
        guard request.headers["authorization"] == "Basic dXNlcjpwYXNz" else {
          return .text(401, "", ["WWW-Authenticate": "Basic realm=\"r\""])
        }
        guard request.path.contains("/blobs/") else { return nil }
        lock.withLock { blobs[request.path] = right }
        return .text(
          307, "", ["Location": "http://127.0.0.1:\(elsewhere.port)\(request.path)"])
      }
      let output = try pull(engine, registry.image, "--creds", "user:pass")
      #expect(output.status == 0, "\(output)")
      #expect(!elsewhere.requests.isEmpty)
      #expect(elsewhere.requests.allSatisfy { $0.headers["authorization"] == nil })
    }
  }

  @Test func credentialsGoToNoRealmOfAnotherDomain() throws {
    try withEmptyEngine { engine in
      for realm in ["https://auth.evil.example/token", "http://169.254.169.254/token"] {
        let registry = try TestRegistry(engine) { request, _, _ in
          request.headers["authorization"] == nil
            ? .text(401, "", ["WWW-Authenticate": "Bearer realm=\"\(realm)\",service=\"s\""]) : nil
        }
        let output = try pull(engine, registry.image, "--creds", "user:pass")
        #expect(output.status == 125)
        #expect(output.stderr.contains("asks for the login to be sent to"), "\(output)")
      }
    }
  }

  @Test func tokensAreHadAndUsed() throws {
    try withEmptyEngine { engine in
      let tokens = try TestServer(engine.workspace) { request, _ in
        request.headers["authorization"] == "Basic dXNlcjpwYXNz"
          ? .text(200, #"{"token":"t0ken","expires_in":300}"#) : .text(401, "")
      }
      let registry = try TestRegistry(engine) { request, _, _ in
        request.headers["authorization"] == "Bearer t0ken"
          ? nil
          : .text(
            401, "",
            [
              "WWW-Authenticate":
                "Bearer realm=\"http://127.0.0.1:\(tokens.port)/token\",service=\"s\""
            ])
      }
      let output = try pull(engine, registry.image, "--creds", "user:pass")
      #expect(output.status == 0, "\(output)")
      #expect(
        tokens.requests.map(\.path)
          == ["/token?account=user&service=s&scope=repository%3Aimage%3Apull"])
      let wrong = try pull(engine, registry.image, "--creds", "user:wrong")
      #expect(wrong.stderr.contains("wants a login"), "\(wrong)")
    }
  }
}
