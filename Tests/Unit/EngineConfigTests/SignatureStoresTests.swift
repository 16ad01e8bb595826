import EngineConfig
import ImageSpec
import Testing

struct SignatureStoresTests {
  @Test func theMostSpecialScopeThatSaysSomethingCounts() throws {
    var stores = SignatureStores()
    try stores.take(
      Array(
        """
        ---
        # all others
        default-docker:
          sigstore: https://default.example/   # the old name
        docker:
          registry.example:5000/team:
              lookaside: "https://team.example/sig"
              lookaside-staging: 'file:///srv/team'
          registry.example:5000/team/box:1:
              use-sigstore-attachments: true
          '*.wild.example': {}
          quiet.example:
        """.utf8), "a.yaml")
    let box = try ImageReference(parsing: "registry.example:5000/team/box:1")
    #expect(stores.usesAttachments(for: box))
    #expect(stores.lookaside(for: box) == "https://team.example/sig")
    #expect(stores.staging(for: box) == "file:///srv/team")
    let other = try ImageReference(parsing: "registry.example/team/box:1")
    #expect(stores.lookaside(for: other) == "https://default.example/")
    #expect(stores.staging(for: other) == "https://default.example/")
    #expect(!stores.usesAttachments(for: other))
    #expect(stores.entries["quiet.example"] != nil)
  }

  @Test(arguments: [
    "docker:\n\ta: b", "docker: [a]", "other:\n  a: b", "docker:\n  a.example: text",
    "docker:\n  a:\n    use-sigstore-attachments: perhaps", "docker:\n    a:\n  b:\n      c: d",
    "default-docker:\n  sigstore: a\n  sigstore: b", "just text",
    "docker:\n  a:\n    lookaside: 'x",
  ])
  func whatIsWrongIsAnError(_ text: String) {
    var stores = SignatureStores()
    #expect(throws: ConfigurationError.self) { try stores.take(Array(text.utf8), "a.yaml") }
  }

  @Test func linesMayEndAsOnOtherSystems() throws {
    var stores = SignatureStores()
    let text = "default-docker:\r\n  lookaside: file:///x\r\n\r\n  sigstore-staging: file:///y"
    try stores.take(Array(text.utf8), "a.yaml")
    #expect(stores.standard?.lookaside == "file:///x")
    #expect(stores.standard?.staging == "file:///y")
  }

  @Test func aScopeStandsInOneFileOnly() throws {
    var stores = SignatureStores()
    let text = Array("docker:\n  a.example:\n    lookaside: file:///x\n".utf8)
    try stores.take(text, "a.yaml")
    #expect(throws: ConfigurationError.self) { try stores.take(text, "b.yaml") }
  }
}
