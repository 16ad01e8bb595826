import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// From the runtime's `create` to the running container.
extension Monitor {
  private static let pidFile = "pid"

  /// Creates the container, and starts it where the plan says so.
  func launch() {
    do {
      try removeLeftovers()
      if let attached = plan.attached, let socket = inherited[attached.number] {
        try attach(socket, attached.attach)
      }
      try create()
    } catch {
      fail("\(error)")
    }
  }

  private func removeLeftovers() throws {
    for name in [Monitor.pidFile, MonitorFiles.status] where folder.lent.contains(name) {
      try folder.lent.removeFile(name)
    }
  }

  private func create() throws {
    phase = .creating
    let restoreOptions = restoreOptions
    self.restoreOptions = nil
    var arguments = [
      restoreOptions == nil ? "create" : "restore", "--bundle", plan.bundle, "--pid-file",
      runtime.path(Monitor.pidFile),
    ]
    var descriptors = try processStreams()
    if plan.terminal != nil, !passesThrough {
      let socket = try ConsoleSocket(
        runtime.freshName("tty"), folder: folder.lent, folderPath: plan.runFolder)
      arguments += ["--console-socket", socket.path]
      console = socket
    }
    if let restoreOptions {
      arguments += ["--detach"] + restoreOptions
      arguments += plan.runtime.createOptions.filter { $0 == "--no-pivot" }
    } else {
      arguments += plan.runtime.createOptions
    }
    if plan.preservedDescriptors > 0, restoreOptions == nil {
      arguments += ["--preserve-fds", "\(plan.preservedDescriptors)"]
      for number in 3..<CInt(clamping: 3 + plan.preservedDescriptors) {
        if let file = inherited[number] { descriptors[number] = file }
      }
    }
    arguments.append(plan.id)
    runtimeProcess = runtime.run(arguments, descriptors: descriptors.mapValues(\.lent)) {
      [unowned self] failure in
      runtimeProcess = nil
      if let failure { return fail(failure.message, failure.status) }
      do { try created(isRestored: restoreOptions != nil) } catch { fail("\(error)") }
    }
    withExtendedLifetime(descriptors) {}
  }

  private var passesThrough: Bool {
    plan.log.driver == .passthrough || plan.log.driver == .passthroughTTY
  }

  /// Makes the process's standard streams; ours are taken over.
  private func processStreams() throws -> [CInt: SharedDescriptor] {
    if passesThrough { return inherited.filter { $0.key <= 2 } }
    guard plan.terminal == nil else { return [:] }
    var theirs: [CInt: SharedDescriptor] = [:]
    if plan.standardInput != .closed {
      var pipe = try Pipe()
      if let reading = pipe.reading.take(), let writing = pipe.writing.take() {
        theirs[0] = SharedDescriptor(reading)
        try streams.setInput(SharedDescriptor(writing))
      }
    }
    for (number, kind) in [(CInt(1), OutputKind.output), (2, .errorOutput)] {
      var pipe = try Pipe()
      if let reading = pipe.reading.take(), let writing = pipe.writing.take() {
        theirs[number] = SharedDescriptor(writing)
        try streams.addOutput(SharedDescriptor(reading), kind)
      }
    }
    return theirs
  }

  private func created(isRestored: Bool) throws {
    let id = try runtime.takeProcessID(from: Monitor.pidFile)
    pid = id
    children.expect(id) { [unowned self] in processEnded($0) }
    guard pid != nil else { return }
    if let terminal = try console?.receive() {
      console = nil
      if let size = plan.terminal, size.rows > 0, size.columns > 0 {
        try terminal.lent.setWindowSize(WindowSize(rows: size.rows, columns: size.columns))
      }
      try streams.setTerminal(terminal)
    }
    streams.begin()
    outOfMemory = OutOfMemoryWatch(of: id, loop)
    let startTime = (try? ProcessStat(of: id))?.startTime ?? 0
    for (path, number) in [(plan.pidFile, id), (plan.monitorPidFile, CurrentProcess.id)] {
      guard let path else { continue }
      let file = try openFile(path, [.writeOnly, .create, .truncate, .noFollow], mode: 0o644)
      try file.lent.writeAll("\(number)", subject: path)
    }
    phase = .created
    updateStatus {
      $0.state = .created
      $0.pid = id
      $0.startTime = startTime
      $0.exitCode = nil
      $0.oomKilled = false
    }
    if isRestored {
      started()
    } else if plan.starts || status.startedAt != nil {
      start { [unowned self] failure in if let failure { fail(failure.message, failure.status) } }
    } else {
      answer.send(LaunchAnswer(monitor: CurrentProcess.id, pid: id))
    }
  }

