import HelperProtocols
import JSON
import LinuxSystem
import Networking
import RuntimeSpec
import SystemPackage

extension Containers {
  /// How a container is started.
  public struct StartOptions: Sendable {
    /// Whether this process gets the streams: then `Started.connection` carries them.
    public var attach: AttachRequest?
    /// The terminal's size at the beginning.
    public var terminalSize: WindowSize?
    public var preserved = PreservedDescriptors()
    /// Whether the container is only made ready, as by `init`.
    public var stopsBeforeProgram = false
    /// Whether the standard input ends with the first client.
    public var closesInput = false

    public init() {}
  }

  /// A container that was started.
  public struct Started {
    public var container: Container
    /// The monitor's packets, where the start asked to attach.
    public var connection: SharedDescriptor?
  }

  /// Starts a container: mounts, network, `config.json`, monitor, runtime.
  @discardableResult
  public func start(_ id: String, _ options: StartOptions = StartOptions()) throws -> Started {
    let found = try find(id)
    try startDependencies(found.record)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard let kept = try container(id: found.id) else { throw EngineError.noSuch(.container, id) }
    var now = current(kept)
    switch now.state.status {
    case .created, .exited: break
    case .stopped:
      try cleanUp(&now, .init(isLocked: true, removes: false))
    case .initialized:
      if options.stopsBeforeProgram { throw alreadyInitialized(now) }
      return try startInitialized(now, options)
    case .running where !options.stopsBeforeProgram && options.attach == nil:
      return Started(container: now, connection: nil)
    case .running where options.stopsBeforeProgram: throw alreadyInitialized(now)
    case .paused:
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason: "cannot start paused container \(now.id); please unpause it")
    default:
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason:
          "container \(now.id) is \(now.state.status.rawValue): it must be in Created or Stopped "
          + "state to be started")
    }
    return try launch(now, options)
  }

  private func alreadyInitialized(_ container: Container) -> EngineError {
    .wrongState(
      container: container.id, container.state.status,
      reason: "container \(container.id) has already been created in runtime")
  }

  /// Containers that have to run first are started, unless they run.
  private func startDependencies(_ record: ContainerRecord) throws {
    for id in record.dependencies {
      guard let other = try container(id: id) else { throw EngineError.noSuch(.container, id) }
      let now = current(other)
      if now.state.status != .running { try start(id) }
    }
  }

  /// - Parameter restoring: the saved state that the container goes on from; nil for a beginning.
  @discardableResult
  func launch(
    _ container: Container, _ options: StartOptions = StartOptions(),
    restoring: Restoration? = nil
  ) throws -> Started {
    var preparation = ContainerPreparation(container, engine)
    do {
      try preparation.run()
      try restoring?.prepare(preparation)
      return try launch(container, &preparation, options, restoring)
    } catch {
      let failure = preparation.undo.all(after: error)
      var state = container.state
      state.error = "\(error)"
      try? save(state, of: container.id)
      throw failure
    }
  }

  private func launch(
    _ container: Container, _ preparation: inout ContainerPreparation, _ options: StartOptions,
    _ restoring: Restoration?
  ) throws -> Started {
    let record = container.record
    let spec = Spec(record, preparation.context)
    let folder = try openFile(preparation.folders.run, [.readOnly, .directory])
    try folder.lent.replaceFile("config.json", contents: try JSONWriter().write(spec), mode: 0o600)

    let launch = MonitorLaunch(record, engine)
    var plan = try launch.plan(
      restartCount: 0, hasHooks: spec.hooks?.poststart?.isEmpty == false)
    plan.health = try healthPlan(record, spec, preparation.folders)
    let startsLater = options.stopsBeforeProgram || preparation.setsUpNetworkLater
    plan.starts = !startsLater
    if let interval = preparation.upkeepInterval {
      plan.upkeep = .init(
        command: try engine.ownCommand(["network", "reload", record.id]), interval: interval)
    }
    plan.restoreOptions = restoring?.runtimeOptions
    if let size = options.terminalSize, plan.terminal != nil {
      plan.terminal = .init(rows: size.rows, columns: size.columns)
    }
    if options.closesInput, plan.standardInput == .open { plan.standardInput = .once }
    var inherited: [CInt: FileDescriptor] = [:]
    plan.preservedDescriptors = options.preserved.count
    let preserved = try options.preserved.all()
    inherited.merge(preserved.mapValues(\.lent)) { $1 }
    var connection: SharedDescriptor?
    var monitorEnd: SharedDescriptor?
    if let attach = options.attach {
      var pair = try SocketPair(.sequencedPacket)
      let number = 3 + CInt(clamping: options.preserved.count)
      if let end = pair.first.take() { connection = SharedDescriptor(end) }
      if let end = pair.second.take() { monitorEnd = SharedDescriptor(end) }
      if let monitorEnd { inherited[number] = monitorEnd.lent }
      plan.attached = .init(number: number, attach: attach)
    }
    for port in preparation.heldPorts {
      let number = (inherited.keys.max() ?? 2) + 1
      inherited[number] = port.lent
      plan.heldDescriptors.append(number)
    }
    // A monitor that is killed at once must leave a trace of what was mounted.
    var state = preparation.state
    state.status = .initialized
    state.bootID = engine.bootID
    state.error = nil
    state.isStoppedByUser = false
    state.exitCode = 0
    state.pid = 0
    state.monitorPid = 0
    state.restartCount = 0
    // Until the monitor speaks, this process stands for it.
    state.monitorPid = CurrentProcess.id
    state.monitorStart = (try? ProcessStat(of: CurrentProcess.id).startTime) ?? 0
    try save(state, of: record.id)
    let monitorFolder = try openFile(preparation.folders.monitor, [.readOnly, .directory])
    if monitorFolder.lent.contains(MonitorFiles.status) {
      try monitorFolder.lent.removeFile(MonitorFiles.status)
    }
    let answer = try launch.start(plan, inherited: inherited)
    withExtendedLifetime((monitorEnd, preserved)) {}
    if let message = answer.error {
      throw Self.runtimeError(message, program: record.process.arguments.first ?? "")
    }
    try engine.keepNamespaces(by: answer.monitor)
    state.monitorPid = answer.monitor
    state.monitorStart = (try? ProcessStat(of: answer.monitor).startTime) ?? 0
    state.pid = answer.pid ?? 0
    state.pidStart = (try? ProcessStat(of: state.pid).startTime) ?? 0
    if let path = Self.cgroupPath(of: state.pid), engine.cgroupManager == "systemd" {
      state.cgroup = path
    }
    if preparation.setsUpNetworkLater {
      try setUpLate(&preparation, &state)
    }
    if startsLater, !options.stopsBeforeProgram {
      try request(.start, of: record.id)
    }
    state.status = options.stopsBeforeProgram ? .initialized : .running
    if !options.stopsBeforeProgram { state.startedAt = TimeText.now() }
    state.checkpointedAt = 0
    state.restoredAt = restoring == nil ? 0 : TimeText.now()
    try save(state, of: record.id)
    if restoring != nil {
      engine.events.emit(.container(.restore, record))
      return Started(container: Container(record: record, state: state), connection: connection)
    }
    engine.events.emit(.container(.`init`, record))
    if !options.stopsBeforeProgram { engine.events.emit(.container(.start, record)) }
    return Started(container: Container(record: record, state: state), connection: connection)
  }

  /// The cgroup of version 2 that a process is in. See cgroups(7).
  private static func cgroupPath(of process: ProcessID) -> String? {
    guard process > 0, let bytes = try? readFile("/proc/\(process)/cgroup", limit: 65536) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first {
      $0.hasPrefix("0::")
    }.map { String($0.dropFirst(3)) }
  }

  /// The network of a container with users of its own, once its namespace is there.
  private func setUpLate(
    _ preparation: inout ContainerPreparation, _ state: inout ContainerState
  ) throws {
    do {
      let path = preparation.networkPath
      try NetworkNamespace.keep(ofProcess: state.pid, at: path)
      state.networkNamespace = path
      try preparation.configureNetwork(path)
      state.networkStatus = preparation.state.networkStatus
      try preparation.rewriteNames()
    } catch {
      try? Signal.kill.send(to: state.pid)
      try? NetworkNamespace.remove(at: preparation.networkPath)
      throw error
    }
  }

  private func startInitialized(_ container: Container, _ options: StartOptions) throws -> Started {
    var connection: SharedDescriptor?
    if let attach = options.attach {
      connection = try connect(to: container.id, MonitorRequest(attaching: attach))
    }
    try request(.start, of: container.id)
    var state = container.state
    state.status = .running
    state.startedAt = TimeText.now()
    try save(state, of: container.id)
    engine.events.emit(.container(.start, container.record))
    return Started(
      container: Container(record: container.record, state: state), connection: connection)
  }

  /// A failure of the runtime with the exit status that `run` has then: 127 for a program that is not
  /// there, 126 for one that cannot be executed.
  static func runtimeError(_ message: String, program: String) -> EngineError {
    let lower = message.lowercased()
    // Runtimes tell it in words only; ours and runc's are known.
    if lower.contains("no such file or directory") && lower.contains(program.lowercased())
      || lower.contains("executable file not found")
    {
      return .runtime(message: message, status: 127)
    }
    if lower.contains("permission denied") && lower.contains(program.lowercased())
      || lower.contains("exec format error") || lower.contains("is a directory")
    {
      return .runtime(message: message, status: 126)
    }
    return .runtime(message: message, status: 125)
  }
}

extension MonitorRequest {
  /// A request for the streams.
  init(attaching attach: AttachRequest) {
    self.init(.attach)
    self.attach = attach
  }
}
