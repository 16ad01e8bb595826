import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// Runs a container's health checks at their times, keeps the results, and acts on them.
final class HealthChecker {
  private unowned let monitor: Monitor
  private let plan: HealthPlan
  private var state: HealthState
  private var timer: EventLoop.Timer?
  private var run: HealthRun?
  private var waiting: [(CInt) -> Void] = []

  init(_ plan: HealthPlan, _ monitor: Monitor) {
    self.plan = plan
    self.monitor = monitor
    state = HealthState(plan)
  }

  /// The container has started: its health is unknown.
  func start() {
    state = HealthState(plan)
    writeLog()
    // The first at once, as podman: who waits for `healthy` does not wait for an interval.
    if state.check.interval > 0 { schedule(after: 0) }
  }

  /// The container has ended.
  func stop() {
    monitor.loop.cancel(timer)
    timer = nil
    run?.abandon()
    run = nil
    tell(1)
  }

  /// Runs the check now; one that is under way is joined.
  func run(completion: @escaping (CInt) -> Void) {
    waiting.append(completion)
    begin()
  }

  private func tell(_ result: CInt) {
    let all = waiting
    waiting = []
    for completion in all { completion(result) }
  }

  private func schedule(after milliseconds: Int64) {
    monitor.loop.cancel(timer)
    timer = monitor.loop.after(milliseconds: milliseconds) { [unowned self] in
      timer = nil
      // Nothing would come of it, and it is no fault of the container's.
      if monitor.isPaused { return schedule(after: max(1000, state.check.interval)) }
      begin()
    }
  }

  private func begin() {
    guard run == nil else { return }
    run = HealthRun(monitor, state.check, outputLimit: plan.logSize) { [unowned self] result in
      run = nil
      record(result)
    }
  }

  private func record(_ result: HealthLog.Result) {
    let before = state.log.status
    let age = MonotonicClock.milliseconds() - monitor.startedAt
    let consequence = state.record(result, age: age)
    writeLog()
    let status = state.log.status
    if status != before {
      monitor.updateStatus { $0.health = status }
      monitor.announce("health_status", status.rawValue)
    }
    if status == .healthy { monitor.notification?.containerIsHealthy() }
    if state.check.interval > 0 { schedule(after: state.check.interval) }
    tell(result.exitCode == 0 ? 0 : 1)
    act(on: consequence)
  }

  private func act(on consequence: HealthState.Consequence) {
    switch (consequence, plan.onFailure) {
    case (.startFailed, _), (.failed, .restart): monitor.killAndRestart()
    case (.failed, .stop): monitor.stop(monitor.plan.stop)
    case (.failed, .kill): monitor.send(.kill)
    default: break
    }
  }

  private func writeLog() {
    guard let slash = plan.logPath.lastIndex(of: "/"),
      let folder = try? openFile(String(plan.logPath[...slash]), [.readOnly, .directory]),
      let text = try? JSONWriter().write(state.log)
    else { return }
    let name = String(plan.logPath[plan.logPath.index(after: slash)...])
    try? folder.lent.replaceFile(name, contents: text, mode: 0o600)
  }
}
