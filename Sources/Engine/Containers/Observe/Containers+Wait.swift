import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

extension Containers {
  /// Waits until a container has ended, and is told its exit status; at once for one that has.
  public func waitForEnd(_ nameOrID: String) throws -> Int32 {
    let container = try lookUp(nameOrID)
    switch container.state.status {
    case .exited, .stopped: return container.state.exitCode
    case .created: break
    default:
      if let status = try? followMonitor(container.id) { return status }
    }
    // Not started yet, or its monitor is about to go: asked again and again.
    while true {
      guard let now = try self.container(id: container.id).map(current) else {
        throw EngineError.noSuch(.container, nameOrID)
      }
      switch now.state.status {
      case .exited, .stopped: return now.state.exitCode
      case .created: sleepBriefly(250)
      default:
        if let status = try? followMonitor(now.id) { return status }
        sleepBriefly(20)
      }
    }
  }

  /// Reads what the monitor tells until the container is gone for good.
  private func followMonitor(_ id: String) throws -> Int32? {
    let connection = try connect(to: id, MonitorRequest(.watch))
    while true {
      let packet = try connection.lent.readSome(limit: 1 << 16, subject: "podman-monitor")
      guard packet.first == MonitorPacket.status.rawValue else { return nil }
      let status = try JSONReader().read(MonitorStatus.self, from: Array(packet.dropFirst()))
      if status.state == .exited { return status.exitCode }
    }
  }

  /// What a container can be waited to be.
  public enum WaitCondition: String, CaseIterable, Sendable {
    case configured, created, exited, healthy, initialized, paused, removing, running, stopped
    case stopping, unhealthy, unknown

    /// Whether it means that the process has ended.
    public var isEnd: Bool { self == .exited || self == .stopped }
  }

  /// Whether a container is now what is waited for.
  public func meets(_ condition: WaitCondition, _ container: Container) -> Bool {
    let status = container.state.status
    switch condition {
    case .configured, .created: return status == .created
    case .exited, .stopped: return status == .exited || status == .stopped
    case .healthy, .unhealthy: return health(container)?.rawValue == condition.rawValue
    default: return status.rawValue == condition.rawValue
    }
  }

  /// The health of a running container as its monitor last wrote it.
  func health(_ container: Container) -> HealthLog.Status? {
    guard container.record.health != nil else { return nil }
    return Self.monitorStatus(ContainerFolders(container.id, engine))?.health
  }

  public func sleepBriefly(_ milliseconds: Int) { MonotonicClock.sleep(milliseconds: milliseconds) }

  // MARK: Attach and health

  /// Serves a running container's streams.
  ///
  /// - Returns: its exit status; nil where the user has left it.
  public func attach(
    _ nameOrID: String, sendsInput: Bool, detachKeys: [UInt8], proxiesSignals: Bool
  ) throws -> Int32? {
    let container = try lookUp(nameOrID)
    guard container.state.status == .running || container.state.status == .initialized else {
      throw EngineError.wrongState(
        container: container.name, container.state.status,
        reason:
          "\(container.name) is \(container.state.status.rawValue): you can only attach to running containers"
      )
    }
    let sends = sendsInput && container.record.process.hasStandardInput
    var request = MonitorRequest(.attach)
    request.attach = AttachRequest(input: sends)
    var session = AttachSession(try connect(to: container.id, request))
    engine.events.emit(.container(.attach, container.record))
    session.sendsInput = sends
    session.isTerminal = container.record.process.hasTerminal
    session.detachKeys = detachKeys
    session.proxiesSignals = proxiesSignals
    switch try session.run() {
    case .exited(let status): return status
    case .detached: return nil
    case .lost: return try lookUp(nameOrID).state.exitCode
    }
  }

  /// Runs the health check now.
  ///
  /// - Returns: whether it succeeded.
  public func checkHealth(_ nameOrID: String) throws -> Bool {
    let container = try lookUp(nameOrID)
    guard container.record.health != nil else {
      throw EngineError.nothingToDo("container \(nameOrID) has no defined healthcheck")
    }
    guard container.state.status == .running else {
      throw EngineError.wrongState(
        container: container.name, container.state.status,
        reason: "container \(container.id) is not running")
    }
    let socket = try monitorSocket(of: container.id)
    try socket.lent.send(try JSONWriter().write(MonitorRequest(.checkHealth)), with: [])
    let packet = try socket.lent.readSome(limit: 1 << 16, subject: "podman-monitor")
    let answer = try JSONReader().read(MonitorAnswer.self, from: Array(packet.dropFirst()))
    if let error = answer.error {
      throw EngineError.program("podman-monitor", status: 125, message: error)
    }
    return answer.result == 0
  }
}
