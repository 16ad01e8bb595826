import JSON
import LinuxSystem
import Testing

@testable import Engine

@Suite struct EventJournalTests {
  private var event: Event {
    var event = Event(.container, .died, id: "abc", name: "web")
    event.time = Timestamp(seconds: 1000, nanoseconds: 5)
    event.image = "localhost/i:1"
    event.exitCode = 3
    event.attributes = ["b": "2\n3", "a": "1"]
    return event
  }

  @Test func anEntryHasPodmansFields() throws {
    let text = String(decoding: try EventJournal().entry(event), as: UTF8.self)
    for line in [
      "PRIORITY=6", "SYSLOG_IDENTIFIER=podman", "PODMAN_EVENT=died", "PODMAN_TYPE=container",
      "PODMAN_TIME=1970-01-01T00:16:40.000000005Z", "PODMAN_NAME=web", "PODMAN_ID=abc",
      "PODMAN_IMAGE=localhost/i:1", "PODMAN_EXIT_CODE=3", #"PODMAN_LABELS={"a":"1","b":"2\n3"}"#,
    ] {
      #expect(text.contains("\n\(line)\n"), "\(line) in \(text)")
    }
    #expect(!text.contains("PODMAN_POD_ID"))
  }

  /// A value of several lines goes with its length, so that no line of it becomes a field.
  @Test func linesOfAValueAreNoFields() throws {
    var event = event
    event.name = "x\nPRIORITY=0"
    let bytes = try EventJournal().entry(event)
    let start = Array("PODMAN_NAME\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0] + Array(event.name.utf8)
    let found = bytes.indices.contains { bytes[$0...].starts(with: start) }
    #expect(found)
  }

  @Test func anEntryReadsBack() throws {
    let fields = [
      ("PODMAN_TYPE", "container"), ("PODMAN_EVENT", "died"),
      ("PODMAN_TIME", "1970-01-01T00:16:40.000000005Z"), ("PODMAN_ID", "abc"),
      ("PODMAN_NAME", "web"), ("PODMAN_IMAGE", "localhost/i:1"), ("PODMAN_EXIT_CODE", "3"),
      ("PODMAN_LABELS", #"{"a":"1","b":"2\n3"}"#),
    ]
    let entry = JSONTree.object(fields.map { .init($0.0, .string($0.1)) })
    #expect(EventJournal.event(entry) == event)
    #expect(EventJournal.event(.object([.init("MESSAGE", .string("hello"))])) == nil)
    #expect(EventJournal.event(.null) == nil)
  }
}
