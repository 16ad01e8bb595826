import LinuxSystem
import SystemPackage

/// A container's process that the runtime waits for: signals go to it, and the terminal is served.
///
/// Made before the process, so that no signal is lost; those that the runtime gets wait meanwhile.
struct ForegroundProcess: ~Copyable {
  let signals: SignalDescriptor

  /// - Parameter isSubreaper: whether orphans of the container become children of the runtime.
  init(isSubreaper: Bool) throws {
    if isSubreaper { try CurrentProcess.setChildSubreaper(true) }
    let mask = SignalMask.all.removing(.pipe, .stop, .kill)
    try mask.block()
    signals = try mask.openDescriptor(nonBlocking: true)
  }

  /// Serves the process until it ends.
  ///
  /// - Parameter terminal: the controlling end of its terminal, if it has one.
  func serve(_ process: borrowing ProcessHandle, terminal: SharedDescriptor?) throws -> ExitStatus {
    guard let terminal else { return try forwardSignals(process) }
    let relay = try TerminalRelay(terminal)
    defer { relay.restore() }
    return try relay.run(process, self)
  }

  private func forwardSignals(_ process: borrowing ProcessHandle) throws -> ExitStatus {
    let poller = try Poller()
    try poller.add(signals.descriptor.lent, .readable, token: 0)
    while true {
      _ = try poller.wait()
      if let status = try handleSignals(process) { return status }
    }
  }

  /// Passes on the signals that have come.
  ///
  /// - Returns: how the process ended, once it has.
  func handleSignals(
    _ process: borrowing ProcessHandle, onResize: () -> Void = {}
  ) throws -> ExitStatus? {
    while let received = try signals.read() {
      switch received.signal {
      case .child:
        // One SIGCHLD may stand for several children.
        while let ended = try ProcessHandle.reapAny() {
          if ended.id == process.id { return ended.status }
        }
      case .windowChange:
        onResize()
      case .urgent:
        // Other runtimes' preemption signal: engines send it to nobody on purpose.
        continue
      default:
        try? process.send(received.signal)
      }
    }
    return nil
  }
}
