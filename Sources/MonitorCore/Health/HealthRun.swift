import HelperProtocols
import LinuxSystem
import SystemPackage

/// One run of a health check: its process, what it writes, and how long it may take.
final class HealthRun {
  private unowned let monitor: Monitor
  private let check: HealthPlan.Check
  private let outputLimit: Int
  private var completion: ((HealthLog.Result) -> Void)?
  private let start = Timestamp.now()
  private var output: [UInt8] = []
  private var reading: SharedDescriptor?
  private var watch: EventLoop.Watch?
  private var timer: EventLoop.Timer?
  private var session: ExecSession?
  private var isTimedOut = false

  init(
    _ monitor: Monitor, _ check: HealthPlan.Check, outputLimit: Int,
    completion: @escaping (HealthLog.Result) -> Void
  ) {
    self.monitor = monitor
    self.check = check
    self.outputLimit = outputLimit > 0 ? outputLimit : 64 << 10
    self.completion = completion
    do { try begin() } catch { finish(exitCode: -1, "\(error)") }
  }

  private func begin() throws {
    let document = SharedDescriptor(
      try OwnedDescriptor.dataFile("process", Array(check.process.utf8)))
    let null = SharedDescriptor(try openFile("/dev/null", [.readOnly]))
    var pipe = try Pipe()
    guard let source = pipe.reading.take(), let target = pipe.writing.take() else { return }
    try source.lent.setNonBlocking(true)
    let reading = SharedDescriptor(source)
    let writing = SharedDescriptor(target)
    self.reading = reading
    watch = try monitor.loop.watch(reading.lent, .readable) { [self] _ in
      if !read() { endReading() }
    }
    if check.timeout > 0 {
      timer = monitor.loop.after(milliseconds: check.timeout) { [self] in
        isTimedOut = true
        session?.send(.kill)
      }
    }
    ExecSession.start(
      monitor, document: document, streams: [null, writing, writing], preserved: [],
      hasTerminal: false,
      onStart: { [self] session, failure in
        if let failure { return finish(exitCode: failure.status, failure.message) }
        self.session = session
        if isTimedOut { session.send(.kill) }
      },
      onEnd: { [self] status in
        while read(), (try? reading.lent.isReadable(within: 0)) ?? false {}
        finish(exitCode: status.shellStatus, nil)
      })
  }

  /// - Returns: false at the end of the output.
  private func read() -> Bool {
    guard let reading else { return false }
    guard let part = try? reading.lent.readSome(limit: 4096) else { return true }
    output += part.prefix(max(0, outputLimit - output.count))
    return !part.isEmpty
  }

  private func endReading() {
    monitor.loop.end(watch)
    watch = nil
    reading = nil
  }

  private func finish(exitCode: CInt, _ message: String?) {
    endReading()
    monitor.loop.cancel(timer)
    guard let completion else { return }
    self.completion = nil
    var result = HealthLog.Result(
      start: start.rfc3339, end: Timestamp.now().rfc3339, exitCode: exitCode,
      output: message ?? String(decoding: output, as: UTF8.self))
    if isTimedOut {
      result.exitCode = -1
      result.output = "the health check took longer than its timeout of \(check.timeout) ms"
    }
    completion(result)
  }

  /// The container has ended; nobody waits any more.
  func abandon() {
    completion = nil
    session?.send(.kill)
    endReading()
    monitor.loop.cancel(timer)
  }
}
