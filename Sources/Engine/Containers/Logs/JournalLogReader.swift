import JSON
import LinuxSystem
import SystemPackage

/// Reads a container's log from systemd's journal, with the help of journalctl(1): the journal's files
/// have no other documented reader.
struct JournalLogReader {
  private let program: String
  /// What every call says: whose entries.
  private let common: [String]
  private let selection: LogSelection

  private struct Enough: Error {}

  /// - Parameter uid: whose monitor it was; anybody can write entries into the journal.
  init(_ id: String, uid: UInt32, _ selection: LogSelection) throws(EngineError) {
    let places = ["/usr/bin/journalctl", "/bin/journalctl"]
    guard let place = places.first(where: { (try? openFile($0, [.path])) != nil }) else {
      throw EngineError.unsupported(
        "the log driver journald", reason: "journalctl was not found; please install systemd")
    }
    program = place
    self.selection = selection
    var common = [
      "--quiet", "--no-pager", "--output", "json", "--all", "CONTAINER_ID_FULL=\(id)",
      "_UID=\(uid)",
    ]
    // Whole seconds are what journalctl takes; the rest is left out here.
    if let since = selection.since { common.append("--since=@\(since.seconds)") }
    if let until = selection.until, until.seconds < .max {
      common.append("--until=@\(until.seconds + 1)")
    }
    self.common = common
  }

  /// - Parameter monitor: its end is the end; nil reads only what is there.
  func run(
    _ monitor: SharedDescriptor?, pause: () throws -> Void, _ body: (LogRecord) throws -> Bool
  ) throws {
    do {
      var cursor: String?
      func take(_ entry: Entry) throws {
        cursor = entry.cursor
        try entry.withRecord { if selection.wants($0), try !body($0) { throw Enough() } }
      }
      if let tail = selection.tail {
        for entry in try last(tail) { try take(entry) }
      } else {
        try read([], take)
      }
      try pause()
      guard let monitor else { return }
      func rest() -> [String] { cursor.map { ["--after-cursor", $0] } ?? [] }
      if cursor == nil, selection.tail != nil { cursor = try newestCursor() }
      try read(
        ["--follow", "--no-tail"] + rest(), until: monitor,
        pause: pause, take)
      // What it wrote last may still be on its way through journald.
      _ = try? journalctl(["--sync"], isQuery: false) { _ in }
      try read(rest(), take)
      try pause()
    } catch is Enough {}
  }

  // MARK: Entries

  /// One entry of the journal.
  private struct Entry {
    let cursor: String
    let time: [UInt8]
    let text: [UInt8]
    let isError: Bool
    let isPartial: Bool

    init?(_ line: [UInt8]) {
      guard let entry = try? JSONReader().read(JSONTree.self, from: line),
        let microseconds = Int64(entry["__REALTIME_TIMESTAMP"]?.string ?? ""),
        let cursor = entry["__CURSOR"]?.string
      else { return nil }
      self.cursor = cursor
      time = Array(
        Timestamp(
          seconds: microseconds / 1_000_000, nanoseconds: microseconds % 1_000_000 * 1000
        ).localNanoseconds.utf8)
      isError = entry["PRIORITY"]?.string == "3"
      isPartial = entry["CONTAINER_PARTIAL_MESSAGE"]?.string == "true"
      var text = Self.bytes(entry["MESSAGE"])
      // conmon's messages have it.
      if text.last == UInt8(ascii: "\n") { text.removeLast() }
      self.text = text
    }

    /// A message that is no text is an array of bytes.
    private static func bytes(_ value: JSONTree?) -> [UInt8] {
      if let text = value?.string { return Array(text.utf8) }
      return (value?.elements ?? []).map { UInt8(clamping: $0.integer ?? 0) }
    }

    func withRecord(_ body: (LogRecord) throws -> Void) throws {
      try time.withUnsafeBytes { time in
        try text.withUnsafeBytes { text in
          try body(LogRecord(time: time, isError: isError, isPartial: isPartial, text: text))
        }
      }
    }
  }

  /// The entries that make up the last lines, read from the end: a line ends with an entry that is not
  /// partial, and those before it are its beginning.
  private func last(_ count: Int) throws -> [Entry] {
    var entries: [Entry] = []
    var lines = 0
    do {
      try read(["--reverse"]) { entry in
        var isWanted = false
        try entry.withRecord { isWanted = selection.wants($0) }
        guard isWanted else { return }
        if !entry.isPartial { lines += 1 }
        if lines > count || count == 0 { throw Enough() }
        entries.append(entry)
      }
    } catch is Enough {}
    return entries.reversed()
  }

  private func newestCursor() throws -> String? {
    var newest: String?
    try read(["--lines", "1"]) { newest = $0.cursor }
    return newest
  }

  // MARK: journalctl

  private func read(
    _ arguments: [String], until end: SharedDescriptor? = nil, pause: () throws -> Void = {},
    _ body: (Entry) throws -> Void
  ) throws {
    try journalctl(arguments, until: end, pause: pause) { line in
      if let entry = Entry(line) { try body(entry) }
    }
  }

  /// Runs journalctl, and gives each of its lines.
  ///
  /// - Parameter end: what becomes readable when it is to be ended; nil waits for its own end.
  private func journalctl(
    _ arguments: [String], isQuery: Bool = true, until end: SharedDescriptor? = nil,
    pause: () throws -> Void = {}, _ body: ([UInt8]) throws -> Void
  ) throws {
    var pipe = try Pipe()
    guard let reading = pipe.reading.take(), let writing = pipe.writing.take() else { return }
    let null = try openFile("/dev/null", [.readWrite])
    let process = try ProgramLaunch(
      program, ["journalctl"] + (isQuery ? common : []) + arguments,
      descriptors: [0: null.lent, 1: writing.lent].merging(isQuery ? [:] : [2: null.lent]) { $1 }
    ).start()
    try writing.close()
    defer {
      try? process.send(.terminate)
      _ = try? process.wait()
    }
    let poller = try Poller()
    try poller.add(reading.lent, .readable, token: 0)
    if let end { try poller.add(end.lent, .readable, token: 1) }
    var rest: [UInt8] = []
    while true {
      guard try poller.wait().contains(where: { $0.token == 0 }) else { return }
      let part = try reading.lent.readSome(limit: 64 << 10)
      if part.isEmpty { return }
      rest += part
      for line in EventTail.takeLines(from: &rest) { try body(line) }
      try pause()
    }
  }
}
