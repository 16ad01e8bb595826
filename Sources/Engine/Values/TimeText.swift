import LinuxSystem

/// Moments as texts. A moment is nanoseconds since 1970.
public enum TimeText {
  /// `2026-11-24T11:19:12.5Z`; the beginning of Go's time for 0.
  public static func rfc3339(_ moment: Int64) -> String {
    if moment == 0 { return "0001-01-01T00:00:00Z" }
    let (seconds, nanoseconds) = moment.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds).rfc3339
  }

  /// Now.
  public static func now() -> Int64 {
    let now = Timestamp.now()
    return now.seconds * 1_000_000_000 + now.nanoseconds
  }

  /// Reads RFC 3339, with or without fraction and zone, and dates alone; nil for what is none.
  public static func nanoseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    func number(_ start: Int, _ count: Int) -> Int64? {
      guard start + count <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[start..<(start + count)] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
      1...12 ~= month, 1...31 ~= day, bytes[4] == 45, bytes[7] == 45
    else { return nil }
    var seconds = days(year, month, day) * 86400
    var fraction: Int64 = 0
    var index = 10
    if index < bytes.count, bytes[index] == UInt8(ascii: "T") || bytes[index] == UInt8(ascii: " ") {
      guard let hour = number(11, 2), let minute = number(14, 2), hour < 24, minute < 60,
        bytes[13] == UInt8(ascii: ":")
      else { return nil }
      seconds += hour * 3600 + minute * 60
      index = 16
      if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
        guard let second = number(17, 2), second <= 60 else { return nil }
        seconds += second
        index = 19
      }
      if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
        index += 1
        var scale: Int64 = 100_000_000
        while index < bytes.count, (48...57).contains(bytes[index]) {
          fraction += Int64(bytes[index] - 48) * scale
          scale /= 10
          index += 1
        }
      }
      if index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
    }
    if index < bytes.count, bytes[index] != UInt8(ascii: "Z") {
      let sign: Int64
      switch bytes[index] {
      case UInt8(ascii: "+"): sign = 1
      case UInt8(ascii: "-"): sign = -1
      default: return nil
      }
      guard let hours = number(index + 1, 2) else { return nil }
      let rest = index + 3
      let minutes =
        rest < bytes.count && bytes[rest] == UInt8(ascii: ":")
        ? number(rest + 1, 2) : number(rest, 2)
      seconds -= sign * (hours * 3600 + (minutes ?? 0) * 60)
    }
    let (result, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? nil : result + fraction
  }

  /// Days from 1970 to a date of the Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years begin in March here, so that the day that some have more comes last.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// A moment that an option names: a date, seconds since 1970, or a length of time before now.
  public static func moment(_ text: String, now: Int64) -> Int64? {
    if let seconds = Double(text), seconds.isFinite, abs(seconds) < 9e9 {
      return Int64(seconds * 1_000_000_000)
    }
    if let moment = nanoseconds(text) { return moment }
    if let length = duration(text) { return now - length }
    return nil
  }

  /// Reads `1h30m`, `2.5s`, `-300ms`: Go's lengths of time, in nanoseconds.
  public static func duration(_ text: String) -> Int64? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { "0123456789.".contains($0) }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !"0123456789.".contains($0) }
      rest = rest.dropFirst(unit.count)
      let scales = [
        "ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
      ]
      guard let number = Double(digits), let scale = scales[String(unit)] else { return nil }
      total += number * scale
    }
    guard total < 9.2e18 else { return nil }
    return Int64(isNegative ? -total : total)
  }
}
