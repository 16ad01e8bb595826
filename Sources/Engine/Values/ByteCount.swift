/// Sizes as command lines have them.
public enum ByteCount {
  /// Reads `512`, `512b`, `64k`, `1.5g`, `2GiB`; units are powers of 1024. Nil for what is none.
  public static func parse(_ text: String) -> Int64? {
    var digits = text[...]
    var unit = ""
    while let last = digits.last, last.isLetter {
      unit = last.lowercased() + unit
      digits.removeLast()
    }
    while digits.last == " " { digits.removeLast() }
    let scale: Double
    switch unit {
    case "", "b": scale = 1
    case "k", "kb", "kib": scale = 1024
    case "m", "mb", "mib": scale = 1024 * 1024
    case "g", "gb", "gib": scale = 1024 * 1024 * 1024
    case "t", "tb", "tib": scale = 1024 * 1024 * 1024 * 1024
    case "p", "pb", "pib": scale = 1024 * 1024 * 1024 * 1024 * 1024
    default: return nil
    }
    if scale == 1, let number = Int64(digits) { return number }
    guard let number = Double(digits), number.isFinite, number >= -1,
      number * scale < 9.2e18
    else { return nil }
    return Int64(number * scale)
  }
}
