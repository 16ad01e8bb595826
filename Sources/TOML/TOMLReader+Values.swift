extension TOMLReader {
  /// Any value, where one begins.
  mutating func value(depth: Int) throws(TOMLError) -> TOMLValue {
    guard depth < Self.deepest else { throw failure("values stand too deep in each other") }
    switch peek {
    case .quote:
      return .string(take([.quote, .quote, .quote]) ? try longBasicString() : try basicString())
    case .apostrophe:
      let isLong = take([.apostrophe, .apostrophe, .apostrophe])
      return .string(isLong ? try longLiteralString() : try literalString())
    case .openBracket: return try array(depth: depth)
    case .openBrace: return try inlineTable(depth: depth)
    default: return try scalar()
    }
  }

  private mutating func array(depth: Int) throws(TOMLError) -> TOMLValue {
    advance()
    var values: [TOMLValue] = []
    while true {
      try skipBlankLines()
      if take(.closeBracket) { return .array(values) }
      values.append(try value(depth: depth + 1))
      try skipBlankLines()
      if take(.comma) { continue }
      guard take(.closeBracket) else { throw failure("expected , or ] in the array") }
      return .array(values)
    }
  }

  private mutating func inlineTable(depth: Int) throws(TOMLError) -> TOMLValue {
    advance()
    let table = TableBuilder(.header)
    skipSpaces()
    if take(.closeBrace) { return .table([:]) }
    repeat {
      skipSpaces()
      try assignment(in: table, depth: depth + 1)
      skipSpaces()
    } while take(.comma)
    guard take(.closeBrace) else { throw failure("expected , or } in the inline table") }
    return .table(table.finished)
  }

  private mutating func scalar() throws(TOMLError) -> TOMLValue {
    let bytes = takeWhile {
      $0.isLetter || $0.isDigit
        || [.underscore, .minus, .dot, UInt8(ascii: "+"), UInt8(ascii: ":")]
          .contains($0)
    }
    let word = String(decoding: bytes, as: UTF8.self)
    switch word {
    case "": throw failure("expected a value")
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "inf", "+inf": return .float(.infinity)
    case "-inf": return .float(-.infinity)
    case "nan", "+nan", "-nan": return .float(.nan)
    default: break
    }
    if let integer = try integer(word) { return .integer(integer) }
    if let float = float(word) { return .float(float) }
    if bytes.first?.isDigit == true, word.contains(":") || word.dropFirst(4).hasPrefix("-") {
      throw failure("\(word) is a date or a time, which is not read here; write it in quotes")
    }
    throw failure("\(word) is not a value; a string stands in quotes")
  }

  /// The integer that a word is; `nil` where it is none.
  private func integer(_ word: String) throws(TOMLError) -> Int64? {
    var digits = word[...]
    var sign = ""
    var radix = 10
    if let first = digits.first, first == "+" || first == "-" {
      sign = String(digits.removeFirst())
    } else if let (prefix, base) = [("0x", 16), ("0o", 8), ("0b", 2)]
      .first(where: { word.hasPrefix($0.0) })
    {
      digits = digits.dropFirst(prefix.count)
      radix = base
    }
    guard let plain = withoutUnderscores(digits),
      plain.utf8.allSatisfy({
        Character(UnicodeScalar($0)).hexDigitValue.map { $0 < radix } ?? false
      }),
      radix != 10 || plain == "0" || !plain.hasPrefix("0")
    else { return nil }
    guard let integer = Int64(sign + plain, radix: radix) else {
      throw failure("\(word) is out of range")
    }
    return integer
  }

  private func float(_ word: String) -> Double? {
    let mantissa = word.prefix { $0 != "e" && $0 != "E" }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.count <= 2,
      parts.allSatisfy({ $0.last?.isNumber == true }),
      parts.dropFirst().allSatisfy({ $0.first?.isNumber == true })
    else { return nil }
    let digits = whole.drop { $0 == "+" || $0 == "-" }
    guard digits == "0" || !digits.hasPrefix("0"), let plain = withoutUnderscores(word[...]),
      plain.allSatisfy({ $0.isNumber || "+-.eE".contains($0) })
    else { return nil }
    return Double(plain)
  }

  /// A number's digits without the underscores between them; `nil` where one stands elsewhere.
  private func withoutUnderscores(_ digits: Substring) -> String? {
    let parts = digits.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty }),
      parts.dropFirst().allSatisfy({ $0.first?.isHexDigit == true }),
      parts.dropLast().allSatisfy({ $0.last?.isHexDigit == true })
    else { return nil }
    return parts.joined()
  }
}

