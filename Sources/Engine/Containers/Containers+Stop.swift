import HelperProtocols
import JSON
import LinuxSystem
import StateStore
import SystemPackage

extension Containers {
  /// How containers are stopped.
  public struct StopOptions: Sendable {
    /// Seconds until it is killed; nil is the container's own time, negative is for ever.
    public var timeout: Int64?
    /// Whether the caller wants everything taken away when this returns.
    var cleansUp = true

    public init(timeout: Int64? = nil) { self.timeout = timeout }
    init(timeout: Int64?, cleansUp: Bool) {
      self.timeout = timeout
      self.cleansUp = cleansUp
    }
  }

  /// Stops a container: its stop signal, and SIGKILL where it does not end in time. One that does not
  /// run is no error.
  ///
  /// - Returns: the signal and the seconds that did not end it, so that it was killed; else nil.
  @discardableResult
  public func stop(
    _ nameOrID: String, _ options: StopOptions = StopOptions()
  ) throws -> (signal: Signal, seconds: Int64)? {
    let found = try find(nameOrID)
    let now = current(found)
    switch now.state.status {
    case .created, .exited, .removing, .unknown: return nil
    case .stopped:
      if options.cleansUp { try cleanUp(now.id) }
      return nil
    case .paused:
      try unpause(now.id)
    case .running, .initialized, .stopping: break
    }
    var state = now.state
    state.isStoppedByUser = true
    do {
      try save(state, of: now.id)
    } catch is StateStoreError where !options.cleansUp {
      // It is about to be removed, perhaps because the disk is full.
    }
    let start = MonotonicClock.milliseconds()
    if Self.isAlive(now.state.monitorPid, now.state.monitorStart) {
      try stopByMonitor(now, options)
    } else {
      try stopByHand(now, options)
    }
    engine.events.emit(.container(.stop, now.record))
    let seconds = options.timeout ?? Int64(now.record.process.stopTimeout)
    let wasKilled =
      seconds > 0
      && Int64(clamping: (MonotonicClock.milliseconds() - start) / 1000) >= seconds
    if options.cleansUp {
      do { try cleanUp(now.id) } catch EngineError.noSuch {}
    }
    return wasKilled ? (Signal(rawValue: now.record.process.stopSignal ?? 15), seconds) : nil
  }

  private func stopByMonitor(_ container: Container, _ options: StopOptions) throws {
    var request = MonitorRequest(.stop)
    request.stop = StopPlan(
      signal: container.record.process.stopSignal ?? 15,
      timeout: options.timeout ?? Int64(container.record.process.stopTimeout))
    do {
      _ = try connect(to: container.id, request)
    } catch let error as SystemError {
      // The monitor may have ended together with the container meanwhile.
      guard let left = try self.container(id: container.id),
        current(left).state.status == .running
      else { return }
      throw error
    }
  }

  /// For a container that lost its monitor.
  private func stopByHand(_ container: Container, _ options: StopOptions) throws {
    guard container.state.pid > 0 else { return }
    let process = try ProcessHandle(opening: container.state.pid)
    let signal = Signal(rawValue: container.record.process.stopSignal ?? 15)
    let seconds = options.timeout ?? Int64(container.record.process.stopTimeout)
    if seconds != 0 {
      try process.send(signal)
      let limit =
        seconds < 0
        ? nil : Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue)
      if try process.hasEnded(within: limit) { return }
    }
    try process.send(.kill)
    guard try process.hasEnded(within: 10_000) else {
      throw EngineError.failed("container \(container.name)", reason: "it does not end")
    }
  }

  /// Sends a signal to the first process.
  public func kill(_ nameOrID: String, signal: Signal) throws {
    let now = try lookUp(nameOrID)
    guard
      now.state.status == .running || now.state.status == .paused || now.state.status == .stopping
    else {
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason:
          "can only kill running containers. \(now.id) is in state \(now.state.status.rawValue)")
    }
    if Self.isAlive(now.state.monitorPid, now.state.monitorStart) {
      var request = MonitorRequest(.kill)
      request.stop = StopPlan(signal: signal.rawValue, timeout: 0)
      _ = try connect(to: now.id, request)
    } else {
      let process = try ProcessHandle(opening: now.state.pid)
      try process.send(signal)
    }
    engine.events.emit(.container(.kill, now.record))
  }

  /// Stops a container and starts it again.
  public func restart(_ nameOrID: String, timeout: Int64?) throws {
    let found = try find(nameOrID)
    try stop(found.id, StopOptions(timeout: timeout))
    try start(found.id)
    engine.events.emit(.container(.restart, found.record))
  }

  // MARK: Pause

  /// Suspends all processes.
  public func pause(_ nameOrID: String) throws {
    try setPaused(nameOrID, true)
  }

  /// Resumes all processes.
  public func unpause(_ nameOrID: String) throws {
    try setPaused(nameOrID, false)
  }

  private func setPaused(_ nameOrID: String, _ isPaused: Bool) throws {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard let kept = try container(id: found.id) else {
      throw EngineError.noSuch(.container, nameOrID)
    }
    let now = current(kept)
    guard now.state.status == (isPaused ? .running : .paused) else {
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason: !isPaused
          ? "\"\(now.id)\" is not paused, can't unpause"
          : now.state.status == .paused
            ? "\"\(now.id)\" is already paused"
            : "\(now.name): \"\(now.state.status.rawValue)\" is not running, can't pause")
    }
    let result = try runtime(now.record, [isPaused ? "pause" : "resume", now.id])
    guard result.status == 0 else {
      throw EngineError.program(now.record.runtime, status: result.status, message: result.message)
    }
    var state = now.state
    state.status = isPaused ? .paused : .running
    try save(state, of: now.id)
    engine.events.emit(.container(isPaused ? .pause : .unpause, now.record))
  }
}
