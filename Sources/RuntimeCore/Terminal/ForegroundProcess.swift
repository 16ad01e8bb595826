import LinuxSystem
import SystemPackage

/// A container's process that the runtime waits for: signals go to it, and the terminal is served.
///
/// Made before the process, so that no signal is lost; those that the runtime gets wait meanwhile.
struct ForegroundProcess: ~Copyable {
  /// A socket of the container that the runtime reads meanwhile.
  struct Notification {
    let socket: SharedDescriptor
    /// Reads all that has come.
    let read: () throws -> Void
  }

  private let signals: SignalDescriptor

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
  func serve(
    _ process: borrowing ProcessHandle, terminal: SharedDescriptor?,
    notification: Notification? = nil
  ) throws -> ExitStatus {
    let poller = try Poller()
    try poller.add(signals.descriptor.lent, .readable, token: ForegroundProcess.token)
    if let socket = notification?.socket {
      try poller.add(socket.lent, .readable, token: ForegroundProcess.token)
    }
    guard let terminal else {
      while true {
        _ = try poller.wait()
        if let status = try handleEvents(process, notification) { return status }
      }
    }
    let relay = try TerminalRelay(terminal)
    defer { relay.restore() }
    return try relay.run(poller) { try handleEvents(process, notification) { relay.resize() } }
  }

  /// What the poller gives for everything but the terminal.
  static let token: UInt64 = 0

  /// Passes on the signals and the notifications that have come.
  ///
  /// - Returns: how the process ended, once it has.
  private func handleEvents(
    _ process: borrowing ProcessHandle, _ notification: Notification?, onResize: () -> Void = {}
  ) throws -> ExitStatus? {
    try notification?.read()
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
