import Glibc

/// The clock that nobody sets. See CLOCK_MONOTONIC, clock_gettime(2).
public enum MonotonicClock {
  /// Milliseconds since some fixed moment.
  public static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Waits for some time, or until a signal comes. See nanosleep(2).
  public static func sleep(milliseconds: Int) {
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    nanosleep(&time, nil)
  }

  /// Nanoseconds since the machine started, as /proc counts the start of processes. See CLOCK_BOOTTIME.
  public static func sinceBoot() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
