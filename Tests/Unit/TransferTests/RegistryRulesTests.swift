import HelperProtocols
import Testing

@testable import Transfer

@Suite struct RegistryRulesTests {
  @Test func addresses() throws {
    let base = try #require(WebAddress("https://A.io:5000/v2/x?y=1#z"))
    #expect(base.text == "https://a.io:5000/v2/x?y=1")
    #expect(base.resolving("/q")?.text == "https://a.io:5000/q")
    #expect(base.resolving("//b.io/q")?.text == "https://b.io/q")
    #expect(base.resolving("q")?.text == "https://a.io:5000/v2/q")
    #expect(base.resolving("http://[::1]:80/")?.host == "[::1]")
  }

  @Test(arguments: [
    "ftp://a/", "https://", "https://user@a.io/", "https://a.io\\@b.io/", "https://a.io:99999/",
    "https://a b/", "https://a.io/\r\nX: y", "a.io/x", "https://[::1/",
  ])
  func noAddresses(text: String) { #expect(WebAddress(text) == nil) }

  @Test(arguments: [
    ("auth.docker.io", "registry-1.docker.io", true), ("gitlab.com", "registry.gitlab.com", true),
    ("evil.co.uk", "good.co.uk", false), ("a.good.co.uk", "good.co.uk", true),
    ("evil.io", "docker.io", false), ("10.0.0.1", "10.0.0.2", false),
    ("localhost", "localhost", true), ("docker.io.evil.com", "docker.io", false),
  ])
  func domains(a: String, b: String, isSame: Bool) throws {
    let first = try #require(WebAddress("https://\(a)/"))
    let second = try #require(WebAddress("https://\(b)/"))
    #expect(first.isSameDomain(as: second) == isSame)
  }

  @Test func challenges() {
    let parsed = AuthenticationChallenge.parse(
      #"Bearer realm="https://a/t?x=1,2",service="s \"q\"",error=invalid, Basic realm="r""#)
    #expect(parsed.map(\.scheme) == ["bearer", "basic"])
    #expect(parsed[0].parameters["realm"] == "https://a/t?x=1,2")
    #expect(parsed[0].parameters["service"] == "s \"q\"")
    #expect(parsed[0].parameters["error"] == "invalid")
    for text in ["", "=", "\"", "Bearer", "a=b", ",,,", "Bearer realm=\"x", "x \u{0}"] {
      _ = AuthenticationChallenge.parse(text)
    }
  }

  @Test func proxies() throws {
    let proxies = ProxyEnvironment(environment: [
      "https_proxy": "http://p:1", "NO_PROXY": "a.io, .b.io,10.0.0.0/8,c.io:5000",
    ])
    func proxy(_ text: String) throws -> String? {
      proxies.proxy(for: try #require(WebAddress(text)))
    }
    #expect(try proxy("https://x.io/") == "http://p:1")
    #expect(try proxy("http://x.io/") == nil)
    for exempt in [
      "https://a.io/", "https://q.a.io/", "https://z.b.io/", "https://10.1.2.3/",
      "https://c.io:5000/",
      "https://localhost/", "https://127.0.0.1:5/",
    ] {
      #expect(try proxy(exempt) == nil, "\(exempt)")
    }
    #expect(try proxy("https://c.io/") == "http://p:1")
    #expect(try proxy("https://11.1.2.3/") == "http://p:1")
  }

  @Test func places() throws {
    #expect(try PlaceName("oci:/a/b:c") == .layout(path: "/a/b", name: "c"))
    #expect(
      try PlaceName("docker-archive:x.tar:a/b:1") == .dockerArchive(path: "x.tar", name: "a/b:1"))
    let id = String(repeating: "a", count: 64)
    #expect(try PlaceName("containers-storage:[overlay@/r+/q]x@\(id)") == .store(id))
    #expect(try PlaceName("containers-storage:x:1") == .store("x:1"))
    for text in ["x", "oci:", "docker:x", "dir:", "what:x", "docker://UPPER/CASE"] {
      #expect(throws: TransferFailure.self) { try PlaceName(text) }
    }
  }

  @Test func authenticationKeys() {
    #expect(
      AuthKey.candidates(registry: "a.io", repository: "b/c") == ["a.io/b/c", "a.io/b", "a.io"])
    #expect(AuthKey.normalized("https://index.docker.io/v1/") == "docker.io")
    #expect(AuthKey.normalized("a.io/b") == "a.io/b")
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"default":[]}"#, #"{"default":[{"type":"x"}]}"#, #"{"default":[{}],"x":1}"#,
    #"{"default":[{"type":"signedBy"}]}"#,
    #"{"default":[{"type":"reject"}],"transports":{"docker":1}}"#,
  ])
  func brokenPolicies(text: String) {
    #expect(throws: TransferFailure.self) { try TrustPolicy(Array(text.utf8), "policy.json") }
  }

  @Test func waiting() {
    var access = RegistryAccess()
    access.retries = 2
    var budget = RetryBudget(access)
    #expect(budget.next(nil) == 1000)
    #expect(budget.next("3") == 3000)
    #expect(budget.next(nil) == nil)
    access.retryDelay = 5
    budget = RetryBudget(access)
    #expect(budget.next("100000") == nil)
  }
}
