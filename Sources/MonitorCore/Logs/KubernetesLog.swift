import LinuxSystem

/// The format that Kubernetes reads: `TIME stdout F text`, a record a line, P where the line goes on
/// in the next record of the stream. Times are local, with nine digits.
///
/// What was read without a line feed is written at once, as P: a prompt is seen when it is shown.
final class KubernetesLog: ContainerLog {
  private let file: LogFile
  private static let lineFeed: StaticString = "\n"

  init(_ file: LogFile) { self.file = file }

  func write(_ kind: OutputKind, _ bytes: UnsafeRawBufferPointer) {
    var prefix = Array("\(Timestamp.now().localNanoseconds) \(kind.name) F ".utf8)
    forEachLine(bytes) { line, isWhole in
      prefix[prefix.count - 2] = UInt8(ascii: isWhole ? "F" : "P")
      prefix.withUnsafeBytes { file.append($0, line, Self.lineFeed.rawBytes) }
    }
    file.flush()
  }

  func endOfProcess() {}
  func reopen() { file.reopen() }
}

extension StaticString {
  /// The bytes of the text; they live as long as the program.
  var rawBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
  }
}
