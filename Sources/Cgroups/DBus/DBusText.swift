/// Reads a value from its text form, as `gdbus` and `busctl` users write it (GLib, "GVariant Text
/// Format"): `uint64 123456789`, `'inactive-or-failed'`, `['a.service', 'b.service']`, `true`.
///
/// Only what unit properties have: booleans, numbers, strings, and arrays of one type. Everything
/// else, and anything after the value, is an error.
struct DBusText {
  private let text: String
  private var rest: Substring

  static func parse(_ text: String) throws(DBusError) -> DBusValue {
    var parser = DBusText(text: text, rest: text[...])
    let value = try parser.value(type: nil)
    parser.skipBlanks()
    guard parser.rest.isEmpty else { throw parser.error("unexpected \(parser.rest)") }
    return value
  }

  private static let types: [(name: String, signature: String)] = [
    ("boolean", "b"), ("byte", "y"), ("int16", "n"), ("uint16", "q"), ("int32", "i"),
    ("uint32", "u"), ("int64", "x"), ("uint64", "t"), ("double", "d"), ("string", "s"),
  ]

  private mutating func value(type: String?) throws(DBusError) -> DBusValue {
    skipBlanks()
    guard let first = rest.utf8.first else { throw error("a value is missing") }
    switch first {
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      guard type == nil || type == "s" else { throw error("not a string") }
      return .string(try string(endingWith: first))
    case UInt8(ascii: "["): return try array(type)
    case UInt8(ascii: "@") where type == nil:
      rest = rest.dropFirst()
      let signature = String(word { !Self.isBlank($0) })
      guard signature.hasPrefix("a"), signature.utf8.count == 2, known(signature.dropFirst())
      else { throw error("type \(signature)") }
      return try value(type: signature)
    default: return try bareValue(type)
    }
  }

  /// A number, a truth value, or the name of a type before one.
  private mutating func bareValue(_ type: String?) throws(DBusError) -> DBusValue {
    let word = word { !Self.isBlank($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "]") }
    if type == nil, let named = Self.types.first(where: { $0.name == word }) {
      return try value(type: named.signature)
    }
    if word == "true" || word == "false" {
      guard type == nil || type == "b" else { throw error("not a truth value") }
      return .boolean(word == "true")
    }
    let isReal = word.utf8.contains(UInt8(ascii: "."))
    guard let number = number(word, type ?? (isReal ? "d" : "i")) else {
      throw error("\(word) is no value of its type")
    }
    return number
  }

  private func number(_ word: Substring, _ type: String) -> DBusValue? {
    switch type {
    case "y": integer(word).map(DBusValue.byte)
    case "n": integer(word).map(DBusValue.int16)
    case "q": integer(word).map(DBusValue.uint16)
    case "i": integer(word).map(DBusValue.int32)
    case "u": integer(word).map(DBusValue.uint32)
    case "x": integer(word).map(DBusValue.int64)
    case "t": integer(word).map(DBusValue.uint64)
    case "d": Double(word).flatMap { $0.isFinite ? .double($0) : nil }
    default: nil
    }
  }

  private func integer<Integer: FixedWidthInteger>(_ word: Substring) -> Integer? {
    if word.hasPrefix("0x") { return Integer(word.dropFirst(2), radix: 16) }
    return Integer(word)
  }

  private mutating func array(_ type: String?) throws(DBusError) -> DBusValue {
    guard type == nil || type?.hasPrefix("a") == true else { throw error("not an array") }
    var element = type.map { String($0.dropFirst()) }
    rest = rest.dropFirst()
    var values: [DBusValue] = []
    skipBlanks()
    if rest.utf8.first == UInt8(ascii: "]") {
      rest = rest.dropFirst()
      guard let element else { throw error("the type of an empty array is not known") }
      return .array(of: element, [])
    }
    while true {
      let value = try value(type: element)
      if case .array = value { throw error("an array of arrays") }
      guard element == nil || element == value.signature else { throw error("mixed types") }
      element = value.signature
      values.append(value)
      skipBlanks()
      guard let mark = rest.utf8.first else { throw error("an array without its end") }
      rest = rest.dropFirst()
      if mark == UInt8(ascii: "]") { return .array(of: value.signature, values) }
      guard mark == UInt8(ascii: ",") else { throw error("a comma is missing") }
    }
  }

  private mutating func string(endingWith quote: UInt8) throws(DBusError) -> String {
    rest = rest.dropFirst()
    var bytes: [UInt8] = []
    while let byte = rest.utf8.first {
      rest = Substring(rest.utf8.dropFirst())
      if byte == quote { return String(decoding: bytes, as: UTF8.self) }
      guard byte >= 32 else { throw error("a control character") }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = rest.utf8.first,
        [UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(escaped)
      else { throw error("an escape that is not known") }
      bytes.append(escaped)
      rest = Substring(rest.utf8.dropFirst())
    }
    throw error("a string without its end")
  }

  private func known(_ signature: Substring) -> Bool {
    Self.types.contains { $0.signature == signature }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

  private mutating func skipBlanks() { _ = word(Self.isBlank) }

  private mutating func word(_ belongs: (UInt8) -> Bool) -> Substring {
    let end = rest.utf8.firstIndex { !belongs($0) } ?? rest.endIndex
    defer { rest = rest[end...] }
    return rest[..<end]
  }

  private func error(_ reason: String) -> DBusError { .invalidText(text, reason: reason) }
}
