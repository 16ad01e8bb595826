import HelperProtocols
import LinuxSystem
import SystemPackage

/// From a stop or the process's own end to the clean-up.
extension Monitor {
  /// Sends the first process a signal, while it is there.
  func send(_ signal: Signal) {
    // The number is the child's until it is waited for, which is when `pid` goes.
    if let pid { try? signal.send(to: pid) }
  }

  /// Asks the container to end for good; after the timeout it is killed. A negative timeout has no end.
  func stop(_ how: StopPlan) {
    updateStatus { $0.isStopRequested = true }
    if phase == .restarting {
      // Where it is being made again, that is looked at afterwards.
      if let timer = restartTimer {
        loop.cancel(timer)
        restartTimer = nil
        exited()
      }
      return
    }
    signalThenKill(how)
  }

  private func signalThenKill(_ how: StopPlan) {
    if how.timeout == 0 { return send(.kill) }
    send(Signal(rawValue: how.signal))
    let (milliseconds, isTooLong) = how.timeout.multipliedReportingOverflow(by: 1000)
    guard milliseconds > 0, !isTooLong else { return }
    timers.append(loop.after(milliseconds: milliseconds) { [unowned self] in send(.kill) })
  }

  /// Kills the container, and starts it again whatever the policy says.
  func killAndRestart() {
    restartsRegardless = true
    signalThenKill(plan.stop)
  }

  /// The first process has ended.
  func processEnded(_ end: ExitStatus) {
    pid = nil
    switch phase {
    case .starting: earlyEnd = end
    case .failing: break
    default: ended(exitCode: end.shellStatus)
    }
  }

  func ended(exitCode: CInt) {
    for timer in timers { loop.cancel(timer) }
    timers = []
    health?.stop()
    pid = nil
    let wasOutOfMemory = outOfMemory?.wasOutOfMemory ?? false
    outOfMemory = nil
    console = nil
    streams.endOfProcess()
    let restarts =
      !status.isStopRequested
      && (restartsRegardless
        || restart.restarts(exitCode: exitCode, count: status.restartCount))
    phase = restarts ? .restarting : .exited
    if !restarts { releaseHeld() }
    updateStatus {
      $0.state = restarts ? .restarting : .exited
      $0.pid = 0
      $0.startTime = 0
      $0.exitCode = exitCode
      $0.oomKilled = wasOutOfMemory
      $0.finishedAt = Timestamp.now().rfc3339
    }
    guard restarts else { return exited() }
    announce("died", "\(exitCode)")
    let ran = MonotonicClock.milliseconds() - startedAt
    restartTimer = loop.after(milliseconds: restartsRegardless ? 0 : backOff.next(ranFor: ran)) {
      [unowned self] in startAgain()
    }
  }

  /// It is gone for good.
  func exited() {
    phase = .exited
    releaseHeld()
    if status.state != .exited { updateStatus { $0.state = .exited } }
    // Only if it never was: who asked for the container is told why not.
    answer.send(LaunchAnswer(monitor: CurrentProcess.id, pid: 0))
    requests?.containerEnded()
    streams.finish(exitCode: status.exitCode ?? 0)
    endIfDone()
  }

  /// Ends the monitor once no client has anything left to read or to do.
  func endIfDone() {
    if phase == .exited, !streams.hasClients { loop.stop() }
  }

  func clientEnded(_ client: AttachClient) {
    if client.hasCleanedUp { isCleanedUp = true }
    endIfDone()
  }

  /// What is left to do when the loop has ended. Does not return where there is a clean-up command.
  func finish() {
    requests?.close()
    notification?.end()
    guard !isCleanedUp, let program = plan.cleanUpCommand.first else { return }
    _ = try? SignalMask.none.install()
    Signal.resetAll()
    protection.end()
    // Whatever could be closed is; this process becomes the command.
    _ = CurrentProcess.replace(
      with: program, ArgumentVector(plan.cleanUpCommand),
      ArgumentVector(CurrentProcess.environment()))
  }
}
