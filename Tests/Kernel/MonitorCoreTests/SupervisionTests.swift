import Foundation
import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage
import Testing

/// Restarts, health checks, further processes, notifications.
@Suite(.enabled(if: reasonToSkip == nil, "\(reasonToSkip ?? "")"), .serialized)
struct SupervisionTests {
  // MARK: Restart

  @Test(arguments: runtimes) func onFailureStartsAgainSoManyTimes(runtime: String) throws {
    let container = try TestContainer(runtime, "sh", "-c", "echo run; exit 5")
    container.plan.restart = RestartPlan(policy: .onFailure, retries: 2)
    try container.launch()
    try container.waitForCleanUp()
    #expect(container.log == ["stdout F run", "stdout F run", "stdout F run"])
    #expect(container.status?.restartCount == 2 && container.status?.exitCode == 5)
    #expect(
      Set(container.text("events").split(separator: "\n")) == ["died 5", "restart", "start"])
  }

  @Test func aStopEndsTheRestarts() throws {
    let container = try TestContainer(runtimes[0], "sh", "-c", "exit 0")
    container.plan.restart = RestartPlan(policy: .always)
    try container.launch()
    try container.waitUntil { $0.restartCount >= 2 }
    #expect(try container.ask(.stop).status?.state == .exited)
    try container.waitForCleanUp()
  }

  @Test func aRunTimeoutKills() throws {
    let container = try TestContainer(runtimes[0], "sleep", "100")
    container.plan.runTimeout = 1
    try container.launch()
    try container.waitForCleanUp()
    #expect(container.status?.exitCode == 137)
  }

  @Test func stopKillsAfterItsTimeout() throws {
    let container = try TestContainer(
      runtimes[0], "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
    try container.launch()
    #expect(eventually { container.log == ["stdout F ready"] })
    let answer = try container.ask(.stop, StopPlan(signal: 15, timeout: 1))
    #expect(answer.status?.exitCode == 137)
  }

  // MARK: Exec

  private func execute(
    _ container: TestContainer, _ words: [String], input: String = ""
  ) throws -> (answer: MonitorAnswer, output: String, errorOutput: String, exit: Int32?) {
    let document = try OwnedDescriptor.dataFile("process", Array(TestContainer.process(words).utf8))
    let stdin = try OwnedDescriptor.dataFile("input", Array(input.utf8))
    var output = try LinuxSystem.Pipe()
    var errors = try LinuxSystem.Pipe()
    guard let outputEnd = output.writing.take(), let errorEnd = errors.writing.take(),
      let outputSource = output.reading.take(), let errorSource = errors.reading.take()
    else { throw SystemError("pipe", "", .badFileDescriptor) }
    var request = MonitorRequest(.exec)
    request.exec = ExecRequest()
    let connection = try container.connect(
      request,
      with: [
        document.lent, stdin.lent, outputEnd.lent, errorEnd.lent, outputSource.lent,
        errorSource.lent,
      ])
    try outputEnd.close()
    try errorEnd.close()
    let answer = try connection.answer()
    let text = String(decoding: try outputSource.lent.readToEnd(limit: 1 << 20), as: UTF8.self)
    let errorText = String(decoding: try errorSource.lent.readToEnd(limit: 1 << 20), as: UTF8.self)
    return (answer, text, errorText, try connection.rest().exit)
  }

  @Test(arguments: runtimes) func furtherProcessesHaveTheirOwnStreams(runtime: String) throws {
    let container = try TestContainer(runtime, "sleep", "100")
    let monitor = try container.launch().monitor
    for number in 1...3 {
      let run = try execute(
        container, ["sh", "-c", "cat; echo e >&2; exit \(number)"], input: "in \(number)")
      #expect(run.answer.error == nil && run.answer.pid != nil)
      #expect(run.output == "in \(number)" && run.errorOutput == "e\n" && run.exit == Int32(number))
    }
    let failed = try execute(container, ["nosuchprogram"])
    #expect(failed.answer.error?.contains("nosuchprogram") == true)
    #expect(container.log == [])
    // Nothing of it stays open.
    #expect(
      eventually {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(monitor)/fd"))?.count ?? 99
          < 16
      })
  }

  @Test(arguments: runtimes) func aFurtherProcessCanHaveATerminal(runtime: String) throws {
    let container = try TestContainer(runtime, "sleep", "100")
    try container.launch()
    let document = try OwnedDescriptor.dataFile(
      "process",
      Array(
        TestContainer.process(["sh", "-c", "read x; stty size; exit 6"], terminal: true).utf8))
    var request = MonitorRequest(.exec)
    request.exec = ExecRequest(terminal: .init(rows: 11, columns: 77))
    let connection = try container.connect(request, with: [document.lent])
    let packet = try #require(try connection.next())
    let terminal = try #require(packet.descriptors.first)
    try terminal.lent.writeAll("\n")
    #expect(try connection.rest().exit == 6)
    #expect(
      String(decoding: try terminal.lent.readSome(limit: 100), as: UTF8.self).contains("11 77"))
  }

  @Test func aFurtherProcessOutlivesItsClient() throws {
    let container = try TestContainer(runtimes[0], "sleep", "100")
    try container.launch()
    let document = try OwnedDescriptor.dataFile(
      "process",
      Array(
        TestContainer.process(["sh", "-c", "sleep 0.1; yes | head -c 200000; echo x > /tmp/done"])
          .utf8)
    )
    var output = try LinuxSystem.Pipe()
    guard let target = output.writing.take(), let source = output.reading.take() else { return }
    var request = MonitorRequest(.exec)
    request.exec = ExecRequest()
    do {
      let connection = try container.connect(
        request, with: [document.lent, target.lent, target.lent, target.lent, source.lent])
      #expect(try connection.answer().error == nil)
    }
    try target.close()
    try source.close()
    #expect(eventually { container.text("rootfs/tmp/done") == "x\n" })
  }

  // MARK: Health

  private func health(_ script: String, in container: TestContainer) -> HealthPlan {
    let check = HealthPlan.Check(
      process: TestContainer.process(["sh", "-c", script]), interval: 50, timeout: 5000, retries: 2)
    return HealthPlan(check: check, logPath: container.folder + "/healthcheck.log")
  }

  @Test(arguments: runtimes) func healthIsKeptInALog(runtime: String) throws {
    let container = try TestContainer(runtime, "sleep", "100")
    container.plan.health = health("echo fine; exit 0", in: container)
    try container.launch()
    try container.waitUntil { $0.health == .healthy }
    #expect(eventually { container.text("events").contains("health_status healthy") })
    #expect(try container.ask(.checkHealth).result == 0)
    let log = try JSONReader().read(HealthLog.self, from: container.text("healthcheck.log"))
    #expect(log.status == .healthy && log.failingStreak == 0 && log.results.count <= 5)
    #expect(log.results.last?.output == "fine\n" && log.results.last?.exitCode == 0)
  }

  @Test func anUnhealthyContainerIsStopped() throws {
    let container = try TestContainer(runtimes[0], "sh", "-c", "exec sleep 100")
    container.plan.health = health("exit 1", in: container)
    container.plan.health?.onFailure = .stop
    container.plan.stop = StopPlan(signal: 9, timeout: 0)
    container.plan.restart = RestartPlan(policy: .always)
    try container.launch()
    try container.waitForCleanUp()
    #expect(container.status?.health == .unhealthy && container.status?.isStopRequested == true)
  }

  @Test func anUnhealthyContainerIsRestarted() throws {
    let container = try TestContainer(runtimes[0], "sleep", "100")
    container.plan.health = health("test ! -e /tmp/bad", in: container)
    container.plan.health?.onFailure = .restart
    container.plan.stop = StopPlan(signal: 9, timeout: 0)
    try container.launch()
    try container.waitUntil { $0.health == .healthy }
    try "".write(toFile: container.folder + "/rootfs/tmp/bad", atomically: false, encoding: .utf8)
    try container.waitUntil { $0.restartCount >= 1 }
    #expect(try container.ask(.stop, StopPlan(signal: 9, timeout: 0)).status?.state == .exited)
  }

  @Test func aCheckThatTakesTooLongFails() throws {
    let container = try TestContainer(runtimes[0], "sleep", "100")
    container.plan.health = health("sleep 100", in: container)
    container.plan.health?.check.timeout = 200
    container.plan.health?.check.retries = 1
    try container.launch()
    try container.waitUntil { $0.health == .unhealthy }
    let log = try JSONReader().read(HealthLog.self, from: container.text("healthcheck.log"))
    #expect(log.results.first?.exitCode == -1)
  }

  // MARK: Notification

  @Test func readinessIsToldAsThePlanSays() throws {
    let container = try TestContainer(runtimes[0], "sleep", "100")
    let manager = try UnixSocket.listen(
      .datagram, at: container.folder + "/manager", backlog: nil)
    let socket = container.folder + "/notify"
    container.plan.notification = NotificationPlan(
      mode: .container, managerSocket: container.folder + "/manager", containerSocket: socket)
    let monitor = try container.launch().monitor
    let first = try manager.lent.receive(bytes: 1000, descriptors: 0)
    #expect(String(decoding: first.bytes, as: UTF8.self) == "MAINPID=\(monitor)")
    let client = try UnixSocket.connect(.datagram, to: socket)
    try client.lent.writeAll("MAINPID=1\nREADY=1\nSTATUS=up")
    let second = try manager.lent.receive(bytes: 1000, descriptors: 0)
    #expect(String(decoding: second.bytes, as: UTF8.self) == "READY=1\nSTATUS=up")
  }
}
