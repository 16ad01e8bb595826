public import LinuxSystem

/// Points of time as options name them (`--since`, `--until`, `--filter until=…`).
public enum InputTime {
  /// What is understood, for messages.
  public static let explanation =
    "it is a time of RFC 3339, seconds since 1970, or a duration as 10m or 1h30m"

  /// The moment that a text names: RFC 3339 with or without zone and time of the day, seconds since
  /// 1970, or a duration in Go's words.
  ///
  /// - Parameter isUntil: a duration counts from now into the future, not into the past.
  public static func moment(
    _ text: String, isUntil: Bool, now: Timestamp = .now()
  ) -> Timestamp? {
    if let moment = Timestamp(rfc3339: text) { return moment }
    if let seconds = Double(text), seconds.isFinite, abs(seconds) < 1e15 {
      let whole = seconds.rounded(.down)
      return Timestamp(
        seconds: Int64(whole), nanoseconds: Int64((seconds - whole) * 1_000_000_000))
    }
    guard let length = duration(text), abs(length) < 1e18 else { return nil }
    let distance = Int64(isUntil ? length : -length)
    var (seconds, nanoseconds) = distance.quotientAndRemainder(dividingBy: 1_000_000_000)
    seconds += now.seconds
    nanoseconds += now.nanoseconds
    if nanoseconds < 0 {
      seconds -= 1
      nanoseconds += 1_000_000_000
    } else if nanoseconds >= 1_000_000_000 {
      seconds += 1
      nanoseconds -= 1_000_000_000
    }
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
  }

  /// The nanoseconds of `1h30m`, `2.5s`, `-300ms`; nil for what is no duration.
  private static func duration(_ text: String) -> Double? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let number = rest.prefix { "0123456789.".contains($0) }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { !"0123456789.".contains($0) }
      rest = rest.dropFirst(unit.count)
      guard let value = Double(number), let scale = units[unit] else { return nil }
      total += value * scale
    }
    return isNegative ? -total : total
  }

  private static let units: [Substring: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
  ]
}
