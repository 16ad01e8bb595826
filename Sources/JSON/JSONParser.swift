/// Makes the list of nodes of a text, by the grammar of RFC 8259 and nothing beyond it.
///
/// Stricter than the RFC in what it leaves open: names in an object are unique, because two readers
/// of a document with double names need not see the same document; and depth is limited, because
/// the parser and most decoders recurse.
struct JSONParser {
  /// How deep arrays and objects can be nested.
  static let maximumDepth = 128
  /// Objects up to this size are searched for double names by comparing all pairs.
  private static let smallObject = 32

  private let text: [UInt8]
  private var at = 0
  private var nodes: [JSONDocument.Node] = []

  init(_ text: [UInt8]) {
    self.text = text
    nodes.reserveCapacity(text.count / 16)
  }

  mutating func parse() throws(JSONError) -> [JSONDocument.Node] {
    guard text.count < Int(UInt32.max) else { throw error("the text is larger than 4 GiB") }
    skipSpace()
    try value(depth: 0)
    skipSpace()
    if at < text.count { throw error("something follows the end of the document") }
    return nodes
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(JSONError) {
    switch peek {
    case UInt8(ascii: "{"): try object(depth: depth)
    case UInt8(ascii: "["): try array(depth: depth)
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try literal("true", .true)
    case UInt8(ascii: "f"): try literal("false", .false)
    case UInt8(ascii: "n"): try literal("null", .null)
    case nil: throw error("the text ends where a value should begin")
    default:
      guard isDigit || peek == UInt8(ascii: "-") else {
        throw error("a value cannot begin with \(found)")
      }
      try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) {
    let index = try open(.object, depth: depth)
    if peek == UInt8(ascii: "}") { return close(index, count: 0) }
    var count: UInt32 = 0
    while true {
      guard peek == UInt8(ascii: "\"") else {
        throw error("expected a name in quotation marks, found \(found)")
      }
      try string()
      skipSpace()
      guard peek == UInt8(ascii: ":") else { throw error("expected ':', found \(found)") }
      at += 1
      skipSpace()
      try value(depth: depth + 1)
      count += 1
      if try !another(before: UInt8(ascii: "}")) { break }
    }
    try refuseDoubleNames(index, count: Int(count))
    close(index, count: count)
  }

  private mutating func array(depth: Int) throws(JSONError) {
    let index = try open(.array, depth: depth)
    if peek == UInt8(ascii: "]") { return close(index, count: 0) }
    var count: UInt32 = 0
    while true {
      try value(depth: depth + 1)
      count += 1
      if try !another(before: UInt8(ascii: "]")) { break }
    }
    close(index, count: count)
  }

  private mutating func open(_ kind: JSONDocument.Kind, depth: Int) throws(JSONError) -> Int {
    guard depth < Self.maximumDepth else {
      throw error("arrays and objects are nested deeper than \(Self.maximumDepth)")
    }
    add(kind, start: at, count: 0)
    at += 1
    skipSpace()
    return nodes.count - 1
  }

  /// Steps over the closing bracket at hand and completes the container's node.
  private mutating func close(_ index: Int, count: UInt32) {
    at += 1
    nodes[index].count = count
    nodes[index].end = UInt32(nodes.count)
  }

  /// Whether a comma follows, and with it another element; stays on the bracket otherwise.
  private mutating func another(before bracket: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    if peek == bracket { return false }
    guard peek == UInt8(ascii: ",") else {
      throw error("expected ',' or '\(Character(Unicode.Scalar(bracket)))', found \(found)")
    }
    at += 1
    skipSpace()
    return true
  }

  private mutating func literal(
    _ word: StaticString, _ kind: JSONDocument.Kind
  ) throws(JSONError) {
    let start = at
    for i in 0..<word.utf8CodeUnitCount {
      guard peek == word.utf8Start[i] else { throw error("expected '\(word)'", at: start) }
      at += 1
    }
    add(kind, start: start, count: word.utf8CodeUnitCount)
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) {
    let start = at
    if peek == UInt8(ascii: "-") { at += 1 }
    if peek == UInt8(ascii: "0") {
      at += 1
      if isDigit { throw error("a number cannot begin with 0", at: start) }
    } else {
      try digits()
    }
    if peek == UInt8(ascii: ".") {
      at += 1
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      at += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
    add(.number, start: start, count: at - start)
  }

  private mutating func digits() throws(JSONError) {
    guard isDigit else { throw error("expected a digit, found \(found)") }
    while isDigit { at += 1 }
  }

  private var isDigit: Bool {
    at < text.count && text[at] >= UInt8(ascii: "0") && text[at] <= UInt8(ascii: "9")
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) {
    let start = at + 1
    var kind = JSONDocument.Kind.plainString
    at += 1
    while true {
      guard at < text.count else { throw error("a string has no end", at: start - 1) }
      let byte = text[at]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        kind = .string
        try escape()
      } else if byte < 0x20 {
        throw error("a string cannot hold \(found) as it is, only escaped")
      } else if byte < 0x80 {
        at += 1
      } else {
        kind = .string
        try multibyte(byte)
      }
    }
    add(kind, start: start, count: at - start)
    at += 1
  }

  private mutating func escape() throws(JSONError) {
    at += 1
    switch peek {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 1
    case UInt8(ascii: "u"):
      let start = at - 1
      let first = try codeUnit()
      if UTF16.isTrailSurrogate(first) { throw error("half of a surrogate pair", at: start) }
      guard UTF16.isLeadSurrogate(first) else { return }
      guard peek == UInt8(ascii: "\\"), at + 1 < text.count, text[at + 1] == UInt8(ascii: "u")
      else { throw error("half of a surrogate pair", at: start) }
      at += 1
      let second = try codeUnit()
      if !UTF16.isTrailSurrogate(second) { throw error("half of a surrogate pair", at: start) }
    default:
      throw error("a backslash cannot be followed by \(found)")
    }
  }

  /// The four hexadecimal digits behind `u`, at which the parser stands.
  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      at += 1
      guard at < text.count, let digit = hexadecimal(text[at]) else {
        throw error("expected four hexadecimal digits, found \(found)")
      }
      unit = unit << 4 | UInt16(digit)
    }
    at += 1
    return unit
  }

