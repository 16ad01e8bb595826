import Engine
import LinuxSystem
import Testing

@Suite struct InputTimeTests {
  private let now = Timestamp(seconds: 10_000, nanoseconds: 0)

  @Test(arguments: [
    ("1970-01-01T00:00:01Z", 1), ("1970-01-01T01:00:00+01:00", 0), ("1970-01-02", 86400),
    ("1970-01-01T00:01:00", 60), ("77", 77), ("10m", 9400), ("1h30m", 4600), ("-5s", 10_005),
  ])
  func pastTimesAreUnderstood(_ text: String, _ seconds: Int64) {
    #expect(InputTime.moment(text, isUntil: false, now: now)?.seconds == seconds)
  }

  @Test func durationsReachIntoTheFutureForAnEnd() {
    #expect(InputTime.moment("10m", isUntil: true, now: now)?.seconds == 10_600)
    #expect(
      InputTime.moment("1500ms", isUntil: false, now: now)
        == Timestamp(seconds: 9998, nanoseconds: 500_000_000))
  }

  @Test(arguments: ["", "m", "10x", "1h 2m", "2026-13-01", "2026-02-30", "yesterday", "-"])
  func otherWordsAreNoTimes(_ text: String) {
    #expect(InputTime.moment(text, isUntil: false, now: now) == nil)
  }
}
