internal import LinuxSystem

/// Writes a tar archive as Go's archive/tar does: ustar headers, with PAX records for what does not fit.
///
/// Layers that equal engines make of equal files are then equal, digests included.
public final class TarWriter {
  private let sink: any ByteSink
  private var contentLeft: UInt64 = 0
  private var padding = 0

  /// - Parameter sink: where the archive goes.
  public init(to sink: any ByteSink) { self.sink = sink }

  /// Writes an entry's headers; its `size` bytes follow by `writeContent`, its holes as zeros.
  ///
  /// A path or link with a NUL in it is refused.
  public func write(_ entry: TarEntry) throws(ArchiveError) {
    try endEntry()
    if entry.path.contains(0) || entry.linkTarget.contains(0) {
      throw .refused(path: entry.pathText, .pathInvalid)
    }
    var records = PAXRecords()
    var header = HeaderBlock()
    header.fill(entry, &records)
    if !records.records.isEmpty { try write(records, of: entry.path) }
    try sink.write(header.finished(type: entry.kind.rawValue))
    contentLeft = entry.kind == .regular ? entry.size : 0
    padding = TarReader.padding(contentLeft)
  }

  /// Writes the next bytes of the content of the entry; more than its size is an error.
  public func writeContent(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    guard bytes.count <= contentLeft else { throw .malformed(.tar, "size", offset: 0) }
    contentLeft -= UInt64(bytes.count)
    try sink.write(bytes)
  }

  /// Writes a regular file, whose size is that of the content, at once.
  public func writeFile(_ entry: TarEntry, content: [UInt8]) throws(ArchiveError) {
    var entry = entry
    entry.size = UInt64(content.count)
    try write(entry)
    contentLeft = 0
    try sink.write(content)
  }

  /// Fills what is missing of the entry's content up with zeros.
  public func fillContent() throws(ArchiveError) {
    while contentLeft > 0 {
      let count = min(contentLeft, 1 << 16)
      try sink.write([UInt8](repeating: 0, count: Int(count)))
      contentLeft -= count
    }
  }

  /// Writes the end of the archive, and finishes the sink.
  public func finish() throws(ArchiveError) {
    try endEntry()
    try sink.write([UInt8](repeating: 0, count: 2 * TarBlock.size))
    try sink.finish()
  }

  private func endEntry() throws(ArchiveError) {
    guard contentLeft == 0 else { throw .malformed(.tar, "size", offset: 0) }
    if padding > 0 { try sink.write([UInt8](repeating: 0, count: padding)) }
    padding = 0
  }

  /// Writes the extended header, an entry by itself whose name Go makes of the path.
  private func write(_ records: PAXRecords, of path: [UInt8]) throws(ArchiveError) {
    let text = records.text
    guard let clean = EntryPath(path) else {
      throw .refused(path: String(decoding: path, as: UTF8.self), .pathEscapes)
    }
    // A folder's path ends in a slash, and Go takes what is in front of it for the folder.
    let folder = path.last == UInt8(ascii: "/") ? clean : clean.parent
    var name = folder.appending("PaxHeaders.0".utf8)
    if folder != clean { name = name.appending(clean.name) }
    var header = HeaderBlock()
    header.setText(HeaderBlock.ascii(name.bytes), 0..<100)
    header.setNumber(UInt64(text.count), 124..<136)
    for field in [100..<108, 108..<116, 116..<124, 136..<148] { header.setNumber(0, field) }
    try sink.write(header.finished(type: UInt8(ascii: "x")))
    try sink.write(text)
    let padding = TarReader.padding(UInt64(text.count))
    if padding > 0 { try sink.write([UInt8](repeating: 0, count: padding)) }
  }
}

/// A header block in the making.
private struct HeaderBlock {
  private var bytes = [UInt8](repeating: 0, count: TarBlock.size)

  /// Fills the fields in; what does not fit goes into records.
  mutating func fill(_ entry: TarEntry, _ records: inout PAXRecords) {
    setText("linkpath", entry.linkTarget, 157..<257, &records)
    setText("uname", entry.userName, 265..<297, &records)
    setText("gname", entry.groupName, 297..<329, &records)
    setNumber(UInt64(entry.mode & 0o177777), 100..<108)
    setNumber("uid", UInt64(entry.user), 108..<116, &records)
    setNumber("gid", UInt64(entry.group), 116..<124, &records)
    setNumber("size", entry.kind == .regular ? entry.size : 0, 124..<136, &records)
    setTime(entry.modified, &records)
    setNumber(UInt64(entry.device.major), 329..<337)
    setNumber(UInt64(entry.device.minor), 337..<345)
    for attribute in entry.extendedAttributes {
      records.add(PAXRecords.attributePrefix + attribute.name, attribute.value)
    }
    setPath(entry.path, &records)
  }

