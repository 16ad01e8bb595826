import EngineConfig
import HelperProtocols
import JSON
import LinuxSystem
import SystemPackage

/// Makes a `LaunchPlan` of what was decided about a container, and starts its monitor.
struct MonitorLaunch {
  let engine: ContainerEngine
  let record: ContainerRecord
  let folders: ContainerFolders

  init(_ record: ContainerRecord, _ engine: ContainerEngine) {
    self.record = record
    self.engine = engine
    folders = ContainerFolders(record.id, engine)
  }

  /// The plan but for what belongs to this start alone.
  func plan(restartCount: Int, hasHooks: Bool) throws -> LaunchPlan {
    var plan = LaunchPlan(
      id: record.id, name: record.name, runtime: try runtime(hasHooks: hasHooks),
      bundle: folders.run, runFolder: folders.monitor)
    plan.pidFile = record.pidFile
    plan.monitorPidFile = record.monitorPidFile
    plan.cgroup = cgroup
    plan.terminal = record.process.hasTerminal ? .init() : nil
    plan.standardInput = record.process.hasStandardInput ? .open : .closed
    plan.log = try log()
    plan.restart = RestartPlan(
      policy: .init(rawValue: record.restart.policy) ?? .no, retries: record.restart.retries,
      count: restartCount)
    plan.stop = StopPlan(
      signal: record.process.stopSignal ?? 15, timeout: Int64(record.process.stopTimeout))
    plan.runTimeout = record.process.timeout > 0 ? Int64(clamping: record.process.timeout) : nil
    plan.notification = ServiceManager.plan(record, folders)
    plan.cleanUpCommand = try engine.ownCommand(["container", "cleanup", record.id])
    plan.eventCommand = try engine.ownCommand(["container", "monitor-event", record.id])
    return plan
  }

  private func runtime(hasHooks: Bool) throws -> LaunchPlan.Runtime {
    let program = try engine.runtimeProgram(record.runtime)
    var runtime = LaunchPlan.Runtime(
      program: program, options: engine.runtimeOptions(program, record))
    let name = program.split(separator: "/").last ?? ""
    runtime.startsSealed = name == "ocirun"
    if runtime.startsSealed, !hasHooks {
      runtime.startFIFO = "\(folders.runtimeState)/\(record.id)/exec.fifo"
    }
    if engine.configuration.containersConf.engine.usesNoPivot {
      runtime.createOptions.append("--no-pivot")
    }
    if !engine.configuration.containersConf.containers.usesKeyring {
      runtime.createOptions.append("--no-new-keyring")
    }
    return runtime
  }

  /// Where podman puts its conmon. A service of systemd keeps the monitor, to know its main process.
  private var cgroup: LaunchPlan.Cgroup? {
    guard record.resources.cgroups == "enabled", engine.managesCgroups,
      engine.configuration.environment["INVOCATION_ID"] == nil
    else { return nil }
    let isRootless = engine.configuration.user.isRootless
    let parent = record.resources.cgroupParent
    guard engine.cgroupManager == "systemd" else {
      let path = "\(parent.isEmpty ? "/libpod_parent" : parent)/conmon"
      return .init(manager: .cgroupfs, path: path, isRootless: isRootless)
    }
    let standard = isRootless ? "user.slice" : "machine.slice"
    let slice = parent.split(separator: "/").last.map(String.init) ?? standard
    return .init(
      manager: .systemd, path: "\(slice):libpod-conmon:\(record.id)", isRootless: isRootless)
  }

  private func log() throws -> LogPlan {
    let log = record.log
    return LogPlan(
      driver: LogPlan.Driver(rawValue: log.driver) ?? .none,
      path: log.driver.hasSuffix("-file") ? log.path ?? folders.log : nil, maxSize: log.maxSize,
      maxFiles: log.maxFiles ?? 2, tag: try log.tag.map(rendered),
      labels: try log.labels.map(rendered))
  }

  /// A tag or a label may name what `inspect` shows, as `{{.ImageName}}`.
  private func rendered(_ text: String) throws -> String {
    guard text.contains("{{"), let inspection = engine.containerInspection else { return text }
    return try inspection(Containers.Container(record: record, state: ContainerState()), text)
  }

  /// Starts the monitor, and waits until the container is created, and started if the plan says so.
  ///
  /// - Parameter inherited: descriptors that the monitor gets under these numbers.
  func start(
    _ plan: LaunchPlan, inherited: [CInt: FileDescriptor]
  ) throws -> LaunchAnswer {
    let document = try OwnedDescriptor.dataFile("launch plan", try JSONWriter().write(plan))
    var pipe = try Pipe()
    guard let writing = pipe.writing.take(), let reading = pipe.reading.take() else {
      throw SystemError("pipe2", "", .badFileDescriptor)
    }
    var descriptors = inherited
    let first = (inherited.keys.max() ?? 2) + 1
    descriptors[first] = document.lent
    descriptors[first + 1] = writing.lent
    let program = try engine.configuration.programs.path(of: "podman-monitor")
    var launch = ProgramLaunch(
      program, ["podman-monitor", String(first), String(first + 1)], descriptors: descriptors)
    let variables = engine.configuration.containersConf.engine.monitorEnvironment
    if !variables.isEmpty {
      let names = Set(variables.map { $0.prefix { $0 != "=" } })
      launch.environment =
        CurrentProcess.environment().filter { !names.contains($0.prefix { $0 != "=" }) } + variables
    }
    let process = try launch.start()
    try writing.close()
    let bytes = try readLine(reading.lent)
    _ = try process.wait()
    guard !bytes.isEmpty else {
      throw EngineError.program(
        "podman-monitor", status: 125, message: "it ended without an answer")
    }
    return try JSONReader().read(LaunchAnswer.self, from: bytes)
  }

  private func readLine(_ descriptor: FileDescriptor) throws(SystemError) -> [UInt8] {
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n"), line.count < 1 << 20 {
      let bytes = try descriptor.readSome(limit: 65536, subject: "answer of podman-monitor")
      if bytes.isEmpty { break }
      line += bytes
    }
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    return line
  }
}

extension ContainerEngine {
  /// What stands before each command of a runtime about a container.
  func runtimeOptions(_ program: String, _ record: ContainerRecord) -> [String] {
    var options = ["--root", configuration.folders.runtimeState]
    switch record.resources.cgroups {
    case "disabled": options += ["--cgroup-manager", "disabled"]
    case "split": break
    default: if cgroupManager == "systemd" { options.append("--systemd-cgroup") }
    }
    options += configuration.options.runtimeFlags.map { "--" + $0 }
    return options
  }

  /// A command line of this program with the same options as now, for those who run it later.
  func ownCommand(_ words: [String]) throws -> [String] {
    let options = configuration.options
    let folders = configuration.folders
    var line = [try configuration.programs.path(of: "podman")]
    line += ["--root", folders.graphRoot, "--runroot", folders.runRoot]
    line += ["--tmpdir", folders.run, "--volumepath", folders.volumes]
    line += ["--network-config-dir", folders.networks]
    if let driver = configuration.storeOptions.driver { line += ["--storage-driver", driver] }
    for option in options.storageOptions { line += ["--storage-opt", option] }
    if let store = options.imageStore { line += ["--imagestore", store] }
    line += ["--cgroup-manager", cgroupManager]
    if let backend = options.eventsBackend { line += ["--events-backend", backend] }
    for flag in options.runtimeFlags { line += ["--runtime-flag", flag] }
    for module in options.modules { line += ["--module", module] }
    if configuration.storeOptions.isTransient { line.append("--transient-store") }
    return line + words
  }
}
