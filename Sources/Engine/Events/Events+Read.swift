import JSON
import LinuxSystem
import SystemPackage

extension Events {
  /// Reads the log, the oldest event first.
  ///
  /// - Parameters:
  ///   - filter: which events are wanted. Without bounds of time a follower sees only new ones.
  ///   - follows: whether to wait for more, until the filter's end.
  ///   - body: gets each event; it ends the reading by returning false.
  public func read(
    _ filter: EventFilter, follows: Bool, _ body: (Event) throws -> Bool
  ) throws {
    let fromStart = !follows || filter.since != nil || filter.until != nil
    switch try logger {
    case .none:
      throw EngineError.unsupported(
        "the log of events", reason: "events_logger is \"none\", so nothing is written to it")
    case .file: try readFile(filter, follows: follows, fromStart: fromStart, body)
    case .journald: try readJournal(filter, follows: follows, fromStart: fromStart, body)
    }
  }

  private func readFile(
    _ filter: EventFilter, follows: Bool, fromStart: Bool, _ body: (Event) throws -> Bool
  ) throws {
    var tail = try EventTail(EventFile(path: path, limit: 0), fromStart: fromStart)
    guard follows else {
      for event in try tail.read() where filter.includes(event) {
        guard try body(event) else { return }
      }
      return
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let watch = try FileWatch(folder: folder)
    while true {
      let rest = remaining(filter)
      for event in try tail.read() where filter.includes(event) {
        guard try body(event) else { return }
      }
      if rest == 0 { return }
      try watch.wait(milliseconds: rest)
    }
  }

  /// The milliseconds until the end of what is wanted, 0 where it is past; nil for no end.
  private func remaining(_ filter: EventFilter) -> Int? {
    guard let until = filter.until else { return nil }
    let now = Timestamp.now()
    if until <= now { return 0 }
    let seconds = min(until.seconds - now.seconds, 1_000_000)
    return Int(seconds * 1000 + (until.nanoseconds - now.nanoseconds) / 1_000_000 + 1)
  }

  // MARK: Journal

  /// journalctl(1) reads the journal's files; it is of the same version as who writes them.
  private func readJournal(
    _ filter: EventFilter, follows: Bool, fromStart: Bool, _ body: (Event) throws -> Bool
  ) throws {
    var arguments = [
      "journalctl", "--output=json", "--all", "--no-pager", "--quiet",
      "SYSLOG_IDENTIFIER=podman", "_UID=\(engine.configuration.user.uid)",
    ]
    if let since = filter.since { arguments.append("--since=@\(since.seconds)") }
    if follows { arguments.append("--follow") }
    arguments.append(fromStart ? "--lines=all" : "--lines=0")
    var pipe = try Pipe()
    guard let writer = pipe.writing.take(), let reader = pipe.reading.take() else { return }
    let process = try ProgramLaunch(
      "/usr/bin/journalctl", arguments, descriptors: [1: writer.lent]
    ).start()
    try writer.close()
    defer {
      try? process.send(.kill)
      _ = try? process.wait()
    }
    var rest: [UInt8] = []
    while true {
      let time = remaining(filter)
      if follows, try !reader.lent.isReadable(within: time) { return }
      let bytes = try reader.lent.readSome(limit: 1 << 16, subject: "journalctl")
      if bytes.isEmpty { return }
      rest += bytes
      for line in EventTail.takeLines(from: &rest) {
        guard let entry = try? JSONReader().read(JSONTree.self, from: line),
          let event = EventJournal.event(entry), filter.includes(event)
        else { continue }
        guard try body(event) else { return }
      }
    }
  }
}
