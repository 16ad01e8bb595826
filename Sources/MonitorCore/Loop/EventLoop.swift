import LinuxSystem
import SystemPackage

/// The one place where a monitor waits: for descriptors, for signals, for moments in time.
///
/// Nothing that it calls may wait itself. It is used from one thread, as all of this target.
final class EventLoop {
  typealias Handler = (Poller.Interest) -> Void

  /// A descriptor that is waited for; it has to stay open as long.
  struct Watch: Hashable {
    fileprivate let token: UInt64
    fileprivate let descriptor: FileDescriptor
  }

  struct Timer: Hashable { fileprivate let number: UInt64 }

  private let poller: Poller
  private let signals: SignalDescriptor
  private let children: Children
  private let onSignal: (Signal) -> Void
  private var handlers: [UInt64: Handler] = [:]
  private var timers: [(timer: Timer, deadline: Int64, action: () -> Void)] = []
  private var lastNumber: UInt64 = 0
  private var isStopped = false

  /// Blocks every signal but those that cannot be; they are read from here.
  init(children: Children, onSignal: @escaping (Signal) -> Void) throws(SystemError) {
    self.children = children
    self.onSignal = onSignal
    let mask = SignalMask.all.removing(.stop, .kill)
    try mask.block()
    signals = try mask.openDescriptor(nonBlocking: true)
    poller = try Poller()
    try poller.add(signals.descriptor.lent, .readable, token: 0)
  }

  // MARK: Descriptors

  func watch(
    _ descriptor: FileDescriptor, _ interest: Poller.Interest, _ handler: @escaping Handler
  ) throws(SystemError) -> Watch {
    lastNumber += 1
    try poller.add(descriptor, interest, token: lastNumber)
    handlers[lastNumber] = handler
    return Watch(token: lastNumber, descriptor: descriptor)
  }

  func change(_ watch: Watch, to interest: Poller.Interest) {
    try? poller.modify(watch.descriptor, interest, token: watch.token)
  }

  /// Ends a watch; `nil` is none. To be called before the descriptor is closed.
  func end(_ watch: Watch?) {
    guard let watch, handlers[watch.token] != nil else { return }
    // First, as the handler may be what holds the descriptor open.
    try? poller.remove(watch.descriptor)
    handlers[watch.token] = nil
  }

  // MARK: Time

  func after(milliseconds: Int64, _ action: @escaping () -> Void) -> Timer {
    lastNumber += 1
    let timer = Timer(number: lastNumber)
    let (deadline, isOver) = MonotonicClock.milliseconds()
      .addingReportingOverflow(max(0, milliseconds))
    timers.append((timer, isOver ? .max : deadline, action))
    return timer
  }

  func cancel(_ timer: Timer?) {
    guard let timer else { return }
    timers.removeAll { $0.timer == timer }
  }

  // MARK: Running

  /// Ends `run` once the present handlers are done.
  func stop() { isStopped = true }

  func run() throws(SystemError) {
    while !isStopped {
      let events = try poller.wait(milliseconds: timeToNextTimer())
      for event in events {
        if event.token == 0 { try readSignals() } else { handlers[event.token]?(event.interest) }
      }
      fireTimers()
    }
  }

  private func timeToNextTimer() -> Int? {
    guard let next = timers.map(\.deadline).min() else { return nil }
    return Int(clamping: max(0, next - MonotonicClock.milliseconds()))
  }

  private func fireTimers() {
    guard !timers.isEmpty else { return }
    let now = MonotonicClock.milliseconds()
    // One after the other: an action may cancel or set others.
    while let index = timers.firstIndex(where: { $0.deadline <= now }), !isStopped {
      timers.remove(at: index).action()
    }
  }

  private func readSignals() throws(SystemError) {
    while let received = try signals.read() {
      if received.signal == .child { try children.reap() } else { onSignal(received.signal) }
    }
  }
}
