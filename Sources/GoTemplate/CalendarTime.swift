/// A point of time on the calendar, in UTC.
public struct CalendarTime: Equatable, Sendable {
  public var year: Int64
  /// 1 to 12.
  public var month: Int64
  /// 1 to 31.
  public var day: Int64
  public var hour: Int64
  public var minute: Int64
  public var second: Int64
  public var nanosecond: Int64

  /// - Parameters:
  ///   - seconds: since 1970, without leap seconds.
  ///   - nanoseconds: beyond them.
  public init(_ seconds: Int64, _ nanoseconds: Int64 = 0) {
    // Days since 0000-03-01, so that the leap day ends a year.
    let day = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0)
    let rest = seconds - day * 86400
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3600
    minute = rest % 3600 / 60
    second = rest % 60
    nanosecond = nanoseconds
  }

  /// `2023-01-28T15:04:05.123Z`, the fraction without zeros at its end, as JSON has it.
  public var rfc3339: String { "\(date)T\(clock)\(fraction)Z" }

  /// `2023-01-28 15:04:05.123 +0000 UTC`, as `{{.}}` prints it.
  public var goText: String { "\(date) \(clock)\(fraction) +0000 UTC" }

  /// `2023-01-28`.
  public var date: String { "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))" }
  /// `15:04:05`.
  public var clock: String { "\(digits(hour, 2)):\(digits(minute, 2)):\(digits(second, 2))" }

  private var fraction: String {
    if nanosecond == 0 { return "" }
    var text = digits(nanosecond, 9)
    while text.hasSuffix("0") { text.removeLast() }
    return "." + text
  }

  private func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
