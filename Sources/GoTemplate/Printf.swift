/// `printf`: Go's fmt.Sprintf for the values that templates have.
public struct Printf {
  private var arguments: ArraySlice<GoValue>
  private var result = ""

  private struct Verb {
    var minus = false
    var plus = false
    var sharp = false
    var zero = false
    var space = false
    var width: Int?
    var precision: Int?
  }

  /// The text that a format makes of values; what does not fit shows as `%!d(string=x)`.
  public static func format(_ format: String, _ arguments: [GoValue]) -> String {
    var printf = Printf(arguments: arguments[...])
    printf.run(format)
    return printf.result
  }

  private init(arguments: ArraySlice<GoValue>) { self.arguments = arguments }

  private mutating func run(_ format: String) {
    var rest = format[...]
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      rest = rest[rest.index(after: percent)...]
      var verb = Verb()
      flags: while let flag = rest.first {
        switch flag {
        case "-": verb.minus = true
        case "+": verb.plus = true
        case "#": verb.sharp = true
        case "0": verb.zero = true
        case " ": verb.space = true
        default: break flags
        }
        rest.removeFirst()
      }
      verb.width = number(&rest)
      if let width = verb.width, width < 0 {
        verb.minus = true
        verb.width = -width
      }
      if rest.first == "." {
        rest.removeFirst()
        verb.precision = max(0, number(&rest) ?? 0)
      }
      guard let letter = rest.popFirst() else {
        result += "%!(NOVERB)"
        break
      }
      if letter == "%" {
        result += "%"
      } else if let value = arguments.popFirst() {
        result += padded(text(letter, verb, value), verb)
      } else {
        result += "%!\(letter)(MISSING)"
      }
    }
    result += rest
    if !arguments.isEmpty {
      result +=
        "%!(EXTRA "
        + arguments.map { "\($0.typeName)=\($0.formatted(plus: false))" }.joined(separator: ", ")
        + ")"
    }
  }

  /// A width or precision: digits, or `*` for the next argument; no wider than a line can be.
  private mutating func number(_ rest: inout Substring) -> Int? {
    if rest.first == "*" {
      rest.removeFirst()
      guard case .int(let value)? = arguments.popFirst() else { return nil }
      return Int(max(-10000, min(10000, value)))
    }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    return digits.isEmpty ? nil : min(10000, Int(digits) ?? 10000)
  }

  private func padded(_ text: String, _ verb: Verb) -> String {
    guard let width = verb.width else { return text }
    let count = width - text.unicodeScalars.count
    guard count > 0 else { return text }
    if verb.minus { return text + String(repeating: " ", count: count) }
    if verb.zero {
      let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
      return (isSigned ? text.prefix(1) : "") + String(repeating: "0", count: count)
        + text.dropFirst(isSigned ? 1 : 0)
    }
    return String(repeating: " ", count: count) + text
  }

  private func text(_ letter: Character, _ verb: Verb, _ value: GoValue) -> String {
    switch (letter, value) {
    case ("v", .float(let number)):
      return verb.precision == nil
        ? goFloat(number) : cFormat("%.\(verb.precision ?? 6)g", number)
    case ("v", .string(let text)): return verb.sharp ? goQuote(text) : cut(text, verb)
    case ("v", _): return value.formatted(plus: verb.plus)
    case ("T", _): return value.typeName
    case ("t", .bool): return value.formatted(plus: false)
    case ("s", .string(let text)): return cut(text, verb)
    case ("q", .string(let text)): return goQuote(cut(text, verb))
    case ("x", .string(let text)): return hexadecimal(text)
    case ("X", .string(let text)): return hexadecimal(text).uppercased()
    case ("s", .duration), ("s", .time): return value.formatted(plus: false)
    case (_, .list(let values)):
      return "[" + values.map { text(letter, verb, $0) }.joined(separator: " ") + "]"
    case (_, .nilList): return "[]"
    case (_, .map(let values)):
      return "map["
        + values.sorted { $0.key < $1.key }
        .map { "\(text(letter, verb, .string($0.key))):\(text(letter, verb, $0.value))" }
        .joined(separator: " ") + "]"
    case (_, .int(let number)), (_, .duration(let number)):
      return integer(letter, verb, number < 0, number.magnitude) ?? mismatch(letter, value)
    case (_, .uint(let number)):
      return integer(letter, verb, false, number) ?? mismatch(letter, value)
    case ("e", .float(let number)), ("E", .float(let number)), ("f", .float(let number)),
      ("F", .float(let number)), ("g", .float(let number)), ("G", .float(let number)):
      if verb.precision == nil, letter == "g" {
        return (verb.plus && number >= 0 ? "+" : "") + goFloat(number)
      }
      let precision = min(verb.precision ?? 6, 100)
      return cFormat("%\(verb.plus ? "+" : "").\(precision)\(letter)", number)
    default: return mismatch(letter, value)
    }
  }

  private func cut(_ text: String, _ verb: Verb) -> String {
    guard let precision = verb.precision else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
  }

  private func hexadecimal(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func integer(
    _ letter: Character, _ verb: Verb, _ isNegative: Bool, _ magnitude: UInt64
  ) -> String? {
    let sign = isNegative ? "-" : verb.plus ? "+" : verb.space ? " " : ""
    func digits(_ radix: Int, _ prefix: String) -> String {
      var text = String(magnitude, radix: radix)
      if let precision = verb.precision, text.count < precision {
        text = String(repeating: "0", count: precision - text.count) + text
      }
      return sign + (verb.sharp ? prefix : "") + text
    }
    switch letter {
    case "d": return digits(10, "")
    case "b": return digits(2, "0b")
    case "o": return digits(8, "0")
    case "O": return sign + "0o" + String(magnitude, radix: 8)
    case "x": return digits(16, "0x")
    case "X": return digits(16, "0x").uppercased()
    case "c", "q":
      let scalar = UInt32(exactly: magnitude).flatMap(Unicode.Scalar.init) ?? "\u{fffd}"
      return letter == "c" ? String(Character(scalar)) : "'\(scalar)'"
    case "U":
      let text = String(magnitude, radix: 16).uppercased()
      return "U+" + String(repeating: "0", count: max(0, 4 - text.count)) + text
    default: return nil
    }
  }

  private func mismatch(_ letter: Character, _ value: GoValue) -> String {
    switch value {
    case .missing, .null: "%!\(letter)(<nil>)"
    case .structure: value.formatted(plus: false)
    default: "%!\(letter)(\(value.typeName)=\(value.formatted(plus: false)))"
    }
  }
}
