/// Reads TOML 1.0 (toml.io/en/v1.0.0), dates and times left out.
///
/// There is a package for it, toml++ in Swift's clothes; a program with it weighs 14 MB and starts in
/// 6 ms, which is more than a whole command of ours may take.
public struct TOMLReader {
  private let text: [UInt8]
  private(set) var position = 0
  private(set) var line = 1

  /// How deep arrays and inline tables may stand in each other, and how many parts a key may have.
  static let deepest = 64

  private init(_ text: [UInt8]) { self.text = text }

  /// Reads a document.
  ///
  /// - Parameter text: UTF-8.
  public static func read(_ text: [UInt8]) throws(TOMLError) -> TOMLTable {
    guard String(validating: text, as: UTF8.self) != nil else {
      throw TOMLError(line: 1, "the file is not UTF-8")
    }
    var reader = TOMLReader(text)
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
    return try reader.document()
  }

  private mutating func document() throws(TOMLError) -> TOMLTable {
    let root = TableBuilder(.header)
    var current = root
    while true {
      try skipBlankLines()
      guard let byte = peek else { return root.finished }
      if byte == .openBracket {
        current = try header(in: root)
      } else {
        try assignment(in: current, depth: 0)
      }
      skipSpaces()
      try skipComment()
      guard peek == nil || takeNewline() else { throw failure("expected the end of the line") }
    }
  }

  private mutating func header(in root: TableBuilder) throws(TOMLError) -> TableBuilder {
    let start = line
    advance()
    let isArray = take(.openBracket)
    skipSpaces()
    let path = try key()
    skipSpaces()
    guard take(.closeBracket), !isArray || take(.closeBracket) else {
      throw failure("expected \(isArray ? "]]" : "]") after the name of the table")
    }
    guard let table = isArray ? root.append(path[...]) : root.open(path[...]) else {
      throw TOMLError(line: start, "\(path.joined(separator: ".")) is defined twice")
    }
    return table
  }

  /// `key = value`, into a table of the document or an inline table.
  mutating func assignment(in table: TableBuilder, depth: Int) throws(TOMLError) {
    let start = line
    let path = try key()
    skipSpaces()
    guard take(.equals) else { throw failure("expected = after \(path.joined(separator: "."))") }
    skipSpaces()
    let value = try value(depth: depth)
    guard table.set(path[...], value) else {
      throw TOMLError(line: start, "\(path.joined(separator: ".")) is defined twice")
    }
  }

  /// A bare, quoted or dotted key, as its parts.
  private mutating func key() throws(TOMLError) -> [String] {
    var parts: [String] = []
    repeat {
      skipSpaces()
      parts.append(try keyPart())
      skipSpaces()
      guard parts.count <= Self.deepest else { throw failure("the key has too many parts") }
    } while take(.dot)
    return parts
  }

  private mutating func keyPart() throws(TOMLError) -> String {
    switch peek {
    case .quote: return try basicString()
    case .apostrophe: return try literalString()
    default:
      let part = takeWhile { $0.isLetter || $0.isDigit || $0 == .underscore || $0 == .minus }
      guard !part.isEmpty else { throw failure("expected a key") }
      return String(decoding: part, as: UTF8.self)
    }
  }
}

// MARK: - The text, byte by byte

extension TOMLReader {
  var peek: UInt8? { position < text.count ? text[position] : nil }

  func failure(_ reason: String) -> TOMLError { TOMLError(line: line, reason) }

  mutating func advance() { position += 1 }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  mutating func take(_ bytes: [UInt8]) -> Bool {
    guard text[position...].starts(with: bytes) else { return false }
    position += bytes.count
    return true
  }

  mutating func takeNewline() -> Bool {
    guard take(.newline) || take([.carriageReturn, .newline]) else { return false }
    line += 1
    return true
  }

  mutating func takeWhile(_ belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = position
    while let byte = peek, belongs(byte) { position += 1 }
    return text[start..<position]
  }

  mutating func skipSpaces() { _ = takeWhile { $0 == .space || $0 == .tab } }

  mutating func skipComment() throws(TOMLError) {
    guard take(.hash) else { return }
    _ = takeWhile { !$0.isControl }
    guard peek == nil || peek == .newline || peek == .carriageReturn else {
      throw failure("a comment holds a control character")
    }
  }

  /// Skips white space, comments and line ends.
  mutating func skipBlankLines() throws(TOMLError) {
    repeat {
      skipSpaces()
      try skipComment()
    } while takeNewline()
  }
}

extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")
  static let hash = UInt8(ascii: "#")
  static let comma = UInt8(ascii: ",")
  static let dot = UInt8(ascii: ".")
  static let equals = UInt8(ascii: "=")
  static let minus = UInt8(ascii: "-")
  static let underscore = UInt8(ascii: "_")
  static let backslash = UInt8(ascii: "\\")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")

  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isLetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
  /// A control character, the tab not counted.
  var isControl: Bool { (self < 0x20 && self != .tab) || self == 0x7F }
}
