import Glibc

/// The clock that nobody sets. See CLOCK_MONOTONIC, clock_gettime(2).
public enum MonotonicClock {
  /// Milliseconds since some fixed moment.
  public static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Seconds since the machine started, as /proc counts the start of processes. See CLOCK_BOOTTIME.
  public static func sinceBoot() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec)
  }
}
