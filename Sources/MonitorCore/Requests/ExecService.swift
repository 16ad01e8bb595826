import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// What one client is told of the process that it has had started, and asks of it.
///
/// It lives on after the client, until the process has ended.
final class ExecService {
  private let monitor: Monitor
  private let request: ExecRequest
  /// The process's own, held only until it has them: the ends of pipes are to close with it.
  private var streams: [SharedDescriptor]
  private var preserved: [SharedDescriptor]
  /// Where the process's output can be read once the client does not.
  private var outputs: [SharedDescriptor]
  private var watches: [EventLoop.Watch] = []
  private let reply: ([UInt8], SharedDescriptor?) -> Void
  private var session: ExecSession?
  private var hasEnded = false
  private var isClientGone = false

  /// - Parameter reply: sends a packet to the client, if it is still there.
  init(
    _ monitor: Monitor, _ request: ExecRequest, _ descriptors: [SharedDescriptor],
    reply: @escaping ([UInt8], SharedDescriptor?) -> Void
  ) {
    self.monitor = monitor
    self.request = request
    self.reply = reply
    var rest = descriptors[...]
    streams = request.terminal == nil ? Array(rest.prefix(3)) : []
    rest = rest.dropFirst(streams.count)
    preserved = Array(rest.prefix(max(0, request.preservedDescriptors)))
    outputs = Array(rest.dropFirst(preserved.count))
  }

  func start(_ document: SharedDescriptor) {
    ExecSession.start(
      monitor, document: document, streams: streams, preserved: preserved,
      hasTerminal: request.terminal != nil,
      onStart: { [self] session, failure in started(session, failure) },
      onEnd: { [self] status in
        hasEnded = true
        self.session = nil
        stopReading()
        monitor.sessionEnded(request.session)
        if let name = request.session, request.isDetached || isClientGone {
          monitor.announce("exec_died", "\(status.shellStatus)", name)
        }
        reply(MonitorPacket.exit.packet("\(status.shellStatus)"), nil)
      })
  }

  private func started(_ session: ExecSession, _ failure: RuntimeProgram.Failure?) {
    self.session = failure == nil ? session : nil
    if failure == nil { monitor.sessionStarted(request.session) }
    streams = []
    preserved = []
    if let terminal = session.terminal {
      outputs = [terminal]
      if let size = request.terminal, size.rows > 0, size.columns > 0 {
        try? terminal.lent.setWindowSize(WindowSize(rows: size.rows, columns: size.columns))
      }
    }
    let answer = MonitorAnswer(failure, pid: session.pid ?? 0)
    guard let packet = try? MonitorPacket.answer.packet(answer) else { return }
    reply(packet, session.terminal)
    if let failure {
      reply(MonitorPacket.exit.packet("\(failure.status)"), nil)
      hasEnded = true
    }
  }

  func receive(_ packet: [UInt8]) {
    guard let first = packet.first, let kind = MonitorPacket(rawValue: first) else { return }
    let text = String(decoding: packet.dropFirst(), as: UTF8.self)
    switch kind {
    case .signal: if let number = CInt(text) { session?.send(Signal(rawValue: number)) }
    case .resize:
      if let size = WindowSize(text: packet.dropFirst()) {
        try? session?.terminal?.lent.setWindowSize(size)
      }
    default: break
    }
  }

  /// Reads in the client's place, so that the process neither waits nor is killed by a broken pipe.
  func clientIsGone() {
    guard !hasEnded else { return }
    isClientGone = true
    for output in outputs {
      try? output.lent.setNonBlocking(true)
      var watch: EventLoop.Watch?
      watch = try? monitor.loop.watch(output.lent, .readable) { [unowned monitor] _ in
        let bytes = try? output.lent.readSome(limit: 16 << 10)
        if bytes?.isEmpty ?? true { monitor.loop.end(watch) }
      }
      if let watch { watches.append(watch) }
    }
  }

  private func stopReading() {
    for watch in watches { monitor.loop.end(watch) }
    watches = []
    outputs = []
  }
}
