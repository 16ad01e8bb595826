import Glibc
import LinuxSystem
@testable import StateStore
import SystemPackage
import Testing

/// A folder of a test, removed at its end.
struct TestFolder: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/statestore.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "", .ioError) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    if let parent = try? openFile("/tmp", [.path, .directory]) {
      try? parent.lent.removeTree(String(path.dropFirst("/tmp/".count)))
    }
  }
}

@Suite struct StateStoreTests {
  static func record(_ id: String, _ name: String?, kind: String = "container") -> StateStore.Record
  {
    StateStore.Record(
      kind: kind, id: id, name: name, document: "{\"a\":1}", state: "{}", created: Int64(id.count))
  }

  @Test func findsRecordsByWhatStandsInThem() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: "\(folder.path)/podman.sqlite")
    var other = Self.record("ccdd", "db")
    other.document = "{\"needs\":[\"aabb\"]}"
    try store.add(Self.record("aabb", "web"))
    try store.add(other)
    #expect(try store.records(kind: "container", mentioning: "aabb") == [other])
    var visited: [String] = []
    try store.visit(kind: "container") { visited.append($0.id) }
    #expect(visited == ["aabb", "ccdd"])
  }

  @Test func keepsRecordsAcrossOpenings() throws {
    let folder = try TestFolder()
    let path = "\(folder.path)/sub/podman.sqlite"
    let first = Self.record("aabb", "web")
    try StateStore(path: path).add(first)
    let store = try StateStore(path: path)
    #expect(try store.record(kind: "container", id: "aabb") == first)
    #expect(try store.record(kind: "container", name: "web") == first)
    #expect(try store.record(kind: "volume", name: "web") == nil)
    try store.setState("{\"pid\":7}", kind: "container", id: "aabb")
    #expect(try store.record(kind: "container", id: "aabb")?.state == "{\"pid\":7}")
    #expect(try store.remove(kind: "container", id: "aabb"))
    #expect(try !store.remove(kind: "container", id: "aabb"))
  }

  @Test func findsByPrefix() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: "\(folder.path)/s")
    for id in ["aa1", "aa2", "ab1"] { try store.add(Self.record(id, nil)) }
    #expect(try store.records(kind: "container", idPrefix: "aa").map(\.id) == ["aa1", "aa2"])
    #expect(try store.records(kind: "container", idPrefix: "a%").isEmpty)
    #expect(try store.count(kind: "container") == 3)
  }

  @Test func namesAreUniqueInTheirScope() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: "\(folder.path)/s")
    try store.add(Self.record("a", "web"), scope: "workload")
    #expect(throws: StateStoreError.nameInUse(name: "web", owner: "a")) {
      try store.add(Self.record("b", "web", kind: "pod"), scope: "workload")
    }
    #expect(throws: StateStoreError.identifierInUse("a")) {
      try store.add(Self.record("a", nil), scope: "workload")
    }
    try store.add(Self.record("b", "db"), scope: "workload")
    #expect(throws: StateStoreError.nameInUse(name: "web", owner: "a")) {
      try store.setDocument("{}", name: "web", kind: "container", id: "b")
    }
    try store.add(Self.record("web", "web", kind: "volume"))
  }

  @Test func aTransactionIsWholeOrNothing() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: "\(folder.path)/s")
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try store.transaction(durable: true) {
        try store.add(Self.record("a", "web"))
        throw Stop()
      }
    }
    #expect(try store.records(kind: "container").isEmpty)
  }

  @Test func refusesWhatANewerVersionWrote() throws {
    let folder = try TestFolder()
    let path = "\(folder.path)/s"
    _ = try StateStore(path: path)
    try Database(path, readOnly: false).execute("PRAGMA user_version = 99")
    #expect(throws: StateStoreError.newer(path: path, version: 99, known: StateStore.version)) {
      try StateStore(path: path)
    }
  }
}
