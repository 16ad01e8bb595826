/// The records of a PAX extended header, in their order. See pax(1), "pax Extended Header".
struct PAXRecords {
  struct Record: Equatable {
    var key: String
    var value: [UInt8]
  }

  static let attributePrefix = "SCHILY.xattr."

  var records: [Record] = []

  init() {}

  /// Parses the content of a header: lines of `length key=value`. Nil for what is malformed.
  init?(parsing text: [UInt8]) {
    var rest = text[...]
    while let first = rest.first {
      // Some writers fill up with NULs.
      if first == 0 {
        guard rest.allSatisfy({ $0 == 0 }) else { return nil }
        return
      }
      var length = 0
      let start = rest.startIndex
      var index = start
      while index < rest.endIndex, (0x30...0x39).contains(rest[index]), length < 1 << 30 {
        length = length * 10 + Int(rest[index] - 0x30)
        index += 1
      }
      guard index > start, index < rest.endIndex, rest[index] == UInt8(ascii: " "),
        length <= rest.count, start + length > index + 1,
        rest[start + length - 1] == UInt8(ascii: "\n")
      else { return nil }
      let record = rest[(index + 1)..<(start + length - 1)]
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")), equals > record.startIndex else {
        return nil
      }
      let key = String(decoding: record[..<equals], as: UTF8.self)
      let value = Array(record[(equals + 1)...])
      if PAXRecords.texts.contains(key), value.contains(0) { return nil }
      records.append(Record(key: key, value: value))
      rest = rest[(start + length)...]
    }
  }

  private static let texts: Set<String> = ["path", "linkpath", "uname", "gname"]

  /// The last value of a key; nil where there is none or an empty one, which takes an earlier one back.
  subscript(_ key: String) -> [UInt8]? {
    guard let value = records.last(where: { $0.key == key })?.value, !value.isEmpty else {
      return nil
    }
    return value
  }

  /// A value as a decimal number that is not negative; nil for no value, throws for no number.
  func number(_ key: String) throws(ArchiveError) -> UInt64? {
    guard let value = self[key] else { return nil }
    guard let number = PAXRecords.decimal(value[...]) else {
      throw .malformed(.tar, "\(key) in a PAX header", offset: 0)
    }
    return number
  }

  /// Only digits, at least one.
  static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, again) = product.addingReportingOverflow(UInt64(digit - 0x30))
      if overflow || again { return nil }
      value = sum
    }
    return value
  }

  /// A moment as `[-]seconds[.fraction]`.
  func time(_ key: String) throws(ArchiveError) -> TarTime? {
    guard let value = self[key] else { return nil }
    let isNegative = value.first == UInt8(ascii: "-")
    let parts = value.drop { $0 == UInt8(ascii: "-") }.split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap(PAXRecords.decimal), let seconds = Int64(exactly: whole),
      let nanoseconds = PAXRecords.nanoseconds(parts.count > 1 ? parts[1] : [])
    else { throw .malformed(.tar, "\(key) in a PAX header", offset: 0) }
    if !isNegative { return TarTime(seconds: seconds, nanoseconds: nanoseconds) }
    return nanoseconds == 0
      ? TarTime(seconds: -seconds)
      : TarTime(seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds)
  }

  private static func nanoseconds(_ fraction: ArraySlice<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for index in 0..<9 {
      let position = fraction.startIndex + index
      let digit = position < fraction.endIndex ? fraction[position] : 0x30
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + UInt32(digit - 0x30)
    }
    return fraction.allSatisfy { (0x30...0x39).contains($0) } ? value : nil
  }

  /// The extended attributes, in the order of their names.
  var extendedAttributes: [ExtendedAttribute] {
    var found: [String: [UInt8]] = [:]
    for record in records where record.key.hasPrefix(PAXRecords.attributePrefix) {
      found[String(record.key.dropFirst(PAXRecords.attributePrefix.count))] = record.value
    }
    return found.sorted { $0.key < $1.key }.map { ExtendedAttribute($0.key, $0.value) }
  }

  // MARK: Writing

  mutating func add(_ key: String, _ value: [UInt8]) {
    records.append(Record(key: key, value: value))
  }

  /// The text of the records, in the order of their keys.
  var text: [UInt8] {
    var text: [UInt8] = []
    for record in records.sorted(by: { $0.key < $1.key }) {
      // Space, equals sign and line feed; the length counts its own digits.
      let size = record.key.utf8.count + record.value.count + 3
      var length = size + String(size).utf8.count
      if size + String(length).utf8.count != length { length = size + String(length).utf8.count }
      text += "\(length) \(record.key)=".utf8
      text += record.value
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }
}
