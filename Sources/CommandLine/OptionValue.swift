/// The values of options as Go's strconv and pflag read them.
extension Option.Kind {
  /// Why a value does not fit, in Go's words; nil when it does.
  func complaint(about value: String) -> String? {
    switch self {
    case .flag:
      parseBoolean(value) == nil ? syntax("strconv.ParseBool", value) : nil
    case .integer: integerComplaint(value, Int64.self, "strconv.ParseInt")
    case .unsigned: integerComplaint(value, UInt64.self, "strconv.ParseUint")
    case .float: Double(value) == nil ? syntax("strconv.ParseFloat", value) : nil
    case .duration:
      parseDuration(value) == nil ? "time: invalid duration \(goQuoted(value))" : nil
    case .list:
      splitRecord(value) == nil ? "parse error on line 1: bare \" in non-quoted-field" : nil
    case .string, .optionalString, .array: nil
    }
  }

  private func syntax(_ function: String, _ value: String) -> String {
    "\(function): parsing \(goQuoted(value)): invalid syntax"
  }

  private func integerComplaint<Number: FixedWidthInteger>(
    _ value: String, _ type: Number.Type, _ function: String
  ) -> String? {
    switch parseInteger(value, type) {
    case .some(.some): nil
    case .some(.none): "\(function): parsing \(goQuoted(value)): value out of range"
    case .none: syntax(function, value)
    }
  }
}

/// `1`, `t`, `TRUE` and so on, as strconv.ParseBool takes them.
public func parseBoolean(_ text: String) -> Bool? {
  switch text {
  case "1", "t", "T", "true", "TRUE", "True": true
  case "0", "f", "F", "false", "FALSE", "False": false
  default: nil
  }
}

/// An integer in decimal, or with `0x`, `0o`, `0b` or `0` before it; nil for what is none, and an inner
/// nil for one that is out of range.
func parseInteger<Number: FixedWidthInteger>(_ text: String, _ type: Number.Type) -> Number?? {
  var digits = text[...]
  var isNegative = false
  if Number.isSigned, let first = digits.first, first == "-" || first == "+" {
    isNegative = first == "-"
    digits = digits.dropFirst()
  }
  var radix = 10
  for (prefix, base) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)]
  where digits.hasPrefix(prefix) {
    radix = base
    digits = digits.dropFirst(2)
  }
  if radix == 10, digits.count > 1, digits.first == "0" { radix = 8 }
  guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+"),
    digits.utf8.allSatisfy({ isDigit($0, radix: radix) })
  else { return nil }
  return .some(Number((isNegative ? "-" : "") + digits, radix: radix))
}

private func isDigit(_ byte: UInt8, radix: Int) -> Bool {
  let value: Int
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): value = Int(byte) - 48
  case UInt8(ascii: "a")...UInt8(ascii: "f"): value = Int(byte) - 87
  case UInt8(ascii: "A")...UInt8(ascii: "F"): value = Int(byte) - 55
  default: return false
  }
  return value < radix
}

/// A length of time such as `1h30m`, `2.5s`, `-300ms`, in nanoseconds, as time.ParseDuration takes it.
public func parseDuration(_ text: String) -> Int64? {
  var rest = text[...]
  var isNegative = false
  if let sign = rest.first, sign == "-" || sign == "+" {
    isNegative = sign == "-"
    rest = rest.dropFirst()
  }
  if rest == "0" { return 0 }
  if rest.isEmpty { return nil }
  var total = 0.0
  while !rest.isEmpty {
    let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard let number = Double(digits.hasPrefix(".") ? "0" + digits : String(digits)) else {
      return nil
    }
    rest = rest.dropFirst(digits.count)
    let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
    let scale: Double
    switch unit {
    case "ns": scale = 1
    case "us", "µs", "μs": scale = 1e3
    case "ms": scale = 1e6
    case "s": scale = 1e9
    case "m": scale = 60e9
    case "h": scale = 3600e9
    default: return nil
    }
    rest = rest.dropFirst(unit.count)
    total += number * scale
  }
  guard total < 9.2e18 else { return nil }
  return Int64(isNegative ? -total : total)
}

/// The fields of one record of CSV; nil where quotation marks stand wrong.
func splitRecord(_ text: String) -> [String]? {
  if text.isEmpty { return [] }
  var fields: [String] = []
  var rest = text.unicodeScalars[...]
  while true {
    var field = String.UnicodeScalarView()
    if rest.first == "\"" {
      rest.removeFirst()
      while true {
        guard let scalar = rest.popFirst() else { return nil }
        if scalar != "\"" {
          field.append(scalar)
        } else if rest.first == "\"" {
          rest.removeFirst()
          field.append("\"")
        } else {
          break
        }
      }
      if let next = rest.first, next != "," { return nil }
    } else {
      while let scalar = rest.first, scalar != "," {
        if scalar == "\"" { return nil }
        field.append(scalar)
        rest.removeFirst()
      }
    }
    fields.append(String(field))
    guard rest.popFirst() != nil else { return fields }
  }
}