  // MARK: Start

  /// Starts the created container.
  func start(completion: @escaping (RuntimeProgram.Failure?) -> Void) {
    guard phase == .created else {
      return completion(
        RuntimeProgram.Failure(message: "the container is not waiting to be started", status: 125))
    }
    phase = .starting
    let done = { [unowned self] (failure: RuntimeProgram.Failure?) in
      runtimeProcess = nil
      completion(failure)
      if failure == nil { started() }
    }
    if let fifo = plan.runtime.startFIFO, writeStart(to: fifo, done) { return }
    runtimeProcess = runtime.run(["start", plan.id], completion: done)
  }

  /// Does what `ocirun start` does: StartContainer.swift of RuntimeCore explains it.
  ///
  /// - Returns: false if nobody waits at the FIFO, which the runtime can tell better.
  private func writeStart(
    to path: String, _ done: @escaping (RuntimeProgram.Failure?) -> Void
  ) -> Bool {
    guard let opened = try? openFile(path, [.writeOnly, .nonBlocking, .noFollow]),
      (try? opened.lent.lock()) != nil, (try? opened.lent.writeAll([0])) != nil
    else { return false }
    try? removeFile(path)
    let fifo = SharedDescriptor(opened)
    let started = Once()
    // Closed by the execution or by the end of the process.
    started.watch = try? loop.watch(fifo.lent, []) { [unowned self] _ in
      loop.end(started.watch)
      withExtendedLifetime(fifo) { done(nil) }
    }
    return started.watch != nil
  }

  private final class Once { var watch: EventLoop.Watch? }

  private func started() {
    phase = .running
    startedAt = MonotonicClock.milliseconds()
    let isRestart = status.startedAt != nil
    updateStatus {
      $0.state = .running
      $0.startedAt = Timestamp.now().rfc3339
      $0.health = plan.health == nil ? nil : .starting
    }
    answer.send(LaunchAnswer(monitor: CurrentProcess.id, pid: status.pid))
    if isRestart { announce("start") }
    notification?.containerStarted()
    if let earlyEnd {
      self.earlyEnd = nil
      return processEnded(earlyEnd)
    }
    if let seconds = plan.runTimeout, seconds > 0 {
      let (milliseconds, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
      if !isTooLong {
        timers.append(loop.after(milliseconds: milliseconds) { [unowned self] in send(.kill) })
      }
    }
    health?.start()
  }

  // MARK: Failure

  /// The container could not be created or started. At first nothing is left of it; later it counts as
  /// an end that the policy may follow up.
  func fail(_ message: String, _ status: CInt = 1) {
    if pid == nil { streams.discard() }
    phase = .failing
    let isFirst = answer.isDue
    if !isFirst {
      updateStatus { $0.error = message }
    }
    runtime.run(["delete", "--force", plan.id]) { [unowned self] _ in
      guard isFirst else { return ended(exitCode: status == 0 ? 1 : status) }
      streams.endOfProcess()
      requests?.close()
      for name in [Monitor.pidFile, MonitorFiles.status] { try? folder.lent.removeFile(name) }
      answer.send(
        LaunchAnswer(monitor: CurrentProcess.id, error: message, runtimeStatus: status))
      isCleanedUp = true
      loop.stop()
    }
  }

  /// Starts the container again after it has ended.
  func startAgain() {
    restartTimer = nil
    restartsRegardless = false
    updateStatus {
      $0.restartCount += 1
      $0.error = nil
    }
    announce("restart")
    runtime.run(["delete", "--force", plan.id]) { [unowned self] _ in
      guard phase == .restarting, !status.isStopRequested else { return exited() }
      do { try create() } catch { fail("\(error)") }
    }
  }
}
