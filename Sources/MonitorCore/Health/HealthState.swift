import HelperProtocols
import LinuxSystem

/// What results of checks make of a container's health. It does nothing itself.
struct HealthState {
  /// What is to be done after a result.
  enum Consequence: Equatable {
    case none
    /// The container has become, or is still, unhealthy.
    case failed
    /// The start-up checks have failed so often that the container is to be restarted.
    case startFailed
  }

  let plan: HealthPlan
  private(set) var log: HealthLog
  private(set) var isStartingUp: Bool
  private var startUpSuccesses = 0
  private var startUpFailures = 0

  init(_ plan: HealthPlan) {
    self.plan = plan
    log = HealthLog()
    isStartingUp = plan.startUp != nil
  }

  /// The check that comes next.
  var check: HealthPlan.Check { isStartingUp ? plan.startUp ?? plan.check : plan.check }

  /// - Parameter age: milliseconds since the container was started.
  mutating func record(_ result: HealthLog.Result, age: Int64) -> Consequence {
    if isStartingUp { return recordStartUp(result) }
    keep(result)
    if result.exitCode == 0 {
      log.failingStreak = 0
      log.status = .healthy
      return .none
    }
    if age < plan.startPeriod, log.status != .healthy { return .none }
    log.failingStreak += 1
    guard log.failingStreak >= plan.check.retries else { return .none }
    log.status = .unhealthy
    return .failed
  }

  private mutating func recordStartUp(_ result: HealthLog.Result) -> Consequence {
    guard result.exitCode == 0 else {
      startUpSuccesses = 0
      startUpFailures += 1
      let most = plan.startUp?.retries ?? 0
      return most > 0 && startUpFailures >= most ? .startFailed : .none
    }
    startUpSuccesses += 1
    if startUpSuccesses >= max(1, plan.startUpSuccesses) { isStartingUp = false }
    return .none
  }

  private mutating func keep(_ result: HealthLog.Result) {
    log.results.append(result)
    if plan.logCount > 0, log.results.count > plan.logCount {
      log.results.removeFirst(log.results.count - plan.logCount)
    }
  }
}
