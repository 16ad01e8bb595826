import Glibc

/// A moment of the real-time clock. See clock_gettime(2).
public struct Timestamp: Equatable, Comparable, Sendable {
  /// Seconds since 1970, UTC.
  public var seconds: Int64
  /// 0 to 999,999,999.
  public var nanoseconds: Int64

  public init(seconds: Int64, nanoseconds: Int64) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  /// In UTC with as many digits of the second as are not zero: `2026-11-24T08:03:59.5Z` (RFC 3339).
  public var rfc3339: String {
    var fraction = ""
    if nanoseconds > 0 {
      fraction = "." + String(nanoseconds + 1_000_000_000).dropFirst()
      while fraction.last == "0" { fraction.removeLast() }
    }
    return "\(calendarText)\(fraction)Z"
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// In UTC to the second: `2026-11-24T08:03:59Z`.
  public var rfc3339Seconds: String { "\(calendarText)Z" }

  /// In the machine's time zone, always with nine digits of the second and the zone's distance:
  /// `2026-11-24T09:03:59.500000000+01:00`.
  public var localNanoseconds: String {
    var time = time_t(seconds)
    var parts = tm()
    guard localtime_r(&time, &parts) != nil else { return rfc3339 }
    let minutes = abs(parts.tm_gmtoff) / 60
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let zone = "\(parts.tm_gmtoff < 0 ? "-" : "+")\(padded(minutes / 60)):\(padded(minutes % 60))"
    return "\(Self.text(parts)).\(String(nanoseconds + 1_000_000_000).dropFirst())\(zone)"
  }

  private var calendarText: String {
    var time = time_t(seconds)
    var parts = tm()
    guard gmtime_r(&time, &parts) != nil else { return "1970-01-01T00:00:00" }
    return Self.text(parts)
  }

  private static func text(_ parts: tm) -> String {
    func padded(_ number: CInt, _ width: Int = 2) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    let date =
      "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    return date + "T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
  }
}
