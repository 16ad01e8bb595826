import HelperProtocols
import JSON
import LinuxSystem
import RuntimeSpec
import StateStore
import Storage

extension Containers {
  /// Gives a container another name.
  public func rename(_ nameOrID: String, to name: String) throws {
    guard ContainerIdentifier.isName(name), name.utf8.count <= 255 else {
      throw EngineError.invalid(
        option: "name", value: name,
        reason: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument")
    }
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard var kept = try container(id: found.id) else {
      throw EngineError.noSuch(.container, nameOrID)
    }
    kept.record.name = name
    do {
      try keep(kept.record)
    } catch let error as StateStoreError {
      guard case .nameInUse(_, let owner) = error else { throw error }
      throw EngineError.nameInUse(.container, name: name, owner: owner)
    }
    if !kept.record.imageID.isEmpty {
      try engine.store.setNames([name], ofContainer: kept.id)
    }
    engine.events.emit(.container(.rename, kept.record))
  }

  /// Keeps a record that was changed.
  func keep(_ record: ContainerRecord) throws {
    try engine.state.setDocument(
      try engine.text(record), name: record.name, kind: "container", id: record.id)
  }

  /// What `update` changes.
  public struct Update: Sendable {
    public var limits = Spec.Linux.Resources()
    public var environment: [(name: String, value: String)] = []
    public var unsetVariables: [String] = []
    public var ulimits: [String] = []
    public var restart: ContainerRestart?
    public var health = HealthRequest()
    public var changesHealth = false

    public init() {}
  }

  /// Changes limits at once, and what else there is from the next start on.
  public func update(_ nameOrID: String, _ change: Update) throws -> Container {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard var kept = try container(id: found.id) else {
      throw EngineError.noSuch(.container, nameOrID)
    }
    let now = current(kept)
    kept.record.resources.limits.merge(change.limits)
    for text in change.ulimits {
      let limit = try ContainerLimits.limit(text)
      kept.record.process.limits.removeAll { $0.type == limit.type }
      kept.record.process.limits.append(limit)
    }
    for (name, value) in change.environment {
      kept.record.process.environment.removeAll { $0.hasPrefix(name + "=") }
      kept.record.process.environment.append("\(name)=\(value)")
    }
    for name in change.unsetVariables {
      kept.record.process.environment.removeAll { $0.hasPrefix(name + "=") }
    }
    if let restart = change.restart { kept.record.restart = restart }
    if change.changesHealth { try apply(change.health, to: &kept.record) }
    if now.state.status == .running || now.state.status == .paused,
      change.limits != Spec.Linux.Resources()
    {
      try updateRunning(kept.record, change.limits)
    }
    if let restart = change.restart, now.state.status == .running {
      var request = MonitorRequest(.setRestart)
      request.restart = RestartPlan(
        policy: .init(rawValue: restart.policy) ?? .no, retries: restart.retries)
      _ = try connect(to: kept.id, request)
    }
    try keep(kept.record)
    engine.events.emit(.container(.update, kept.record))
    return kept
  }

  private func updateRunning(
    _ record: ContainerRecord, _ limits: Spec.Linux.Resources
  ) throws {
    let folder = ContainerFolders(record.id, engine).run
    let path = "\(folder)/update.json"
    let directory = try openFile(folder, [.readOnly, .directory])
    try directory.lent.replaceFile(
      "update.json", contents: try JSONWriter().write(limits), mode: 0o600)
    defer { try? directory.lent.removeFile("update.json") }
    let result = try runtime(record, ["update", "--resources", path, record.id])
    guard result.status == 0 else {
      throw EngineError.program(record.runtime, status: result.status, message: result.message)
    }
  }

  private func apply(_ health: HealthRequest, to record: inout ContainerRecord) throws {
    if health.isDisabled || health.command == "none" {
      record.health = nil
      return
    }
    var check = record.health ?? ContainerHealthcheck()
    if let command = health.command { check.test = ContainerResolution.test(command) }
    guard !check.test.isEmpty else {
      throw EngineError.nothingToDo("the container has no health check: please set --health-cmd")
    }
    check.interval = health.interval ?? check.interval
    check.timeout = health.timeout ?? check.timeout
    check.startPeriod = health.startPeriod ?? check.startPeriod
    check.retries = health.retries ?? check.retries
    check.onFailure = health.onFailure ?? check.onFailure
    check.logDestination = health.logDestination ?? check.logDestination
    check.logCount = health.logCount ?? check.logCount
    check.logSize = health.logSize ?? check.logSize
    record.health = check
  }
}

extension Spec.Linux.Resources {
  /// Takes over what the other ones say.
  mutating func merge(_ other: Spec.Linux.Resources) {
    if let new = other.memory {
      var memory = self.memory ?? .init()
      memory.limit = new.limit ?? memory.limit
      memory.reservation = new.reservation ?? memory.reservation
      memory.swap = new.swap ?? memory.swap
      memory.swappiness = new.swappiness ?? memory.swappiness
      self.memory = memory
    }
    if let new = other.cpu {
      var cpu = self.cpu ?? .init()
      cpu.shares = new.shares ?? cpu.shares
      cpu.quota = new.quota ?? cpu.quota
      cpu.period = new.period ?? cpu.period
      cpu.realtimeRuntime = new.realtimeRuntime ?? cpu.realtimeRuntime
      cpu.realtimePeriod = new.realtimePeriod ?? cpu.realtimePeriod
      cpu.cpus = new.cpus ?? cpu.cpus
      cpu.mems = new.mems ?? cpu.mems
      self.cpu = cpu
    }
    if let new = other.pids { pids = new }
    if let new = other.blockIO {
      var block = blockIO ?? .init()
      block.weight = new.weight ?? block.weight
      block.weightDevice = new.weightDevice ?? block.weightDevice
      block.throttleReadBpsDevice = new.throttleReadBpsDevice ?? block.throttleReadBpsDevice
      block.throttleWriteBpsDevice = new.throttleWriteBpsDevice ?? block.throttleWriteBpsDevice
      block.throttleReadIOPSDevice = new.throttleReadIOPSDevice ?? block.throttleReadIOPSDevice
      block.throttleWriteIOPSDevice = new.throttleWriteIOPSDevice ?? block.throttleWriteIOPSDevice
      blockIO = block
    }
  }
}
