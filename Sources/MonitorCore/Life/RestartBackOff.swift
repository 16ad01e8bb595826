import HelperProtocols

/// How long a container waits until it is started again: at first a tenth of a second, then twice as
/// long each time up to a minute, and from the beginning once it has run for ten seconds. Docker's
/// numbers.
struct RestartBackOff {
  private var delay: Int64 = 0

  /// Milliseconds to wait, after the container has run for so many.
  mutating func next(ranFor milliseconds: Int64) -> Int64 {
    delay = delay == 0 || milliseconds >= 10_000 ? 100 : min(delay * 2, 60_000)
    return delay
  }
}

extension RestartPlan {
  /// Whether a container that ended so is started again.
  ///
  /// - Parameter count: how often it was so far.
  func restarts(exitCode: CInt, count: Int) -> Bool {
    switch policy {
    case .no: false
    case .always, .unlessStopped: true
    case .onFailure: exitCode != 0 && (retries.map { $0 <= 0 || count < $0 } ?? true)
    }
  }
}
