/// A boolean as Go's strconv.ParseBool takes it.
func parseBoolean(_ text: String) -> Bool? {
  switch text {
  case "1", "t", "T", "true", "TRUE", "True": true
  case "0", "f", "F", "false", "FALSE", "False": false
  default: nil
  }
}

/// A decimal, `0x`, `0o` or `0b` integer, with an optional sign.
func parseInteger(_ text: String) -> Int? {
  var digits = Substring(text)
  let sign = digits.first == "-" ? "-" : ""
  if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
  var radix = 10
  switch digits.prefix(2) {
  case "0x", "0X": radix = 16
  case "0o", "0O": radix = 8
  case "0b", "0B": radix = 2
  default: break
  }
  if radix != 10 { digits = digits.dropFirst(2) }
  // The initializer would take a second sign.
  if digits.first == "-" || digits.first == "+" { return nil }
  return Int(sign + digits, radix: radix)
}

/// A length of time as Go writes it, such as `5s`, `1m30s` and `1.5h`, in nanoseconds; nil also for
/// one that is longer than 292 years.
func parseDuration(_ text: String) -> Int? {
  if text == "0" { return 0 }
  var rest = Substring(text)
  let isNegative = rest.hasPrefix("-")
  if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
  if rest.isEmpty { return nil }
  var total = 0.0
  while !rest.isEmpty {
    let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    rest = rest.dropFirst(number.count)
    let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
    rest = rest.dropFirst(unit.count)
    let digits = number.filter { $0 != "." }
    guard !digits.isEmpty, let count = Double("0" + number + (number.hasSuffix(".") ? "0" : "")),
      let nanoseconds = nanoseconds(of: unit)
    else { return nil }
    total += count * nanoseconds
  }
  return Int(exactly: (isNegative ? -total : total).rounded())
}

private func nanoseconds(of unit: Substring) -> Double? {
  switch unit {
  case "ns": 1
  case "us", "µs", "μs": 1e3
  case "ms": 1e6
  case "s": 1e9
  case "m": 60e9
  case "h": 3600e9
  default: nil
  }
}

/// A number of bytes with a binary unit, such as `512k`, `1.5g` and `64MiB`; -1 stands for no limit.
func parseBytes(_ text: String) -> Int64? {
  if text == "-1" { return -1 }
  let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  var unit = text.dropFirst(number.count).lowercased()
  if unit.hasPrefix(" ") { unit.removeFirst() }
  guard !number.isEmpty, let count = Double(number) else { return nil }
  if unit.hasSuffix("ib") { unit.removeLast(2) } else if unit.hasSuffix("b") { unit.removeLast() }
  let units = ["", "k", "m", "g", "t", "p"]
  guard let power = units.firstIndex(of: unit) else { return nil }
  if power == 0, let exact = Int64(number) { return exact }
  return Int64(exactly: (count * Double(Int64(1) << (10 * Int64(power)))).rounded(.down))
}
