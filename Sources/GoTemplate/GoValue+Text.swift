import Glibc

extension GoValue {
  /// The value as `{{.}}` and `%v` print it.
  public var text: String {
    switch self {
    case .missing: "<no value>"
    default: formatted(plus: false)
    }
  }

  /// - Parameter plus: whether structures name their fields, as `%+v` does.
  func formatted(plus: Bool) -> String {
    switch self {
    case .missing, .null: return "<nil>"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .uint(let value): return String(value)
    case .float(let value): return goFloat(value)
    case .string(let value): return value
    case .nilList: return "[]"
    case .nilMap: return "map[]"
    case .list(let values):
      return "[" + values.map { $0.formatted(plus: plus) }.joined(separator: " ") + "]"
    case .map(let values):
      let sorted = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return "map["
        + sorted.map { "\($0.key):\($0.value.formatted(plus: plus))" }.joined(separator: " ") + "]"
    case .structure(let structure):
      let fields = structure.fields.filter { !$0.isMethod }.map { field in
        (plus ? field.name + ":" : "") + field.value.formatted(plus: plus)
      }
      return "{" + fields.joined(separator: " ") + "}"
    case .duration(let nanoseconds): return goDuration(nanoseconds)
    case .time(let seconds, let nanoseconds): return CalendarTime(seconds, nanoseconds).goText
    }
  }
}

/// A number as `%v` prints it: the shortest text that reads back alike, with an exponent below 1e-4 and
/// from 1e6 on.
func goFloat(_ value: Double) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
  if value == 0 { return value.sign == .minus ? "-0" : "0" }
  // Swift's text has the right digits; only their layout differs.
  var text = "\(value.magnitude)"
  var exponent = 0
  if let e = text.firstIndex(of: "e") {
    exponent = Int(text[text.index(after: e)...]) ?? 0
    text = String(text[..<e])
  }
  var point =
    text.firstIndex(of: ".").map { text.distance(from: text.startIndex, to: $0) }
    ?? text.count
  var digits = text.filter { $0 != "." }
  point += exponent
  while digits.hasPrefix("0"), digits.count > 1 {
    digits.removeFirst()
    point -= 1
  }
  while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
  let sign = value < 0 ? "-" : ""
  let power = point - 1
  if power < -4 || power >= 6 {
    let rest = digits.dropFirst()
    let magnitude = abs(power)
    return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + (power < 0 ? "e-" : "e+")
      + (magnitude < 10 ? "0" : "") + String(magnitude)
  }
  if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
  if point >= digits.count {
    return sign + digits + String(repeating: "0", count: point - digits.count)
  }
  return sign + digits.prefix(point) + "." + digits.dropFirst(point)
}

/// A length of time as Go prints it: `1h2m3.5s`, `1.5ms`, `0s`.
public func goDuration(_ nanoseconds: Int64) -> String {
  if nanoseconds == 0 { return "0s" }
  let sign = nanoseconds < 0 ? "-" : ""
  let magnitude = nanoseconds.magnitude
  func decimal(_ value: UInt64, _ unit: UInt64, _ name: String) -> String {
    let digits = String(unit).count - 1
    var fraction = String(value % unit)
    fraction = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(value / unit)" + (value % unit == 0 ? "" : "." + fraction) + name
  }
  if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
  if magnitude < 1_000_000 { return sign + decimal(magnitude, 1000, "µs") }
  if magnitude < 1_000_000_000 { return sign + decimal(magnitude, 1_000_000, "ms") }
  let seconds = magnitude / 1_000_000_000
  let rest = decimal(magnitude % 60_000_000_000, 1_000_000_000, "s")
  if seconds < 60 { return sign + rest }
  if seconds < 3600 { return "\(sign)\(seconds / 60)m\(rest)" }
  return "\(sign)\(seconds / 3600)h\(seconds / 60 % 60)m\(rest)"
}

/// A number as the C library prints it: `%.2f`, `%e`, `%g`.
func cFormat(_ format: String, _ value: Double) -> String {
  var buffer = [CChar](repeating: 0, count: 512)
  let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
  let length = min(max(0, Int(count)), buffer.count - 1)
  return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A text in quotation marks as `%q` prints it.
func goQuote(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\u{07}": result += "\\a"
    case "\u{08}": result += "\\b"
    case "\u{0c}": result += "\\f"
    case "\u{0b}": result += "\\v"
    case "\u{00}"..<"\u{20}", "\u{7f}":
      result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
