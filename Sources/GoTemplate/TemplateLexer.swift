/// A word of an action.
enum Token: Equatable {
  /// A word of letters: a function, a keyword, `true`, `nil`.
  case word(String)
  /// `.Name`.
  case field(String)
  case dot
  /// `$` or `$name`.
  case variable(String)
  case string(String)
  case number(String)
  case character(UInt32)
  case pipe, open, close, comma, declare, assign
  case space
}

/// A template cut into text and actions.
enum TemplatePiece {
  case text(String)
  case action([Token], line: Int)
}

/// Cuts a template: `{{` to `}}` with `{{- ` and ` -}}` trimming the text beside them, and comments.
struct TemplateLexer {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  /// Whether an action before trims the space at the beginning of the next text.
  private var trimsNext = false

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func pieces() throws(TemplateError) -> [TemplatePiece] {
    var pieces: [TemplatePiece] = []
    while position < bytes.count {
      let start = position
      while position < bytes.count, !isAt("{{") { position += 1 }
      var text = bytes[start..<position]
      let lines = text.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      if trimsNext { text = text.drop(while: isSpace) }
      trimsNext = false
      let isAction = position < bytes.count
      let trimsBefore = isAction && isAt("{{-") && isSpaceByte(at: position + 3)
      if trimsBefore {
        while let last = text.last, isSpace(last) { text.removeLast() }
      }
      if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
      line += lines
      guard isAction else { break }
      position += trimsBefore ? 3 : 2
      let actionLine = line
      if let tokens = try action() { pieces.append(.action(tokens, line: actionLine)) }
    }
    return pieces
  }

  /// The tokens up to `}}`; nil for a comment.
  private mutating func action() throws(TemplateError) -> [Token]? {
    let start = position
    while position < bytes.count, isSpace(bytes[position]) { position += 1 }
    if isAt("/*") {
      while position < bytes.count, !isAt("*/") { advance() }
      guard position < bytes.count else { throw .syntax(line: line, "unclosed comment") }
      position += 2
      guard try takesEnd() else {
        throw .syntax(line: line, "comment ends before closing delimiter")
      }
      return nil
    }
    position = start
    var tokens: [Token] = []
    while true {
      if try takesEnd() { return tokens }
      guard position < bytes.count else { throw .syntax(line: line, "unclosed action") }
      tokens.append(try token())
    }
  }

  /// Takes `}}` or ` -}}`, if it stands here.
  private mutating func takesEnd() throws(TemplateError) -> Bool {
    if isAt("}}") {
      position += 2
      return true
    }
    var end = position
    while end < bytes.count, isSpace(bytes[end]) { end += 1 }
    guard end > position, matches("-}}", at: end) else { return false }
    position = end + 3
    trimsNext = true
    return true
  }

  private mutating func token() throws(TemplateError) -> Token {
    let byte = bytes[position]
    switch byte {
    case _ where isSpace(byte):
      while position < bytes.count, isSpace(bytes[position]), !isAtTrimmedEnd { advance() }
      return .space
    case UInt8(ascii: "|"): return single(.pipe)
    case UInt8(ascii: "("): return single(.open)
    case UInt8(ascii: ")"): return single(.close)
    case UInt8(ascii: ","): return single(.comma)
    case UInt8(ascii: "="): return single(.assign)
    case UInt8(ascii: ":"):
      guard isAt(":=") else { throw .syntax(line: line, "expected :=") }
      position += 2
      return .declare
    case UInt8(ascii: "\""): return .string(try quotedString())
    case UInt8(ascii: "`"): return .string(try rawString())
    case UInt8(ascii: "'"): return .character(try character())
    case UInt8(ascii: "$"):
      position += 1
      return .variable("$" + word())
    case UInt8(ascii: "."):
      position += 1
      if position < bytes.count, isDigit(bytes[position]) {
        position -= 1
        return .number(number())
      }
      let name = word()
      return name.isEmpty ? .dot : .field(name)
    case UInt8(ascii: "+"), UInt8(ascii: "-"): return .number(number())
    case _ where isDigit(byte): return .number(number())
    case _ where isWordByte(byte): return .word(word())
    default:
      let found = String(decoding: [byte], as: UTF8.self)
      throw .syntax(line: line, "unexpected \(goQuote(found)) in action")
    }
  }

  private mutating func single(_ token: Token) -> Token {
    position += 1
    return token
  }

  private mutating func word() -> String { take(isWordByte) }

  private mutating func number() -> String {
    var text = ""
    if isAt("+") || isAt("-") {
      text = isAt("-") ? "-" : ""
      position += 1
    }
    var previous: UInt8 = 0
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      let afterExponent = previous == UInt8(ascii: "e") || previous == UInt8(ascii: "E")
      guard isWordByte(byte) || byte == UInt8(ascii: ".") || isSign && afterExponent else { break }
      previous = byte
      position += 1
    }
    return text + String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func take(_ belongs: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, belongs(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func rawString() throws(TemplateError) -> String {
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "`") { advance() }
    guard position < bytes.count else {
      throw .syntax(line: line, "unterminated raw quoted string")
    }
    position += 1
    return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
  }

  private mutating func quotedString() throws(TemplateError) -> String {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\n") {
        throw .syntax(line: line, "unterminated quoted string")
      }
      if bytes[position] == UInt8(ascii: "\\") {
        text += try escape()
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    guard position < bytes.count else { throw .syntax(line: line, "unterminated quoted string") }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func character() throws(TemplateError) -> UInt32 {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "'") {
      if bytes[position] == UInt8(ascii: "\\") {
        text += try escape()
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    guard position < bytes.count, let scalar = scalars.first, scalars.count == 1 else {
      throw .syntax(line: line, "malformed character constant")
    }
    position += 1
    return scalar.value
  }

  /// What a sequence that begins with a backslash stands for.
  private mutating func escape() throws(TemplateError) -> [UInt8] {
    position += 1
    guard position < bytes.count else { throw .syntax(line: line, "unterminated quoted string") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "a"): return [7]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "v"): return [11]
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return [byte]
    case UInt8(ascii: "x"): return [UInt8(truncatingIfNeeded: try hexadecimal(2))]
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let value = try hexadecimal(byte == UInt8(ascii: "u") ? 4 : 8)
      guard let scalar = Unicode.Scalar(value) else {
        throw .syntax(line: line, "escape sequence is no Unicode code point")
      }
      return Array(String(scalar).utf8)
    default: throw .syntax(line: line, "unknown escape sequence")
    }
  }

  private mutating func hexadecimal(_ count: Int) throws(TemplateError) -> UInt32 {
    let digits = bytes[position...].prefix(count)
    guard digits.count == count,
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .syntax(line: line, "malformed escape sequence") }
    position += count
    return value
  }

  // MARK: Bytes

  private mutating func advance() {
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  private var isAtTrimmedEnd: Bool { isSpaceByte(at: position) && matches("-}}", at: position + 1) }

  private func isAt(_ text: StaticString) -> Bool { matches(text, at: position) }

  private func matches(_ text: StaticString, at start: Int) -> Bool {
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    for i in 0..<text.utf8CodeUnitCount where bytes[start + i] != text.utf8Start[i] { return false }
    return true
  }

  private func isSpaceByte(at index: Int) -> Bool { index < bytes.count && isSpace(bytes[index]) }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
  private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  private func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 128 || byte == UInt8(ascii: "_") || isDigit(byte) || (65...90).contains(byte)
      || (97...122).contains(byte)
  }
}
