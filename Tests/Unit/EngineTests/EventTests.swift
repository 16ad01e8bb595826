import Engine
import Foundation
import JSON
import LinuxSystem
import Testing

@Suite struct EventTests {
  /// A line as Debian's podman 4.3.1 writes it.
  @Test func podmansLineIsRead() throws {
    let line = """
      {"ContainerExitCode":137,"ID":"a6c2","Image":"localhost/bb:latest","Name":"t1",\
      "Status":"died","Time":"2026-11-24T08:56:25.853320603+01:00","Type":"container",\
      "Attributes":{"a":"b"}}
      """
    let event = try JSONReader().read(Event.self, from: line)
    #expect(event.type == .container)
    #expect(event.status == .died)
    #expect(event.exitCode == 137)
    #expect(event.attributes == ["a": "b"])
    #expect(event.time.rfc3339 == "2026-11-24T07:56:25.853320603Z")
    let volume =
      #"{"Name":"v","Status":"create","Time":"2026-11-24T11:39:49Z","Type":"volume","Attributes":null}"#
    #expect(try JSONReader().read(Event.self, from: volume).attributes.isEmpty)
  }

  @Test func anEventReadsBackAsWritten() throws {
    var event = Event.volume(.prune, name: "v")
    event.exitCode = 3
    event.isOutOfMemory = true
    event.healthStatus = "healthy"
    event.healthFailingStreak = 2
    event.podID = "p"
    event.error = "none"
    event.inspectData = "{\"a\": 1}"
    event.network = "n"
    let text = try JSONWriter().write(event)
    #expect(try JSONReader().read(Event.self, from: text) == event)
  }

  @Test func linesAreThoseOfPodman() {
    var event = Event(.container, .create, id: String(repeating: "ab", count: 32), name: "web")
    event.image = "localhost/i:1"
    event.attributes = ["b": "2", "a": "1"]
    #expect(
      event.line(truncated: true).hasSuffix(
        " container create abababababab (image=localhost/i:1, name=web, a=1, b=2)"))
    let image = Event.image(.pull, id: "x", name: "name")
    #expect(image.line(truncated: false).hasSuffix(" image pull x name"))
    let network = Event.network(.create, name: "net", id: "1", driver: "bridge")
    #expect(network.line(truncated: false).hasSuffix(" network create 1 (name=net, type=bridge)"))
    #expect(Event.volume(.remove, name: "v").line(truncated: false).hasSuffix(" volume remove v"))
    #expect(Event.system(.refresh).line(truncated: false).hasSuffix(" system refresh"))
  }

  @Test func filtersAreAnyOfAKeyAndAllKeys() throws {
    var event = Event(.container, .died, id: "abcdef", name: "web")
    event.attributes = ["app": "x"]
    func fits(_ filters: (String, [String])...) throws -> Bool {
      try EventFilter(filters.map { (key: $0.0, values: $0.1) }).includes(event)
    }
    #expect(try fits(("container", ["web"])))
    #expect(try fits(("container", ["other", "abc"])))
    #expect(try !fits(("container", ["eb"])))
    #expect(try fits(("event", ["die"]), ("type", ["container"])))
    #expect(try !fits(("event", ["died"]), ("type", ["image"])))
    #expect(try fits(("label", ["app"])))
    #expect(try fits(("label", ["app=x"])))
    #expect(try !fits(("label", ["app=y"])))
    #expect(try !fits(("image", ["web"])))
    #expect(throws: EngineError.self) { try fits(("color", ["red"])) }
  }

  @Test func boundsOfTimeExclude() throws {
    var event = Event.volume(.create, name: "v")
    event.time = Timestamp(seconds: 1000, nanoseconds: 5)
    func fits(_ since: String?, _ until: String?) throws -> Bool {
      try EventFilter([], since: since, until: until).includes(event)
    }
    #expect(try fits("999", nil))
    #expect(try fits("1000", "1001"))
    #expect(try !fits("1001", nil))
    #expect(try !fits(nil, "1000"))
    #expect(try fits(nil, "1h"))
    #expect(try !fits("1h", nil))
    #expect(throws: EngineError.self) { try fits("yesterday", nil) }
  }

  @Test func loggersAreKnown() throws {
    let none = try TestEngine("[engine]\nevents_logger = \"none\"\n")
    #expect(none.engine.events.emit(.volume(.create, name: "v")) == nil)
    #expect(throws: EngineError.self) { try none.events() }
    let other = try TestEngine("[engine]\nevents_logger = \"syslog\"\n")
    #expect(other.engine.events.emit(.volume(.create, name: "v")) != nil)
  }
}

@Suite struct EventFileTests {
  @Test func eventsAreReadInOrder() throws {
    let test = try TestEngine()
    for name in ["a", "b"] { #expect(test.engine.events.emit(.volume(.create, name: name)) == nil) }
    #expect(try test.events() == ["create a", "create b"])
  }

  @Test func aLineThatIsNoneIsPassedOver() throws {
    let test = try TestEngine()
    test.engine.events.emit(.volume(.create, name: "a"))
    let path = test.engine.events.path
    try (String(contentsOfFile: path, encoding: .utf8) + "{\"half\n").write(
      toFile: path, atomically: false, encoding: .utf8)
    test.engine.events.emit(.volume(.create, name: "b"))
    #expect(try test.events() == ["create a", "create b"])
  }

  @Test func theOlderHalfGoesWhenTheFileIsFull() throws {
    let test = try TestEngine("[engine]\nevents_logfile_max_size = \"2k\"\n")
    for number in 0..<60 {
      #expect(test.engine.events.emit(.volume(.create, name: "v\(number)")) == nil)
      #expect(
        try String(contentsOfFile: test.engine.events.path, encoding: .utf8).utf8.count < 2500)
    }
    let names = try test.events().filter { $0.hasPrefix("create ") }
    #expect(names.last == "create v59")
    #expect(names.count > 4)
    // What is left is the newest, without a gap.
    let first = 60 - names.count
    #expect(names == (first..<60).map { "create v\($0)" })
  }

  /// A follower sees each event once, also when the file is rotated meanwhile.
  @Test func aFollowerSeesEachEventOnceOverRotations() throws {
    let test = try TestEngine("[engine]\nevents_logfile_max_size = \"2k\"\n")
    test.engine.events.emit(.volume(.create, name: "v0"))
    var seen: [String] = []
    let filter = try EventFilter([(key: "type", values: ["volume"])], since: "1h")
    try test.engine.events.read(filter, follows: true) { event in
      seen.append(event.name)
      if seen.count < 60 { test.engine.events.emit(.volume(.create, name: "v\(seen.count)")) }
      return seen.count < 60
    }
    #expect(seen == (0..<60).map { "v\($0)" })
  }

  @Test func aFollowerEndsAtItsTime() throws {
    let test = try TestEngine()
    test.engine.events.emit(.volume(.create, name: "a"))
    var seen: [String] = []
    try test.engine.events.read(EventFilter([], until: "50ms"), follows: true) { event in
      seen.append(event.name)
      return true
    }
    #expect(seen == ["a"])
  }
}
