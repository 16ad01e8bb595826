import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// `podman logs`.
enum ContainerLogs {
  static let command = PodmanCommand(
    "logs", "Fetch the logs of one or more containers",
    details: """
      Retrieves logs for one or more containers.

        This does not guarantee execution order when combined with podman run (i.e., your run may not \
      have generated any logs at the time you execute podman logs).
      """,
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: [
      "ctrID", "--names ctrID1 ctrID2", "--tail 2 mywebserver", "--follow=true --since 10m ctrID",
      "mywebserver mydbserver",
    ],
    completion: .names("containers"),
    options: {
      [
        Option("color", .flag(), "Output the containers within a log with different colors"),
        Option("details", .flag(), "Show extra details provided to the logs", hidden: true),
        Option("follow", "f", .flag(), "Follow log output."),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("names", "n", .flag(), "Output the container name in the log"),
        Option("since", .string(), "Show logs since TIMESTAMP"),
        Option(
          "tail", .integer(default: -1),
          "Output the specified number of LINES at the end of the logs.  Defaults to -1, which prints all lines"
        ),
        Option("timestamps", "t", .flag(), "Output the timestamps in the log"),
        Option("until", .string(), "Show logs until TIMESTAMP"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var options = Containers.LogOptions()
    options.since = try moment(call, "since", isUntil: false)
    options.until = try moment(call, "until", isUntil: true)
    let tail = call.options.integer("tail")
    options.tail = tail >= 0 ? Int(clamping: tail) : nil
    options.follows = call.options.flag("follow")
    if call.arguments.isEmpty, !call.options.flag("latest") {
      throw CommandFailure("specify at least one container name or ID to log")
    }
    let names = try ContainerSelection(call).ids()
    let containers = try call.engine.containers
    let chosen = try names.map { try containers.find($0) }
    call.output.flush()
    if options.follows, chosen.count > 1 {
      return try followAll(chosen, options, call)
    }
    for (index, container) in chosen.enumerated() {
      let printer = LogPrinter(call, container, index, isOneOfMany: chosen.count > 1)
      try printer.print(containers, container.id, options)
    }
    return 0
  }

  private static func moment(
    _ call: Call, _ option: String, isUntil: Bool
  ) throws -> Timestamp? {
    guard let text = call.options.given(option), !text.isEmpty else { return nil }
    guard let moment = InputTime.moment(text, isUntil: isUntil) else {
      throw CommandFailure("invalid --\(option) \"\(text)\": \(InputTime.explanation)")
    }
    return moment
  }

  /// Follows several logs at once: a process for each.
  private static func followAll(
    _ chosen: [Containers.Container], _ options: Containers.LogOptions, _ call: Call
  ) throws -> Int32 {
    var readers: [ProcessID] = []
    for (index, container) in chosen.enumerated() {
      switch try Clone.clone() {
      case .child:
        // Whoever ends the command ends all of them.
        try? CurrentProcess.setParentDeathSignal(.terminate)
        let printer = LogPrinter(call, container, index, isOneOfMany: true)
        let result = Result { try printer.print(call.engine.containers, container.id, options) }
        if case .failure(let error) = result { CurrentProcess.exit(ErrorReport.report(error)) }
        CurrentProcess.exit(0)
      case .parent(let reader): readers.append(reader.id)
      }
    }
    var status: Int32 = 0
    for reader in readers { status = max(status, try ProcessHandle.wait(for: reader).shellStatus) }
    return status
  }
}

/// Writes one container's log.
private final class LogPrinter {
  private static let colors = ["37", "31", "32", "33", "34", "35", "36"]

  private let prefix: [UInt8]
  private let hasTimes: Bool
  /// What `--details` shows before each line: the labels of the log, as Docker does.
  private let details: [UInt8]
  private var buffer: [UInt8] = []
  /// Where the buffer goes.
  private var target = FileDescriptor.standardOutput
  /// Whether the next record continues a line that has its prefix already, for each stream.
  private var isInsideLine = false
  private var isInsideErrorLine = false

  init(_ call: Call, _ container: Containers.Container, _ index: Int, isOneOfMany: Bool) {
    var text = ""
    if call.options.flag("names") {
      text = container.name + " "
    } else if isOneOfMany {
      text = container.record.shortID + " "
    }
    if call.options.flag("color"), isOneOfMany {
      let color = Self.colors[index % Self.colors.count]
      text = "\u{1B}[\(color)m\(text.dropLast())\u{1B}[0m "
    }
    prefix = Array(text.utf8)
    hasTimes = call.options.flag("timestamps")
    let labels = call.options.flag("details") ? container.record.log.labels : []
    let shown = labels.map { label in
      (try? call.engine.containerInspection?(container, label)) ?? label
    }
    details = Array((shown.isEmpty ? "" : shown.joined(separator: ",") + " ").utf8)
    buffer.reserveCapacity(80 << 10)
  }

  func print(
    _ containers: Containers, _ id: String, _ options: Containers.LogOptions
  ) throws {
    do {
      try containers.readLog(id, options, pause: { try self.flush() }) { try self.take($0) }
      try flush()
    } catch let error as SystemError where error.errno == .brokenPipe {
      // Whoever read them wants no more.
    }
  }

  private func take(_ record: LogRecord) throws -> Bool {
    let place = record.isError ? FileDescriptor.standardError : .standardOutput
    if place != target || buffer.count > 64 << 10 { try flush() }
    target = place
    if !(record.isError ? isInsideErrorLine : isInsideLine) {
      buffer += prefix
      if hasTimes {
        appendTime(record.time)
        buffer.append(UInt8(ascii: " "))
      }
      buffer += details
    }
    buffer += record.text
    if !record.isPartial { buffer.append(UInt8(ascii: "\n")) }
    if record.isError {
      isInsideErrorLine = record.isPartial
    } else {
      isInsideLine = record.isPartial
    }
    return true
  }

  /// As Go writes a time in UTC: `Z` for `+00:00`.
  private func appendTime(_ time: UnsafeRawBufferPointer) {
    let zone = Array("+00:00".utf8)
    guard time.suffix(6).elementsEqual(zone) else { return buffer += time }
    buffer += time.dropLast(6)
    buffer.append(UInt8(ascii: "Z"))
  }

  private func flush() throws {
    guard !buffer.isEmpty else { return }
    try target.writeAll(buffer, subject: "standard output")
    buffer.removeAll(keepingCapacity: true)
  }
}
