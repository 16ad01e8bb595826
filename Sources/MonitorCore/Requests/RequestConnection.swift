import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// A connection to the monitor, from its one request to its last packet.
final class RequestConnection {
  private enum State {
    /// The request is awaited.
    case asking
    /// Something was begun whose end is awaited.
    case waiting
    case waitingForEnd
    case watching
    case executing(ExecService)
    case over
  }

  /// A request brings at most so many descriptors.
  private static let mostDescriptors = 128

  private unowned let monitor: Monitor
  private let socket: SharedDescriptor
  private let onEnd: (RequestConnection) -> Void
  private var watch: EventLoop.Watch?
  private var state = State.asking

  init(
    _ socket: SharedDescriptor, _ monitor: Monitor, onEnd: @escaping (RequestConnection) -> Void
  ) {
    self.socket = socket
    self.monitor = monitor
    self.onEnd = onEnd
    try? socket.lent.setNonBlocking(true)
    watch = try? monitor.loop.watch(socket.lent, .readable) { [unowned self] in handle($0) }
  }

  private func handle(_ event: Poller.Interest) {
    do {
      guard event.contains(.readable) else {
        if case .executing(let service) = state { service.clientIsGone() }
        return end()
      }
      switch state {
      case .asking:
        let message = try socket.lent.receive(
          bytes: 64 << 10, descriptors: RequestConnection.mostDescriptors)
        if message.bytes.isEmpty { return end() }
        try perform(
          try JSONReader().read(MonitorRequest.self, from: message.bytes), message.descriptors)
      case .executing(let service):
        let message = try socket.lent.receive(bytes: 4096, descriptors: 0)
        if message.bytes.isEmpty {
          service.clientIsGone()
          return end()
        }
        service.receive(message.bytes)
      default:
        if try socket.lent.receive(bytes: 4096, descriptors: 0).bytes.isEmpty { end() }
      }
    } catch let error as SystemError where error.errno == .wouldBlock {
      return
    } catch {
      finish(MonitorAnswer(error: "\(error)"))
    }
  }

  // MARK: What can be asked

  private func perform(_ request: MonitorRequest, _ descriptors: [SharedDescriptor]) throws {
    switch request.verb {
    case .start:
      state = .waiting
      monitor.start { [self] failure in
        finish(MonitorAnswer(failure, pid: monitor.status.pid))
      }
    case .attach:
      guard monitor.phase != .exited else { return finish(.notRunning) }
      let socket = socket
      let monitor = monitor
      end()
      try monitor.attach(socket, request.attach ?? AttachRequest())
    case .exec: try execute(request.exec ?? ExecRequest(), descriptors)
    case .stop:
      guard monitor.phase != .exited else { return finish(MonitorAnswer(status: monitor.status)) }
      state = .waitingForEnd
      monitor.stop(request.stop ?? monitor.plan.stop)
    case .kill:
      let signal = Signal(rawValue: request.stop?.signal ?? 9)
      guard monitor.pid != nil else { return finish(.notRunning) }
      if signal == .kill { monitor.updateStatus { $0.isStopRequested = true } }
      monitor.send(signal)
      finish(MonitorAnswer())
    case .watch:
      state = .watching
      send(MonitorAnswer(status: monitor.status))
      if monitor.phase == .exited { end() }
    case .checkHealth:
      guard let health = monitor.health, monitor.phase == .running else {
        return finish(
          MonitorAnswer(error: "the container has no health check that could be run now"))
      }
      state = .waiting
      health.run { [self] result in finish(MonitorAnswer(result: result)) }
    case .setRestart:
      if let plan = request.restart { monitor.restart = plan }
      finish(MonitorAnswer())
    case .reopenLog:
      monitor.streams.reopenLog()
      finish(MonitorAnswer())
    }
  }

  private func execute(_ request: ExecRequest, _ descriptors: [SharedDescriptor]) throws {
    guard monitor.phase == .running, let document = descriptors.first else {
      return finish(.notRunning)
    }
    let service = ExecService(monitor, request, Array(descriptors.dropFirst())) {
      [weak self] packet, descriptor in
      guard let self else { return }
      try? socket.lent.send(packet, with: descriptor.map { [$0.lent] } ?? [])
      if packet.first == MonitorPacket.exit.rawValue { end() }
    }
    state = .executing(service)
    service.start(document)
  }

  // MARK: Answers

  func statusChanged(_ status: MonitorStatus) {
    if case .watching = state, let packet = try? MonitorPacket.status.packet(status) {
      // Who does not read is not waited for.
      if (try? packet.withUnsafeBytes({ try socket.lent.sendPacket($0) })) != true { end() }
    }
  }

  func containerEnded() {
    switch state {
    case .waitingForEnd: finish(MonitorAnswer(status: monitor.status))
    case .watching: end()
    default: break
    }
  }

  private func send(_ answer: MonitorAnswer) {
    guard let packet = try? MonitorPacket.answer.packet(answer) else { return }
    _ = try? packet.withUnsafeBytes { try socket.lent.sendPacket($0) }
  }

  private func finish(_ answer: MonitorAnswer) {
    send(answer)
    end()
  }

  private func end() {
    if case .over = state { return }
    state = .over
    monitor.loop.end(watch)
    watch = nil
    onEnd(self)
  }
}

extension MonitorAnswer {
  static var notRunning: MonitorAnswer { MonitorAnswer(error: "the container is not running") }

  init(_ failure: RuntimeProgram.Failure?, pid: ProcessID) {
    self.init(error: failure?.message, runtimeStatus: failure?.status)
    if failure == nil { self.pid = pid }
  }
}

extension Monitor {
  /// Serves the container's streams on a connection.
  func attach(_ socket: SharedDescriptor, _ request: AttachRequest) throws {
    let client = try AttachClient(
      socket, request, streams, loop,
      onSignal: { [unowned self] in send($0) },
      onEnd: { [unowned self] in clientEnded($0) })
    streams.add(client)
  }
}
