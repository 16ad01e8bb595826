import EngineConfig
import ImageSpec
import Testing

@Suite struct RegistriesConfTests {
  func conf(_ texts: String...) throws -> RegistriesConf {
    var conf = RegistriesConf()
    for text in texts { try conf.take(text: Array(text.utf8), path: "r.conf") }
    return conf
  }

  func sources(_ conf: RegistriesConf, _ name: String) throws -> [String] {
    try conf.pullSources(for: try ImageReference(parsing: name)).map {
      $0.reference.description + ($0.isInsecure ? " insecure" : "")
    }
  }

  @Test func prefixesAndMirrors() throws {
    let conf = try conf(
      """
      unqualified-search-registries = ["docker.io", "q.io"]
      [[registry]]
      prefix = "a.io/team"
      location = "b.io:5000/x"
      [[registry.mirror]]
      location = "m.io"
      insecure = true
      [[registry.mirror]]
      location = "n.io"
      pull-from-mirror = "digest-only"
      [[registry]]
      location = "a.io"
      blocked = true
      [[registry]]
      prefix = "*.w.io"
      insecure = true
      """)
    #expect(
      try sources(conf, "a.io/team/i:1") == ["m.io/i:1 insecure", "b.io:5000/x/i:1"])
    #expect(throws: RegistryRefusal.self) { try sources(conf, "a.io/teams/i:1") }
    #expect(try sources(conf, "a.io:80/team/i:1") == ["a.io:80/team/i:1"])
    #expect(try sources(conf, "x.y.w.io/i") == ["x.y.w.io/i insecure"])
    #expect(try sources(conf, "w.io/i") == ["w.io/i"])
    let digest = "sha256:" + String(repeating: "1", count: 64)
    #expect(try sources(conf, "a.io/team/i@" + digest).count == 3)
  }

  @Test func version1() throws {
    let conf = try conf(
      """
      [registries.search]
      registries = ['docker.io', 'quay.io']
      [registries.insecure]
      registries = ['localhost:5000']
      [registries.block]
      registries = ['badregistry.com']
      """)
    #expect(conf.searchRegistries == ["docker.io", "quay.io"])
    #expect(try sources(conf, "localhost:5000/a") == ["localhost:5000/a insecure"])
    #expect(throws: RegistryRefusal.self) { try sources(conf, "badregistry.com/a") }
  }

  @Test func shortNames() throws {
    let conf = try conf(
      """
      unqualified-search-registries = ["docker.io", "q.io"]
      short-name-mode = "enforcing"
      """, "[aliases]\n\"box\" = \"q.io/lib/box\"\n")
    let learnt = LearntAliases()
    let alias = try conf.resolve("box:1", learnt: learnt, hasTerminal: false)
    #expect(alias.candidates.map(\.description) == ["q.io/lib/box:1"])
    #expect(alias.origin == .alias(file: "r.conf"))
    let search = try conf.resolve("tool", learnt: learnt, hasTerminal: true)
    #expect(
      search.candidates.map(\.description) == ["docker.io/library/tool:latest", "q.io/tool:latest"])
    #expect(search.needsChoice)
    #expect(throws: ShortNameError.choiceWithoutTerminal(name: "tool")) {
      try conf.resolve("tool", learnt: learnt, hasTerminal: false)
    }
    #expect(throws: ShortNameError.unresolved(name: "tool")) {
      try RegistriesConf().resolve("tool", learnt: learnt, hasTerminal: true)
    }
    #expect(try conf.resolve("x.io/a", learnt: learnt, hasTerminal: true).origin == .full)
  }

  @Test(arguments: [
    "short-name-mode = \"x\"", "[[registry]]\nprefix = \"a\"", "registry = 1",
    "[registries.search]\nregistries = ['a']\n[[registry]]\nlocation = 'b'",
  ])
  func refused(text: String) {
    #expect(throws: ConfigurationError.self) { try conf(text) }
  }
}