// MARK: - Strings

extension TOMLReader {
  /// `"…"` with escapes, from its quote on.
  mutating func basicString() throws(TOMLError) -> String {
    advance()
    var bytes: [UInt8] = []
    while true {
      bytes += takeWhile { !$0.isControl && $0 != .quote && $0 != .backslash }
      if take(.quote) { return String(decoding: bytes, as: UTF8.self) }
      guard take(.backslash) else { throw unfinished() }
      try escape(into: &bytes)
    }
  }

  /// `'…'`, from its apostrophe on.
  mutating func literalString() throws(TOMLError) -> String {
    advance()
    let bytes = takeWhile { !$0.isControl && $0 != .apostrophe }
    guard take(.apostrophe) else { throw unfinished() }
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate mutating func longBasicString() throws(TOMLError) -> String {
    _ = takeNewline()
    var bytes: [UInt8] = []
    while true {
      bytes += takeWhile { !$0.isControl && $0 != .quote && $0 != .backslash }
      if takeNewline() {
        bytes.append(.newline)
      } else if peek == .quote {
        if closesLongString(.quote, &bytes) { return String(decoding: bytes, as: UTF8.self) }
      } else if take(.backslash) {
        try escapeOrJoin(into: &bytes)
      } else {
        throw unfinished()
      }
    }
  }

  fileprivate mutating func longLiteralString() throws(TOMLError) -> String {
    _ = takeNewline()
    var bytes: [UInt8] = []
    while true {
      bytes += takeWhile { !$0.isControl && $0 != .apostrophe }
      if takeNewline() {
        bytes.append(.newline)
      } else if peek == .apostrophe {
        if closesLongString(.apostrophe, &bytes) { return String(decoding: bytes, as: UTF8.self) }
      } else {
        throw unfinished()
      }
    }
  }

  /// Takes a run of quotes: three close the string, and up to two more before them belong to it.
  private mutating func closesLongString(_ quote: UInt8, _ bytes: inout [UInt8]) -> Bool {
    var count = 0
    while count < 5, take(quote) { count += 1 }
    bytes += Array(repeating: quote, count: count >= 3 ? count - 3 : count)
    return count >= 3
  }

  /// A backslash at the end of a line joins it with the next that is not blank.
  private mutating func escapeOrJoin(into bytes: inout [UInt8]) throws(TOMLError) {
    let start = position
    skipSpaces()
    guard takeNewline() else {
      guard position == start else { throw failure("a backslash stands before a space") }
      return try escape(into: &bytes)
    }
    repeat { skipSpaces() } while takeNewline()
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(TOMLError) {
    guard let letter = peek else { throw unfinished() }
    advance()
    switch Character(UnicodeScalar(letter)) {
    case "b": bytes.append(0x08)
    case "t": bytes.append(.tab)
    case "n": bytes.append(.newline)
    case "f": bytes.append(0x0C)
    case "r": bytes.append(.carriageReturn)
    case "\"": bytes.append(.quote)
    case "\\": bytes.append(.backslash)
    case "u": try unicode(digits: 4, into: &bytes)
    case "U": try unicode(digits: 8, into: &bytes)
    default: throw failure("\\\(Character(UnicodeScalar(letter))) is not an escape of TOML")
    }
  }

  private mutating func unicode(digits: Int, into bytes: inout [UInt8]) throws(TOMLError) {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let byte = peek, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw failure("expected \(digits) hexadecimal digits")
      }
      advance()
      code = code << 4 | UInt32(digit)
    }
    guard let scalar = UnicodeScalar(code) else { throw failure("the escape names no character") }
    bytes += Array(String(Character(scalar)).utf8)
  }

  private func unfinished() -> TOMLError { failure("the string has no end on its line") }
}
