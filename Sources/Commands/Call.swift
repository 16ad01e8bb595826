import CommandLine
import Engine
import EngineConfig
import GoTemplate
import LinuxSystem
import SystemPackage

/// A command that was called, and all that it may use.
final class Call {
  /// The commands from the program down to this one, and the words that called them.
  let invocation: Invocation<Action>
  /// Standard output.
  let output: Output
  private var openedEngine: ContainerEngine?

  init(_ invocation: Invocation<Action>, output: Output) {
    self.invocation = invocation
    self.output = output
  }

  /// Its own options and the program's.
  var options: ParsedOptions { invocation.options }
  var arguments: [String] { invocation.arguments }
  /// The command's words, as messages name it: `podman image tag`.
  var commandPath: String { invocation.commandPath }

  /// The engine, opened when first asked for.
  var engine: ContainerEngine {
    get throws {
      if let openedEngine { return openedEngine }
      try UserNamespaceEntry.enterIfNeeded(environment: Self.environment)
      let configuration = try EngineConfiguration(
        GlobalOptions.engineOptions(options), environment: Self.environment)
      for key in configuration.containersConf.unknownKeys {
        log(.debug, "Failed to decode the keys \(key)")
      }
      let engine = ContainerEngine(configuration)
      engine.transferReport = TransferProgress().report
      engine.nameChoice = NameChoice.atTerminal
      engine.eventFailure = { [unowned self] in warn("unable to write an event: \($0)") }
      engine.containerInspection = { [unowned engine] container, template in
        let value = ContainerInspection(
          container: container, facts: engine.containers.facts(of: container), size: nil
        ).value
        return try template.map { try Template($0).render(value) } ?? value.json
      }
      openedEngine = engine
      return engine
    }
  }

  /// The environment of this process.
  static var environment: [String: String] {
    var variables: [String: String] = [:]
    for entry in CurrentProcess.environment() {
      guard let equals = entry.firstIndex(of: "=") else { continue }
      variables[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
    }
    return variables
  }

  // MARK: Terminal

  /// Whether a person reads what is written.
  var writesToTerminal: Bool { FileDescriptor.standardOutput.isTerminal }
  /// Whether a person can answer.
  var readsFromTerminal: Bool { FileDescriptor.standardInput.isTerminal }

  /// Asks a yes-or-no question on standard output, `[y/N]`, and reads the answer from standard input;
  /// whatever does not begin with `y` is a no.
  func confirm(_ question: String) throws(SystemError) -> Bool {
    output.write("\(question) [y/N] ")
    output.flush()
    var answer: [UInt8] = []
    while answer.count < 256, answer.last != UInt8(ascii: "\n") {
      let byte = try FileDescriptor.standardInput.readSome(limit: 1, subject: "standard input")
      if byte.isEmpty { break }
      answer += byte
    }
    return answer.first == UInt8(ascii: "y") || answer.first == UInt8(ascii: "Y")
  }

  // MARK: Messages

  /// Writes a line to standard error, after what standard output holds.
  func say(_ text: String) {
    output.flush()
    ErrorReport.write(text + "\n")
  }

  /// Writes a warning to standard error.
  func warn(_ text: String) { log(.warning, text) }

  /// Writes a line of the log to standard error, if `--log-level` lets it pass.
  func log(_ level: LogLevel, _ text: @autoclosure () -> String) {
    guard level <= leastLevel else { return }
    let line = "level=\(level.name) msg=\(goQuoted(text()))"
    say("time=\"\(Timestamp.now().rfc3339Seconds)\" \(line)")
    if options.isDeclared("syslog"), options.flag("syslog") { Self.toSystemLog(level, line) }
  }

  /// Hands a line to the machine's log, where there is one: syslog(3)'s facility daemon.
  private static func toSystemLog(_ level: LogLevel, _ line: String) {
    let severity = [0: 0, 1: 2, 2: 3, 3: 4, 4: 6][level.rawValue] ?? 7
    guard let log = try? UnixSocket.connect(.datagram, to: "/dev/log") else { return }
    try? log.lent.writeAll(
      "<\(3 << 3 | severity)>podman[\(CurrentProcess.id)]: \(line)", subject: "/dev/log")
  }

  private var leastLevel: LogLevel {
    if options.isDeclared("debug"), options.flag("debug") { return .debug }
    return LogLevel(options.string("log-level")) ?? .warning
  }

  /// Reports the failures of a command that works through several names: the others were done.
  ///
  /// - Returns: the status to exit with: 0 where nothing failed.
  func finish(_ errors: [any Error]) -> Int32 {
    output.flush()
    var status: Int32 = 0
    for error in errors { status = max(status, ErrorReport.report(error)) }
    return status
  }
}

/// How much a line of the log matters; the most important first.
enum LogLevel: Int, Comparable {
  case panic, fatal, error, warning, info, debug, trace

  init?(_ name: String) {
    switch name.lowercased() {
    case "panic": self = .panic
    case "fatal": self = .fatal
    case "error": self = .error
    case "warn", "warning": self = .warning
    case "info": self = .info
    case "debug": self = .debug
    case "trace": self = .trace
    default: return nil
    }
  }

  var name: String { "\(self)" }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
