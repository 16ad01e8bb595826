import Foundation
import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage
import Testing

@Suite(.enabled(if: reasonToSkip == nil, "\(reasonToSkip ?? "")"), .serialized)
struct MonitorTests {
  @Test(arguments: runtimes) func logsAndReportsTheEnd(runtime: String) throws {
    let container = try TestContainer(
      runtime, "sh", "-c", "echo out; echo err >&2; printf part; exit 3")
    let answer = try container.launch()
    #expect(answer.error == nil && answer.pid != nil)
    try container.waitForCleanUp()
    #expect(Set(container.log) == ["stdout F out", "stderr F err", "stdout P part"])
    let status = try #require(container.status)
    #expect(status.state == .exited && status.exitCode == 3 && !status.oomKilled)
    #expect(status.startedAt != nil && status.finishedAt != nil)
    #expect(container.text("events") == "", "the last end is the clean-up's to tell")
    let left = try FileManager.default.contentsOfDirectory(atPath: container.folder + "/run")
    #expect(left == ["status.json"])
  }

  @Test(arguments: runtimes) func tellsWhyItCannotStart(runtime: String) throws {
    let container = try TestContainer(runtime, "nosuchprogram")
    let answer = try container.launch()
    #expect(answer.pid == nil)
    #expect(answer.error?.contains("nosuchprogram") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: container.folder + "/run") == [])
    #expect(container.text("cleaned") == "")
  }

  @Test func tellsOfARuntimeThatIsMissing() throws {
    let container = try TestContainer("/nowhere/runtime", "true")
    let answer = try container.launch()
    #expect(answer.error == "exec /nowhere/runtime: no such file or directory")
  }

  @Test(arguments: runtimes) func startsWhenTold(runtime: String) throws {
    let container = try TestContainer(runtime, "sh", "-c", "echo started; exec sleep 100")
    container.plan.starts = false
    try container.launch()
    #expect(container.status?.state == .created)
    let client = try container.attach()
    #expect(try client.answer().error == nil)
    #expect(try container.ask(.start).error == nil)
    #expect(try client.next()?.text == "started\n")
    #expect(try container.ask(.start).error != nil)
    let stopped = try container.ask(.stop, StopPlan(signal: 9, timeout: 0))
    #expect(stopped.status?.exitCode == 137 && stopped.status?.isStopRequested == true)
  }

  @Test(arguments: runtimes) func aTerminalHasItsSizeAndInput(runtime: String) throws {
    let container = try TestContainer(
      runtime, "sh", "-c", "read x; stty size; echo got $x; exit 4", terminal: true)
    container.plan.terminal = .init(rows: 20, columns: 60)
    container.plan.standardInput = .open
    try container.launch()
    let client = try container.attach()
    try client.send(.resize, "33 44")
    try client.send(.input, "word\n")
    let end = try client.rest()
    #expect(end.exit == 4)
    #expect(end.output.contains("33 44\r\ngot word\r\n"))
  }

  @Test func inputOfTheFirstClientEndsWithItAndNothingIsLost() throws {
    let container = try TestContainer(runtimes[0], "sh", "-c", "wc -c")
    container.plan.standardInput = .once
    var pair = try SocketPair(.sequencedPacket)
    guard let ours = pair.first.take(), let theirs = pair.second.take() else { return }
    container.plan.attached = .init(number: 5, attach: AttachRequest(cleansUp: true))
    try container.launch(passing: theirs.lent)
    try theirs.close()
    let client = Connection(SharedDescriptor(ours))
    let part = String(repeating: "x", count: 10_000)
    for _ in 0..<100 { try client.send(.input, part) }
    try client.send(.inputEnd)
    let end = try client.rest()
    #expect(end.exit == 0 && end.output == "1000000\n")
    // The client has taken the clean-up over, and does not do it.
    #expect(container.text("cleaned") == "")
    try client.socket.lent.shutDown()
    try container.waitForCleanUp()
  }

