import JSON
public import LinuxSystem
import SystemPackage

extension Containers {
  /// Which part of a log is read.
  public struct LogOptions: Sendable {
    public var since: Timestamp?
    public var until: Timestamp?
    /// Only so many of the last lines; nil for all.
    public var tail: Int?
    /// Whether what comes later is read too, until the container ends.
    public var follows = false

    public init() {}
  }

  /// Reads a container's log.
  ///
  /// - Parameters:
  ///   - body: gets each record; false ends the reading.
  ///   - pause: called when all that is there has been read.
  public func readLog(
    _ nameOrID: String, _ options: LogOptions, pause: () throws -> Void = {},
    _ body: (LogRecord) throws -> Bool
  ) throws {
    let container = try lookUp(nameOrID)
    let log = container.record.log
    let selection = LogSelection(options)
    switch log.driver {
    case "k8s-file", "json-file":
      let format = log.driver == "k8s-file" ? LogFormat.kubernetes : .docker
      let path = log.path ?? ContainerFolders(container.id, engine).log
      let reader = LogFileReader(path, format, selection)
      try reader.run(options.follows ? followed(container) : nil, pause: pause, body)
    case "journald":
      let uid = engine.configuration.user.uid
      let reader = try JournalLogReader(container.id, uid: uid, selection)
      try reader.run(options.follows ? followed(container) : nil, pause: pause, body)
    case "none":
      throw EngineError.failed(
        "this container is using the 'none' log driver, cannot read logs",
        reason: "this container is not logging output")
    default:
      throw EngineError.failed(
        "this container is using the '\(log.driver)' log driver, cannot read logs",
        reason: "its output went where it was started")
    }
  }

  /// The monitor whose end is the end of the log; nil where nothing will come any more.
  private func followed(_ container: Container) -> SharedDescriptor? {
    guard Self.isAlive(container.state.monitorPid, container.state.monitorStart),
      let monitor = try? ProcessHandle(opening: container.state.monitorPid),
      let duplicate = try? monitor.descriptor.lent.duplicated()
    else { return nil }
    return SharedDescriptor(duplicate)
  }
}

/// Which records are wanted.
struct LogSelection {
  let since: Timestamp?
  let until: Timestamp?
  let tail: Int?

  init(_ options: Containers.LogOptions) {
    since = options.since
    until = options.until
    tail = options.tail.flatMap { $0 >= 0 ? $0 : nil }
  }

  func wants(_ record: LogRecord) -> Bool {
    guard since != nil || until != nil else { return true }
    guard let time = Timestamp(rfc3339: String(decoding: record.time, as: UTF8.self)) else {
      return true
    }
    if let since, time < since { return false }
    if let until, until < time { return false }
    return true
  }
}

/// Reads the files of a log.
struct LogFileReader {
  private let files: LogFiles
  private let folder: String
  private let format: LogFormat
  private let selection: LogSelection

  private struct Enough: Error {}

  init(_ path: String, _ format: LogFormat, _ selection: LogSelection) {
    files = LogFiles(path)
    folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    self.format = format
    self.selection = selection
  }

  /// - Parameter monitor: its end is the end; nil reads only what is there.
  func run(
    _ monitor: SharedDescriptor?, pause: () throws -> Void, _ body: (LogRecord) throws -> Bool
  ) throws {
    do {
      let watch = try monitor.map { _ in SharedWatch(try FileWatch(folder: folder)) }
      if let tail = selection.tail { try readTail(tail, body) } else { try readRest(body) }
      try pause()
      guard let monitor, let watch else { return }
      let poller = try Poller()
      try poller.add(monitor.lent, .readable, token: 0)
      try poller.add(watch.watch.lent, .readable, token: 1)
      while true {
        let isOver = try poller.wait().contains { $0.token == 0 }
        try watch.watch.drain()
        try readRest(body)
        try pause()
        if isOver { return }
      }
    } catch is Enough {}
  }

  private final class SharedWatch {
    let watch: FileWatch
    init(_ watch: consuming FileWatch) { self.watch = watch }
  }

  private func readRest(_ body: (LogRecord) throws -> Bool) throws {
    try files.read { line in
      try format.read(line) { record in
        if selection.wants(record), try !body(record) { throw Enough() }
      }
    }
  }

  /// A line of the file that may be one of the last.
  private struct Kept {
    var line: [UInt8]
    var isError: Bool
    var isPartial: Bool
    var isDropped = false
  }

  /// Keeps the records that make up the last lines, and gives them.
  private func readTail(_ count: Int, _ body: (LogRecord) throws -> Bool) throws {
    var kept: [Kept] = []
    var wholeLines = 0
    var first = 0
    // A line ends with a whole record; the partial ones of its stream before it are its beginning.
    func dropOldestLine() {
      guard let end = kept[first...].firstIndex(where: { !$0.isPartial && !$0.isDropped }) else {
        return
      }
      for index in first...end where kept[index].isError == kept[end].isError {
        kept[index].isDropped = true
        kept[index].line = []
      }
      while first < kept.count, kept[first].isDropped { first += 1 }
      wholeLines -= 1
      if first > 4096, first > kept.count / 2 {
        kept.removeFirst(first)
        first = 0
      }
    }
    try files.read { line in
      format.read(line) { record in
        guard selection.wants(record), count > 0 else { return }
        kept.append(
          Kept(line: Array(line), isError: record.isError, isPartial: record.isPartial))
        if !record.isPartial { wholeLines += 1 }
      }
      while wholeLines > count { dropOldestLine() }
    }
    for item in kept[first...] where !item.isDropped {
      try item.line.withUnsafeBytes { line in
        try format.read(line) { if try !body($0) { throw Enough() } }
      }
    }
  }
}
