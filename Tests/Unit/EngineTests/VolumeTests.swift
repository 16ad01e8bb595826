import Engine
import Foundation
import Testing

@Suite struct VolumeTests {
  @Test func aVolumeIsMadeFoundAndRemoved() throws {
    let test = try TestEngine()
    var request = Volumes.Request(name: "data")
    request.labels = ["app": "x"]
    try test.engine.volumes.create(request)
    #expect(test.exists("root/volumes/data/_data"))
    #expect(try test.engine.volumes.find("dat").record.labels == ["app": "x"])
    #expect(throws: EngineError.self) { try test.engine.volumes.create(request) }
    request.isIgnoredIfPresent = true
    #expect(try test.engine.volumes.create(request).name == "data")
    try test.engine.volumes.remove(test.engine.volumes.find("data"))
    #expect(!test.exists("root/volumes/data"))
    #expect(try test.engine.volumes.volume(named: "data") == nil)
    #expect(try test.events() == ["create data", "remove data"])
    #expect(throws: EngineError.noSuch(.volume, "data")) { try test.engine.volumes.find("data") }
  }

  @Test(arguments: ["", "-x", "a/b", "..", "a b", ".x"])
  func badNamesAreRefused(_ name: String) throws {
    let test = try TestEngine()
    #expect(throws: EngineError.self) { try test.engine.volumes.create(.init(name: name)) }
    #expect(!test.exists("root/volumes"))
  }

  @Test func aVolumeWithoutANameGetsOne() throws {
    let test = try TestEngine()
    #expect(try test.engine.volumes.create(.init()).name.utf8.count == 64)
  }

  @Test func optionsAreShownAsPodmanShowsThem() throws {
    let test = try TestEngine()
    var request = Volumes.Request(name: "fast")
    request.options = ["type": "tmpfs", "device": "tmpfs", "o": "size=1G,noatime"]
    let volume = try test.engine.volumes.create(request)
    #expect(
      volume.record.options == [
        "type": "tmpfs", "device": "tmpfs", "o": "size=1G,noatime", "SIZE": "1G",
      ])
    #expect(volume.record.isMounted)
  }

  @Test(arguments: [
    ["color": "red"], ["o": "size=much"], ["o": "uid=me"], ["o": "size=1G"],
    ["type": "bind", "device": "/no/such/place"], ["o": "size=1m,noquota", "type": "tmpfs"],
    ["type": "tmpfs", "o": "inodes=5"],
  ])
  func badOptionsAreRefused(_ options: [String: String]) throws {
    let test = try TestEngine()
    var request = Volumes.Request(name: "v")
    request.options = options
    #expect(throws: EngineError.self) { try test.engine.volumes.create(request) }
  }

  @Test func otherDriversAreRefused() throws {
    let test = try TestEngine()
    var request = Volumes.Request(name: "v")
    request.driver = "nfs-plugin"
    #expect(throws: EngineError.self) { try test.engine.volumes.create(request) }
    request.driver = "image"
    request.options = ["color": "red"]
    #expect(throws: EngineError.self) { try test.engine.volumes.create(request) }
    request.options = [:]
    #expect(throws: EngineError.self) { try test.engine.volumes.create(request) }
    #expect(try test.engine.volumes.all().isEmpty)
  }

  @Test func filtersChoose() throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    var request = Volumes.Request(name: "alpha")
    request.labels = ["a": "1"]
    try volumes.create(request)
    request.name = "beta"
    request.labels = [:]
    request.isAnonymous = true
    try volumes.create(request)
    func names(_ key: String, _ values: String...) throws -> [String] {
      try volumes.list(VolumeFilter([(key: key, values: values)], in: volumes)).map(\.name)
    }
    #expect(try names("name", "^al") == ["alpha"])
    #expect(try names("name", "l", "b") == ["alpha", "beta"])
    #expect(try names("label", "a=1") == ["alpha"])
    #expect(try names("label!", "a") == ["beta"])
    #expect(try names("anonymous", "true") == ["beta"])
    #expect(try names("dangling", "true") == ["alpha", "beta"])
    #expect(try names("dangling", "false").isEmpty)
    #expect(try names("driver", "local") == ["alpha", "beta"])
    #expect(try names("since", "alpha") == ["beta"])
    #expect(try names("until", "1h").isEmpty)
    #expect(throws: EngineError.self) { try names("color", "red") }
    #expect(throws: EngineError.self) { try names("dangling", "maybe") }
  }

  @Test func pruneTakesAnonymousVolumesUnlessAllAreAskedFor() throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    try volumes.create(.init(name: "named"))
    var request = Volumes.Request(name: "loose")
    request.isAnonymous = true
    try volumes.create(request)
    try "12345".write(
      toFile: volumes.find("loose").record.folder + "/f", atomically: true, encoding: .utf8)
    let filter = try VolumeFilter([], in: volumes)
    #expect(try volumes.prune(filter, all: false, isDryRun: true).map(\.name) == ["loose"])
    let pruned = try volumes.prune(filter, all: false)
    #expect(pruned.map(\.name) == ["loose"])
    #expect(pruned.map(\.size) == [5])
    #expect(try volumes.prune(filter, all: true).map(\.name) == ["named"])
    #expect(try volumes.all().isEmpty)
  }

  /// A removal that ended half-way has left nothing but a folder out of sight.
  @Test func whatAnInterruptedRemovalLeftIsSwept() throws {
    let test = try TestEngine()
    let volumes = test.engine.volumes
    try volumes.create(.init(name: "one"))
    let folder = test.folder + "/root/volumes"
    try FileManager.default.createDirectory(
      atPath: folder + "/.removed-one/_data", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: folder + "/.removed-two/_data", withIntermediateDirectories: true)
    try volumes.remove(volumes.find("one"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  /// The record stays, the folder is gone: the removal can be done again.
  @Test func aVolumeWithoutItsFolderCanBeRemoved() throws {
    let test = try TestEngine()
    try test.engine.volumes.create(.init(name: "one"))
    try FileManager.default.removeItem(atPath: test.folder + "/root/volumes/one")
    try test.engine.volumes.remove(test.engine.volumes.find("one"))
    #expect(try test.engine.volumes.all().isEmpty)
  }
}