  @Test func severalClientsGetTheSame() throws {
    let container = try TestContainer(
      runtimes[0], "sh", "-c", "echo one; echo two >&2; sleep 0.05; echo three")
    container.plan.starts = false
    try container.launch()
    let clients = try [AttachRequest(), AttachRequest(errorOutput: false)].map {
      try container.attach($0)
    }
    for client in clients { #expect(try client.answer().error == nil) }
    #expect(try container.ask(.start).error == nil)
    let ends = try clients.map { try $0.rest() }
    #expect(ends.map(\.output) == ["one\nthree\n", "one\nthree\n"])
    #expect(ends.map(\.errorOutput) == ["two\n", ""])
    #expect(ends.map(\.exit) == [0, 0])
  }

  @Test func aClientThatDoesNotReadStopsNobodyForEver() throws {
    let container = try TestContainer(
      runtimes[0], "sh", "-c", "yes 0123456789 | head -c 3000000; echo end >&2")
    container.plan.starts = false
    container.plan.log.maxSize = 1 << 20
    let answer = try container.launch()
    let client = try container.attach()
    let before = try memory(of: answer.monitor)
    #expect(try container.ask(.start).error == nil)
    try container.waitUntil { $0.state == .exited }
    #expect(try memory(of: answer.monitor) - before < 1 << 20)
    let end = try client.rest()
    #expect(end.exit == 0 && end.skipped > 0)
    #expect(end.output.utf8.count + end.skipped >= 3_000_000)
  }

  @Test func theLastErrorsOfAProcessAreAllRead() throws {
    let container = try TestContainer(
      runtimes[0], "sh", "-c", "yes | head -c 1000000; echo last >&2")
    try container.launch()
    try container.waitForCleanUp()
    #expect(container.log.filter { $0 == "stdout F y" }.count == 500_000)
    #expect(container.log.contains("stderr F last"))
  }

  @Test func theMonitorEndsWithTheClientThatStartedItOnlyIfTheContainerDoes() throws {
    // The program that was started ended before the answer came; the monitor has its own session.
    let container = try TestContainer(runtimes[0], "sleep", "100")
    let answer = try container.launch()
    let monitor = try ProcessStat(of: answer.monitor)
    #expect(monitor.parentID != getpid())
    #expect(getsid(answer.monitor) == answer.monitor)
    // What asks the monitor to end is for the container.
    kill(answer.monitor, SIGKILL == 9 ? SIGQUIT : SIGTERM)
    try container.waitForCleanUpAfter { kill(container.status?.pid ?? 0, SIGKILL) }
    #expect(container.status?.isStopRequested == true)
  }

  @Test func aMonitorThatIsKilledLeavesTheTruthBehind() throws {
    let container = try TestContainer(runtimes[0], "sleep", "100")
    let answer = try container.launch()
    kill(answer.monitor, SIGKILL)
    #expect(eventually { (try? ProcessStat(of: answer.monitor)) == nil })
    let status = try #require(container.status)
    #expect(status.state == .running)
    // The container lives on, and its identity can be checked.
    #expect(try ProcessStat(of: status.pid).startTime == status.startTime)
    kill(status.pid, SIGKILL)
    #expect(eventually { (try? ProcessStat(of: status.pid))?.startTime != status.startTime })
  }

  private func memory(of process: ProcessID) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Private_Dirty") })
    return (Int(line.filter(\.isNumber)) ?? 0) << 10
  }
}

extension TestContainer {
  func waitUntil(_ condition: (MonitorStatus) -> Bool) throws {
    try #require(eventually { status.map(condition) ?? false })
  }

  func waitForCleanUpAfter(_ action: () -> Void) throws {
    action()
    try waitForCleanUp()
  }
}

extension FileDescriptor {
  func shutDown() throws {
    guard shutdown(rawValue, CInt(SHUT_RDWR)) == 0 else {
      throw SystemError("shutdown", "", currentErrno())
    }
  }
}
