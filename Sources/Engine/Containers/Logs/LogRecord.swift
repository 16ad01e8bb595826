import JSON
import LinuxSystem

/// A piece of a container's output as a log has it. The memory is the reader's: it is gone after the
/// call that got the record.
public struct LogRecord {
  /// RFC 3339, as the log has it.
  public var time: UnsafeRawBufferPointer
  public var isError: Bool
  /// Whether its line goes on in the next record of the stream.
  public var isPartial: Bool
  /// Without the line feed.
  public var text: UnsafeRawBufferPointer
}

/// The formats of log files.
enum LogFormat {
  case kubernetes, docker

  /// Reads a line without its line feed; what is none of the format is passed over.
  func read(_ line: UnsafeRawBufferPointer, _ body: (LogRecord) throws -> Void) rethrows {
    switch self {
    case .kubernetes: if let record = Self.kubernetesRecord(line) { try body(record) }
    case .docker: try Self.withDockerRecord(line, body)
    }
  }

  /// `TIME stdout F text`.
  private static func kubernetesRecord(_ line: UnsafeRawBufferPointer) -> LogRecord? {
    let space = UInt8(ascii: " ")
    guard let timeEnd = line.firstIndex(of: space) else { return nil }
    let stream = timeEnd + 1
    // Both streams' names have six letters; a space, the tag and a space follow.
    guard line.count >= stream + 9, line[stream + 6] == space, line[stream + 8] == space,
      line[stream] == UInt8(ascii: "s")
    else { return nil }
    return LogRecord(
      time: UnsafeRawBufferPointer(rebasing: line[..<timeEnd]),
      isError: line[stream + 3] == UInt8(ascii: "e"),
      isPartial: line[stream + 7] == UInt8(ascii: "P"),
      text: UnsafeRawBufferPointer(rebasing: line[(stream + 9)...]))
  }

  private struct DockerLine: JSONObject {
    var log = ""
    var stream = ""
    var time = ""
    static var blank: Self { Self() }
    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("log", &log)
      try object.member("stream", &stream)
      try object.member("time", &time)
    }
  }

  private static func withDockerRecord(
    _ line: UnsafeRawBufferPointer, _ body: (LogRecord) throws -> Void
  ) rethrows {
    guard let read = try? JSONReader().read(DockerLine.self, from: Array(line)) else { return }
    var text = Array(read.log.utf8)
    let isWhole = text.last == UInt8(ascii: "\n")
    if isWhole { text.removeLast() }
    let time = Array(read.time.utf8)
    try time.withUnsafeBytes { time in
      try text.withUnsafeBytes { text in
        try body(
          LogRecord(
            time: time, isError: read.stream == "stderr", isPartial: !isWhole, text: text))
      }
    }
  }
}
