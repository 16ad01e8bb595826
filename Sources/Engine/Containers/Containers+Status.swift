import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

extension Containers {
  /// A container with its state as it is now: what was kept, held against the monitor's word and the
  /// kernel's. Nothing is changed.
  public func current(_ container: Container) -> Container {
    var result = container
    switch container.state.status {
    case .running, .initialized, .paused, .stopping: break
    default: return result
    }
    guard container.state.bootID == engine.bootID else {
      // The machine was started anew since: whatever ran is gone.
      result.state.end(exitCode: container.state.exitCode, at: container.state.finishedAt)
      result.state.status = .exited
      return result
    }
    let folders = ContainerFolders(container.id, engine)
    if let status = Self.monitorStatus(folders) {
      result.state.take(status)
      switch status.state {
      case .exited:
        result.state.status = .stopped
        result.state.pid = 0
        return result
      case .created, .running, .restarting:
        if Self.isAlive(status.monitor, status.monitorStartTime) {
          if status.state == .created { result.state.status = .initialized }
          if status.state == .restarting { result.state.pid = 0 }
          if status.state == .running, result.state.status == .initialized {
            result.state.status = .running
          }
          return result
        }
      }
    }
    // Another command is about to start it.
    if result.state.pid == 0, Self.isAlive(result.state.monitorPid, result.state.monitorStart) {
      return result
    }
    // The monitor is gone without a word: the first process itself tells.
    if !Self.isAlive(result.state.pid, result.state.pidStart) {
      result.state.end(exitCode: 255, at: result.state.finishedAt)
      result.state.status = .stopped
      result.state.error = "the monitor of the container was killed"
    }
    return result
  }

  /// The container of this name or id as it is now.
  public func lookUp(_ nameOrID: String) throws -> Container { current(try find(nameOrID)) }

  /// All containers as they are now.
  public func allCurrent() throws -> [Container] { try all().map(current) }

  /// What the monitor last wrote; nil where it wrote nothing.
  static func monitorStatus(_ folders: ContainerFolders) -> MonitorStatus? {
    guard
      let bytes = try? readFile("\(folders.monitor)/\(MonitorFiles.status)", limit: 1 << 20)
    else { return nil }
    return try? JSONReader().read(MonitorStatus.self, from: bytes)
  }

  /// Whether the process that had this number and start time is there and has not ended.
  static func isAlive(_ pid: Int32, _ startTime: UInt64) -> Bool {
    guard pid > 0, let stat = try? ProcessStat(of: pid), !stat.hasEnded else { return false }
    return startTime == 0 || stat.startTime == startTime
  }
}

extension ContainerState {
  /// Takes over what the monitor knows.
  mutating func take(_ monitor: MonitorStatus) {
    pid = monitor.pid
    pidStart = monitor.startTime
    monitorPid = monitor.monitor
    monitorStart = monitor.monitorStartTime
    if let text = monitor.startedAt, let moment = TimeText.nanoseconds(text) { startedAt = moment }
    if let text = monitor.finishedAt, let moment = TimeText.nanoseconds(text) {
      finishedAt = moment
    }
    exitCode = monitor.exitCode ?? exitCode
    wasKilledForMemory = monitor.oomKilled
    restartCount = monitor.restartCount
    error = monitor.error ?? error
    execIDs = monitor.state == .running ? monitor.sessions : []
  }

  /// No process is left.
  mutating func end(exitCode code: Int32, at moment: Int64) {
    pid = 0
    pidStart = 0
    monitorPid = 0
    monitorStart = 0
    exitCode = code
    finishedAt = moment > startedAt ? moment : TimeText.now()
  }
}