  /// The block with magic, type and checksum.
  mutating func finished(type: UInt8) -> [UInt8] {
    bytes[156] = type
    set(Array("ustar\0".utf8) + Array("00".utf8), 257..<265)
    set(Array("        ".utf8), 148..<156)
    let sum = bytes.reduce(0) { $0 + UInt64($1) }
    setNumber(sum, 148..<155)
    return bytes
  }

  // MARK: Fields

  private mutating func set(_ value: some Collection<UInt8>, _ field: Range<Int>) {
    for (index, byte) in zip(field, value) { bytes[index] = byte }
  }

  mutating func setText(_ text: [UInt8], _ field: Range<Int>) {
    set(text, field)
    // Some readers take a name with a slash at its end for a folder even though the record says otherwise.
    if text.count > field.count, bytes[field.upperBound - 1] == UInt8(ascii: "/") {
      let kept = text.prefix(field.count).reversed().drop { $0 == UInt8(ascii: "/") }.count
      bytes[field.lowerBound + kept] = 0
    }
  }

  /// Octal digits with zeros in front and a NUL behind; a number that does not fit is written as zero.
  mutating func setNumber(_ number: UInt64, _ field: Range<Int>) {
    let digits = Array(String(number, radix: 8).utf8)
    let width = field.count - 1
    let text = digits.count > width ? [UInt8(ascii: "0")] : digits
    set([UInt8](repeating: UInt8(ascii: "0"), count: width - text.count) + text + [0], field)
  }

  private mutating func setNumber(
    _ key: String, _ number: UInt64, _ field: Range<Int>, _ records: inout PAXRecords
  ) {
    setNumber(number, field)
    if number >> UInt64(3 * (field.count - 1)) != 0 { records.add(key, Array(String(number).utf8)) }
  }

  private mutating func setTime(_ time: TarTime, _ records: inout PAXRecords) {
    let seconds = UInt64(exactly: time.seconds) ?? 0
    setNumber(seconds, 136..<148)
    if time.seconds < 0 || seconds >> 33 != 0 || time.nanoseconds != 0 {
      records.add("mtime", Array(time.paxText.utf8))
    }
  }

  private mutating func setText(
    _ key: String, _ text: [UInt8], _ field: Range<Int>, _ records: inout PAXRecords
  ) {
    let isASCII = text.allSatisfy { $0 < 0x80 }
    setText(HeaderBlock.ascii(text), field)
    if text.count > field.count || !isASCII { records.add(key, text) }
  }

  /// The path in the name field; or split at a slash between prefix and name where that spares the only
  /// record; or in a record.
  private mutating func setPath(_ path: [UInt8], _ records: inout PAXRecords) {
    let isASCII = path.allSatisfy { $0 < 0x80 }
    if path.count > 100, isASCII, records.records.isEmpty, let slash = HeaderBlock.split(path) {
      set(path[(slash + 1)...], 0..<100)
      set(path[..<slash], 345..<500)
      return
    }
    setText("path", path, 0..<100, &records)
  }

  /// Where ustar splits a long path: at the last slash that leaves a prefix of at most 155 bytes, and a
  /// name of 1 to 100.
  private static func split(_ path: [UInt8]) -> Int? {
    var length = path.count
    if length > 156 { length = 156 } else if path.last == UInt8(ascii: "/") { length -= 1 }
    guard let slash = path[..<length].lastIndex(of: UInt8(ascii: "/")), slash > 0 else {
      return nil
    }
    let name = path.count - slash - 1
    return name > 0 && name <= 100 && slash <= 155 ? slash : nil
  }

  /// Without what is not ASCII.
  static func ascii(_ text: [UInt8]) -> [UInt8] { text.filter { $0 < 0x80 && $0 != 0 } }
}

extension TarTime {
  /// As a PAX record: `-1.5`, without zeros at the end.
  fileprivate var paxText: String {
    if nanoseconds == 0 { return String(seconds) }
    var whole = seconds
    var fraction = nanoseconds
    var sign = ""
    if seconds < 0 {
      sign = "-"
      whole = -(seconds + 1)
      fraction = 1_000_000_000 - nanoseconds
    }
    var digits = String(1_000_000_000 + UInt64(fraction)).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
  }
}
