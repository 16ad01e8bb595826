/// Sizes whose units are powers of 1000, as the sizes of volumes and of log files are given.
enum DecimalSize {
  /// Reads `512`, `1m`, `1.5G`, `2 GB`; nil for what is none.
  static func parse(_ text: String) -> UInt64? {
    let lower = text.lowercased().filter { $0 != " " }
    let number = lower.prefix { $0.isNumber || $0 == "." }
    guard let value = Double(number), value >= 0 else { return nil }
    var unit = lower.dropFirst(number.count)
    if unit.last == "b" { unit = unit.dropLast() }
    let factors: [Substring: Double] = ["": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15]
    guard let factor = factors[unit] else { return nil }
    return UInt64(exactly: (value * factor).rounded(.towardZero))
  }
}
