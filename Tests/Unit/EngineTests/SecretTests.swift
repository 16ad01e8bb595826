import Engine
import Foundation
import Testing

@Suite struct SecretTests {
  private func request(_ name: String, _ text: String = "data") -> Secrets.Request {
    Secrets.Request(name: name, data: Array(text.utf8))
  }

  @Test func aSecretIsKeptAsPodmanKeepsIt() throws {
    let test = try TestEngine()
    let secret = try test.engine.secrets.create(request("key", "hello"))
    #expect(secret.id.utf8.count == 25)
    #expect(
      try test.engine.secrets.data(of: test.engine.secrets.find("key")) == Array("hello".utf8))
    #expect(try test.read("root/secrets/secrets.json").contains("\"nameToID\""))
    #expect(
      try test.read("root/secrets/filedriver/secretsdata.json").contains(
        "\"\(secret.id)\": \"aGVsbG8=\""))
    for path in ["secrets.json", "filedriver/secretsdata.json"] {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: "\(test.folder)/root/secrets/\(path)")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func podmansFileIsRead() throws {
    let test = try TestEngine()
    let folder = test.folder + "/root/secrets"
    try FileManager.default.createDirectory(
      atPath: folder + "/filedriver", withIntermediateDirectories: true)
    try """
    {"secrets": {"5a5c9d60a0e485afac4dd612f": {"name": "s2", "id": "5a5c9d60a0e485afac4dd612f",
      "labels": {"a": "b"}, "createdAt": "2026-11-24T12:03:25.3Z", "driver": "file",
      "driverOptions": {"path": "\(folder)/filedriver"}}},
     "nameToID": {"s2": "5a5c9d60a0e485afac4dd612f"},
     "idToName": {"5a5c9d60a0e485afac4dd612f": "s2"}}
    """.write(toFile: folder + "/secrets.json", atomically: true, encoding: .utf8)
    try #"{"5a5c9d60a0e485afac4dd612f": "aGVsbG8K"}"#.write(
      toFile: folder + "/filedriver/secretsdata.json", atomically: true, encoding: .utf8)
    let secret = try test.engine.secrets.find("5a5c")
    #expect(secret.record.labels == ["a": "b"])
    #expect(secret.record.updated == secret.record.created)
    #expect(try test.engine.secrets.data(of: secret) == Array("hello\n".utf8))
  }

  @Test func aNameIsTakenOnce() throws {
    let test = try TestEngine()
    let secrets = test.engine.secrets
    let first = try secrets.create(request("key", "one"))
    #expect(throws: EngineError.self) { try secrets.create(request("key", "two")) }
    var other = request("key", "two")
    other.isIgnoredIfPresent = true
    #expect(try secrets.create(other).id == first.id)
    other.isIgnoredIfPresent = false
    other.replaces = true
    let second = try secrets.create(other)
    #expect(second.id != first.id)
    #expect(second.record.created == first.record.created)
    #expect(try secrets.all().map(\.id) == [second.id])
    #expect(try !test.read("root/secrets/filedriver/secretsdata.json").contains(first.id))
  }

  @Test func removalTakesTheDataToo() throws {
    let test = try TestEngine()
    let id = try test.engine.secrets.create(request("key")).id
    #expect(try test.engine.secrets.remove("key") == id)
    #expect(try test.read("root/secrets/filedriver/secretsdata.json") == "{}")
    #expect(throws: EngineError.noSuch(.secret, "key")) { try test.engine.secrets.find("key") }
  }

  @Test(arguments: ["", "a/b", "a=b", "a,b", "a\0b", String(repeating: "x", count: 254)])
  func badNamesAreRefused(_ name: String) throws {
    let test = try TestEngine()
    #expect(throws: EngineError.self) { try test.engine.secrets.create(request(name)) }
  }

  @Test func dataHasASize() throws {
    let test = try TestEngine()
    #expect(throws: EngineError.self) { try test.engine.secrets.create(request("key", "")) }
    let large = String(repeating: "x", count: 512_000)
    #expect(throws: EngineError.self) { try test.engine.secrets.create(request("key", large)) }
    #expect(!test.exists("root/secrets"))
  }

  @Test func shellCommandsKeepSecrets() throws {
    let test = try TestEngine()
    var asked = request("key", "a\nb")
    asked.driver = "shell"
    asked.driverOptions = [
      "store": "cat >\(test.folder)/$SECRET_ID", "lookup": "cat \(test.folder)/$SECRET_ID",
      "delete": "rm \(test.folder)/$SECRET_ID", "list": "ls",
    ]
    let secret = try test.engine.secrets.create(asked)
    #expect(try test.engine.secrets.data(of: secret) == Array("a\nb".utf8))
    try test.engine.secrets.remove("key")
    #expect(!test.exists(secret.id))
    asked.driverOptions["lookup"] = nil
    #expect(throws: EngineError.self) { try test.engine.secrets.create(asked) }
  }

  @Test func aContainerKeepsWhatItHad() throws {
    let test = try TestEngine()
    let id = try test.engine.secrets.create(request("key", "one")).id
    var record = ContainerRecord()
    var file = ContainerSecret()
    file.source = "key"
    file.id = id
    file.target = "/run/secrets/key"
    file.mode = 0o400
    file.uid = getuid()
    file.gid = getgid()
    var variable = file
    variable.isVariable = true
    variable.target = "KEY"
    record.secrets = [file, variable]
    let folder = test.folder + "/container"
    let files = try test.engine.secrets.files(for: record, in: folder)
    #expect(files.map(\.destination) == ["/run/secrets/key"])
    let path = try #require(files.first?.source)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o400)
    #expect(try test.engine.secrets.variables(for: record) == ["KEY=one"])

    var other = request("key", "two")
    other.replaces = true
    try test.engine.secrets.create(other)
    #expect(try test.engine.secrets.files(for: record, in: folder).map(\.source) == [path])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
    #expect(try test.engine.secrets.variables(for: record) == ["KEY=two"])
  }

  /// A command was interrupted between data and record.
  @Test func dataWithoutARecordIsSwept() throws {
    let test = try TestEngine()
    try test.engine.secrets.create(request("one"))
    let path = test.folder + "/root/secrets/filedriver/secretsdata.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "{", with: "{\"lost\": \"eA==\",").write(
      toFile: path, atomically: true, encoding: .utf8)
    let two = try test.engine.secrets.create(request("two"))
    #expect(try !test.read("root/secrets/filedriver/secretsdata.json").contains("lost"))
    #expect(try test.engine.secrets.data(of: two) == Array("data".utf8))
    #expect(try test.engine.secrets.data(of: test.engine.secrets.find("one")) == Array("data".utf8))
  }
}
