import Glibc

extension Timestamp {
  /// The moment that a text of RFC 3339 names: `2026-11-24T08:03:59.5Z`, `…T09:03:59+01:00`.
  ///
  /// As Go's programs accept it, the zone may be missing, which means UTC, and so may the time of
  /// the day. Digits of the second beyond the ninth do not count.
  public init?(rfc3339 text: String) {
    var rest = Digits(text.utf8)
    guard let year = rest.number(4), rest.skip("-"), let month = rest.number(2), rest.skip("-"),
      let day = rest.number(2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var time = tm()
    time.tm_year = CInt(year - 1900)
    time.tm_mon = CInt(month - 1)
    time.tm_mday = CInt(day)
    nanoseconds = 0
    if rest.skip("T") || rest.skip("t") || rest.skip(" ") {
      guard let hour = rest.number(2), rest.skip(":"), let minute = rest.number(2), rest.skip(":"),
        let second = rest.number(2), hour < 24, minute < 60, second < 61
      else { return nil }
      time.tm_hour = CInt(hour)
      time.tm_min = CInt(minute)
      time.tm_sec = CInt(second)
      if rest.skip(".") {
        guard let fraction = rest.fraction() else { return nil }
        nanoseconds = fraction
      }
    }
    guard let offset = rest.zone(), rest.isAtEnd else { return nil }
    // February 30th becomes March 2nd: such a day is no day.
    let whole = Int64(timegm(&time))
    guard time.tm_mday == CInt(day) else { return nil }
    seconds = whole - offset
  }

  /// In the machine's time zone as Go prints a time: `2026-11-24 09:03:59.5 +0100 CET`.
  public var localText: String {
    var time = time_t(seconds)
    var parts = tm()
    guard localtime_r(&time, &parts) != nil, let zone = parts.tm_zone else { return rfc3339 }
    let minutes = abs(parts.tm_gmtoff) / 60
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let offset = "\(parts.tm_gmtoff < 0 ? "-" : "+")\(padded(minutes / 60))\(padded(minutes % 60))"
    let local = Timestamp(seconds: seconds + Int64(parts.tm_gmtoff), nanoseconds: nanoseconds)
    let text = local.rfc3339.dropLast().split(separator: "T").joined(separator: " ")
    return "\(text) \(offset) \(String(cString: zone))"
  }
}

/// What is left of a text that is read digit by digit.
private struct Digits {
  private var rest: Substring.UTF8View

  init(_ text: String.UTF8View) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  /// A number of exactly so many digits.
  mutating func number(_ count: Int) -> Int64? {
    var number: Int64 = 0
    for _ in 0..<count {
      guard let digit = digit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// The nanoseconds of a fraction.
  mutating func fraction() -> Int64? {
    guard var value = digit() else { return nil }
    var count = 1
    while let digit = digit() {
      if count < 9 {
        value = value * 10 + digit
        count += 1
      }
    }
    while count < 9 {
      value *= 10
      count += 1
    }
    return value
  }

  /// The distance from UTC in seconds.
  mutating func zone() -> Int64? {
    if isAtEnd || skip("Z") || skip("z") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard isWest || rest.first == UInt8(ascii: "+") else { return nil }
    rest.removeFirst()
    guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
    else { return nil }
    let offset = hours * 3600 + minutes * 60
    return isWest ? -offset : offset
  }

  private mutating func digit() -> Int64? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    rest.removeFirst()
    return Int64(byte - UInt8(ascii: "0"))
  }
}
