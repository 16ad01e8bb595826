import LinuxSystem

/// The monitor's child processes: those that it started, and those that a runtime left to it.
final class Children {
  private var handlers: [ProcessID: (ExitStatus) -> Void] = [:]
  /// Who ended before anybody asked: a process of a runtime whose own end is not known yet.
  private var unclaimed: [ProcessID: ExitStatus] = [:]
  /// How many runtimes are under way that may leave a child.
  private var runtimes = 0

  /// Calls the handler once the child has ended; at once if it has already.
  func expect(_ id: ProcessID, _ handler: @escaping (ExitStatus) -> Void) {
    if let status = unclaimed.removeValue(forKey: id) {
      handler(status)
    } else {
      handlers[id] = handler
    }
  }

  func runtimeStarted() { runtimes += 1 }

  /// To be called when its children are claimed.
  func runtimeDone() {
    runtimes -= 1
    if runtimes == 0 { unclaimed.removeAll() }
  }

  /// Takes all children that have ended.
  func reap() throws(SystemError) {
    while let ended = try ProcessHandle.reapAny() {
      if let handler = handlers.removeValue(forKey: ended.id) {
        handler(ended.status)
      } else if runtimes > 0 {
        unclaimed[ended.id] = ended.status
      }
    }
  }
}