  /// One character of two to four bytes, by the table of RFC 3629, section 4.
  private mutating func multibyte(_ lead: UInt8) throws(JSONError) {
    let second: ClosedRange<UInt8>
    let length: Int
    switch lead {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw error("a string is not UTF-8")
    }
    guard text.count - at >= length, second.contains(text[at + 1]),
      text[(at + 2)..<(at + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw error("a string is not UTF-8") }
    at += length
  }

  // MARK: Double names

  private func refuseDoubleNames(_ object: Int, count: Int) throws(JSONError) {
    if count < 2 { return }
    var small: [JSONDocument.Node] = []
    var large: Set<String> = []
    var index = object + 1
    for _ in 0..<count {
      let name = nodes[index]
      let isDouble: Bool
      if count <= Self.smallObject {
        isDouble = small.contains { isSame($0, name) }
        small.append(name)
      } else {
        isDouble = !large.insert(JSONDocument.string(name, in: text)).inserted
      }
      if isDouble {
        let string = JSONDocument.string(name, in: text)
        throw error("the name \(quoted(string)) stands twice", at: Int(name.start) - 1)
      }
      index = Int(nodes[index + 1].end)
    }
  }

  /// Whether two names are one, as strings and so as keys of a dictionary are.
  private func isSame(_ a: JSONDocument.Node, _ b: JSONDocument.Node) -> Bool {
    if a.kind == .plainString && b.kind == .plainString {
      let (i, j, n) = (Int(a.start), Int(b.start), Int(a.count))
      return a.count == b.count && text[i..<(i + n)] == text[j..<(j + n)]
    }
    return JSONDocument.string(a, in: text) == JSONDocument.string(b, in: text)
  }

  // MARK: The text

  private var peek: UInt8? { at < text.count ? text[at] : nil }

  private mutating func skipSpace() {
    while at < text.count {
      switch text[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  private mutating func add(_ kind: JSONDocument.Kind, start: Int, count: Int) {
    nodes.append(
      .init(
        kind: kind, start: UInt32(start), count: UInt32(count), end: UInt32(nodes.count + 1)))
  }

  /// What the parser stands at, for error messages.
  private var found: String {
    guard let byte = peek else { return "the end of the text" }
    if (0x21...0x7E).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
    if byte == 0xEF, at == 0 { return "a byte order mark" }
    return "the byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private func error(_ reason: String, at position: Int? = nil) -> JSONError {
    let before = text[..<min(position ?? at, text.count)]
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return .syntax(line: line, column: before.endIndex - lineStart + 1, reason: reason)
  }
}

/// The value of a hexadecimal digit.
func hexadecimal(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
