import JSON
import LinuxSystem
import SystemPackage

/// Reads a container's log from systemd's journal, with the help of journalctl(1): the journal's files
/// have no other documented reader.
struct JournalLogReader {
  private let arguments: [String]
  private let follows: Bool

  init(_ id: String, _ options: Containers.LogOptions) {
    var arguments = [
      "journalctl", "--quiet", "--output", "json", "--all", "CONTAINER_ID_FULL=\(id)",
    ]
    if options.follows { arguments += ["--follow", "--no-tail"] }
    if let tail = options.tail, tail >= 0 { arguments += ["--lines", "\(tail)"] }
    self.arguments = arguments
    follows = options.follows
  }

  func run(
    _ selection: LogSelection, pause: () throws -> Void, _ body: (LogRecord) throws -> Bool
  ) throws {
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else { return }
    let place = ["/usr/bin/journalctl", "/bin/journalctl"]
      .first { (try? openFile($0, [.path])) != nil }
    guard let place else {
      throw EngineError.unsupported(
        "the log driver journald", reason: "journalctl was not found; please install systemd")
    }
    var launch = ProgramLaunch(place, arguments)
    launch.descriptors = [1: writing.lent]
    let process = try launch.start()
    try writing.close()
    defer {
      try? process.send(.terminate)
      _ = try? process.wait()
    }
    var rest: [UInt8] = []
    while true {
      let part = try reading.lent.readSome(limit: 64 << 10)
      if part.isEmpty { return try pause() }
      rest += part
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(rest[..<end])
        rest.removeFirst(end + 1)
        guard try take(line, selection, body) else { return }
      }
      try pause()
    }
  }

  private func take(
    _ line: [UInt8], _ selection: LogSelection, _ body: (LogRecord) throws -> Bool
  ) throws -> Bool {
    guard let entry = try? JSONReader().read(JSONTree.self, from: line),
      let microseconds = Int64(entry["__REALTIME_TIMESTAMP"]?.string ?? "")
    else { return true }
    let text = bytes(entry["MESSAGE"])
    let time = Array(
      Timestamp(
        seconds: microseconds / 1_000_000, nanoseconds: microseconds % 1_000_000 * 1000
      ).localNanoseconds.utf8)
    return try time.withUnsafeBytes { time in
      try text.withUnsafeBytes { text in
        let record = LogRecord(
          time: time, isError: entry["PRIORITY"]?.string == "3",
          isPartial: entry["CONTAINER_PARTIAL_MESSAGE"]?.string == "true", text: text)
        return try selection.wants(record) ? body(record) : true
      }
    }
  }

  /// A message that is no text is an array of bytes.
  private func bytes(_ value: JSONTree?) -> [UInt8] {
    if let text = value?.string { return Array(text.utf8) }
    return (value?.elements ?? []).map { UInt8(clamping: $0.integer ?? 0) }
  }
}
