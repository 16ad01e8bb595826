import JSON
import LinuxSystem
import RuntimeCore
import SystemPackage

/// Writes the runtime's messages in one of the two forms that callers of runc read.
struct LogWriter: Sendable {
  enum Format: Sendable {
    /// `time="…" level=error msg="…"`; on a terminal a short colored line.
    case text
    /// An object a line.
    case json
  }

  var format: Format
  var least: RuntimeLog.Level
  /// Standard error where there is none.
  var file: SharedDescriptor?

  /// The log for the runtime itself.
  var runtimeLog: RuntimeLog {
    RuntimeLog(least) { [self] level, message in write(level, message) }
  }

  /// Writes one message, in a single write(2).
  ///
  /// A log that cannot be written stops nothing.
  func write(_ level: RuntimeLog.Level, _ message: String) {
    if level < least { return }
    let descriptor = file?.lent ?? .standardError
    let line: String
    switch format {
    case .json:
      line =
        #"{"level":"\#(level.word)","msg":\#(wholly(quoted: message)),"#
        + #""time":"\#(Timestamp.now().rfc3339Seconds)"}"#
    case .text where file == nil && descriptor.isTerminal:
      line = "\u{1B}[\(level.color)m\(level.word.uppercased().prefix(4))\u{1B}[0m \(message)"
    case .text:
      line =
        "time=\"\(Timestamp.now().rfc3339Seconds)\" level=\(level.word) "
        + "msg=\(isPlain(message) ? message : wholly(quoted: message))"
    }
    try? descriptor.writeAll(line + "\n")
  }

  /// Writes the message that ends the program: to the log, and to standard error if that is elsewhere.
  func fatal(_ message: String) {
    write(.error, message)
    if file != nil { try? FileDescriptor.standardError.writeAll(message + "\n") }
  }

  private func wholly(quoted message: String) -> String {
    let bytes = (try? JSONWriter().write(message)) ?? []
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a message can stand without quotation marks.
  private func isPlain(_ message: String) -> Bool {
    !message.isEmpty
      && message.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
          || "-._/@^+".utf8.contains(byte)
      }
  }
}

extension RuntimeLog.Level {
  fileprivate var word: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  fileprivate var color: Int {
    switch self {
    case .debug: 37
    case .info: 36
    case .warning: 33
    case .error: 31
    }
  }
}
