import LinuxSystem

/// Docker's format: `{"log":"text\n","stream":"stdout","time":"…Z"}`, a record a line. A line that
/// goes on in the next record has no `\n`.
final class DockerLog: ContainerLog {
  private let file: LogFile
  private var text: [UInt8] = []
  /// The beginning of a character whose end was not read yet, of both streams.
  private var cut: [OutputKind: [UInt8]] = [:]

  init(_ file: LogFile) { self.file = file }

  func write(_ kind: OutputKind, _ bytes: UnsafeRawBufferPointer) {
    guard let before = cut.removeValue(forKey: kind) else { return writeWhole(kind, bytes) }
    (before + Array(bytes)).withUnsafeBytes { writeWhole(kind, $0) }
  }

  private func writeWhole(_ kind: OutputKind, _ bytes: UnsafeRawBufferPointer) {
    let rest = incompleteTail(bytes)
    if rest > 0 { cut[kind] = Array(bytes.suffix(rest)) }
    record(kind, UnsafeRawBufferPointer(rebasing: bytes.dropLast(rest)))
  }

  private func record(_ kind: OutputKind, _ bytes: UnsafeRawBufferPointer) {
    let end = Array(
      "\",\"stream\":\"\(kind.name)\",\"time\":\"\(Timestamp.now().rfc3339)\"}\n".utf8)
    let begin: StaticString = #"{"log":""#
    forEachLine(bytes) { line, isWhole in
      text.removeAll(keepingCapacity: true)
      appendEscaped(line, to: &text)
      if isWhole { text += [UInt8(ascii: "\\"), UInt8(ascii: "n")] }
      text.withUnsafeBytes { text in
        end.withUnsafeBytes { file.append(begin.rawBytes, text, $0) }
      }
    }
    file.flush()
  }

  func endOfProcess() {
    for (kind, bytes) in cut { bytes.withUnsafeBytes { record(kind, $0) } }
    cut.removeAll()
  }

  func reopen() { file.reopen() }
}

/// How many of the last bytes begin a UTF-8 character that goes on after them.
func incompleteTail(_ bytes: UnsafeRawBufferPointer) -> Int {
  for back in 1...3 where back <= bytes.count {
    let byte = bytes[bytes.count - back]
    if byte & 0xC0 == 0x80 { continue }
    let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
    return length > back ? back : 0
  }
  return 0
}

/// Appends text as it stands between the quotation marks of JSON, escaped as Go's encoder does; what is
/// no UTF-8 becomes U+FFFD.
func appendEscaped(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
  let digits = Array("0123456789abcdef".utf8)
  func appendCode(_ byte: UInt8) {
    text += "\\u00".utf8
    text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
  var index = 0
  while index < bytes.count {
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\r"): text += "\\r".utf8
    case UInt8(ascii: "\n"): text += "\\n".utf8
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0..<0x20: appendCode(byte)
    case 0x20..<0x80: text.append(byte)
    default:
      let length = utf8Length(UnsafeRawBufferPointer(rebasing: bytes[index...]))
      if length == 0 {
        text += "\\ufffd".utf8
      } else if length == 3, byte == 0xE2, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8
      {
        text += (bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8
      } else {
        text += bytes[index..<(index + length)]
      }
      index += max(1, length)
      continue
    }
    index += 1
  }
}

/// The length of the valid UTF-8 character of more than a byte that begins here; 0 where there is none.
private func utf8Length(_ bytes: UnsafeRawBufferPointer) -> Int {
  let first = bytes[0]
  let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first <= 0xF4, bytes.count >= length else { return 0 }
  for index in 1..<length where bytes[index] & 0xC0 != 0x80 { return 0 }
  switch (first, bytes[1]) {
  // Overlong forms, surrogates, and what lies beyond Unicode.
  case (0xE0, ..<0xA0), (0xED, 0xA0...), (0xF0, ..<0x90), (0xF4, 0x90...): return 0
  default: return length
  }
}
