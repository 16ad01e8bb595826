import HelperProtocols
import JSON
import Testing

@testable import MonitorCore

@Suite struct PolicyTests {
  @Test func backOffDoublesToAMinuteAndBeginsAnewAfterAGoodRun() {
    var backOff = RestartBackOff()
    let waits = (0..<12).map { _ in backOff.next(ranFor: 5) }
    #expect(waits.prefix(4) == [100, 200, 400, 800])
    #expect(waits.suffix(2) == [60_000, 60_000])
    #expect(backOff.next(ranFor: 10_000) == 100)
    #expect(backOff.next(ranFor: 9_999) == 200)
  }

  @Test(arguments: [
    (RestartPlan.Policy.no, 1, 0, false), (.always, 0, 1000, true), (.unlessStopped, 0, 5, true),
    (.onFailure, 0, 0, false), (.onFailure, 137, 2, true), (.onFailure, 1, 3, false),
  ])
  func policyDecides(policy: RestartPlan.Policy, exitCode: Int32, count: Int, restarts: Bool) {
    let plan = RestartPlan(policy: policy, retries: 3)
    #expect(plan.restarts(exitCode: exitCode, count: count) == restarts)
    if policy == .onFailure, exitCode != 0 {
      #expect(RestartPlan(policy: policy).restarts(exitCode: exitCode, count: 1 << 40))
    }
  }

  private func result(_ exitCode: Int32) -> HealthLog.Result {
    HealthLog.Result(start: "s", end: "e", exitCode: exitCode, output: "o")
  }

  private func plan(startUp: Bool = false) -> HealthPlan {
    let check = HealthPlan.Check(process: "{}", interval: 1000, timeout: 1000, retries: 3)
    return HealthPlan(
      check: check, startPeriod: 5000, startUp: startUp ? check : nil, startUpSuccesses: 2,
      logPath: "/l", logCount: 4)
  }

  @Test func failuresCountAfterTheStartPeriodOnly() {
    var state = HealthState(plan())
    for _ in 0..<5 { #expect(state.record(result(1), age: 100) == .none) }
    #expect(state.log.status == .starting && state.log.failingStreak == 0)
    #expect(state.record(result(1), age: 5000) == .none)
    #expect(state.record(result(1), age: 6000) == .none)
    #expect(state.record(result(-1), age: 7000) == .failed)
    #expect(state.log.status == .unhealthy && state.log.failingStreak == 3)
    #expect(state.log.results.count == 4)
    #expect(state.record(result(0), age: 8000) == .none)
    #expect(state.log.status == .healthy && state.log.failingStreak == 0)
  }

  @Test func failuresCountInTheStartPeriodOnceItWasHealthy() {
    var state = HealthState(plan())
    _ = state.record(result(0), age: 1)
    for _ in 0..<2 { #expect(state.record(result(1), age: 2) == .none) }
    #expect(state.record(result(1), age: 3) == .failed)
  }

  @Test func startUpChecksComeFirst() {
    var state = HealthState(plan(startUp: true))
    _ = state.record(result(0), age: 1)
    #expect(state.isStartingUp)
    _ = state.record(result(1), age: 1)
    _ = state.record(result(0), age: 1)
    #expect(state.isStartingUp)
    _ = state.record(result(0), age: 1)
    #expect(!state.isStartingUp && state.log.results.isEmpty)
  }

  @Test func startUpChecksThatFailTooOftenRestart() {
    var state = HealthState(plan(startUp: true))
    #expect((0..<3).map { _ in state.record(result(1), age: 1) } == [.none, .none, .startFailed])
  }

  @Test func healthLogHasPodmansNames() throws {
    let log = HealthLog(status: .healthy, failingStreak: 0, results: [result(0)])
    let text = String(decoding: try JSONWriter().write(log), as: UTF8.self)
    #expect(
      text
        == #"{"Status":"healthy","FailingStreak":0,"Log":[{"Start":"s","End":"e","ExitCode":0,"Output":"o"}]}"#
    )
  }

  @Test func planSurvivesItsJourney() throws {
    var plan = LaunchPlan(
      id: "c", name: "n", runtime: .init(program: "/r", options: ["--root", "/x"]), bundle: "/b",
      runFolder: "/f")
    plan.health = self.plan(startUp: true)
    plan.attached = .init(number: 5, attach: AttachRequest(input: false))
    plan.notification = NotificationPlan(mode: .healthy, managerSocket: "@x")
    let text = try JSONWriter().write(plan)
    #expect(try JSONReader().read(LaunchPlan.self, from: text) == plan)
  }
}
