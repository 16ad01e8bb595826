public import Archive
import HelperProtocols
import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

extension Containers {
  /// How the processes of a container are saved.
  public struct CheckpointOptions: Sendable {
    /// The archive that the state is written to; nil keeps it on this machine alone.
    public var exportPath: String?
    public var compression = Compression.zstd
    /// The name of an image that the state becomes.
    public var image: String?
    public var ignoresRoot = false
    public var ignoresVolumes = false
    public var savesFileLocks = false
    public var savesConnections = false
    /// Whether the container goes on afterwards.
    public var leavesRunning = false
    /// Whether only memory is saved, and the container goes on.
    public var savesMemoryOnly = false
    /// Whether memory that an earlier dump holds is left out.
    public var followsEarlier = false
    /// Whether CRIU's logs and statistics stay.
    public var keepsFiles = false

    public init() {}
  }

  /// What a dump or a restore did.
  public struct CheckpointReport: Sendable {
    public var id: String
    /// How long the runtime took.
    public var runtimeMicroseconds: Int64
    public var statistics: CriuStatistics?
  }

  /// Saves the processes of a running container, which ends with that unless it is to go on.
  ///
  /// CRIU does it, called by the OCI runtime. What can be wrong with the options is found before anything is
  /// stopped.
  public func checkpoint(
    _ nameOrID: String, _ options: CheckpointOptions = CheckpointOptions()
  ) throws -> CheckpointReport {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard let kept = try container(id: found.id) else {
      throw EngineError.noSuch(.container, nameOrID)
    }
    var now = current(kept)
    let place = CheckpointFolder(ContainerFolders(now.id, engine))
    try check(now, options, place)
    let imageName = try options.image.map(engine.images.newName)
    let target = try options.exportPath.map { try CheckpointTarget($0) }
    try describe(now, in: place)
    let ends = !options.leavesRunning && !options.savesMemoryOnly
    let duration = try dump(now, options, place, ends: ends)
    // From here on the state is saved: whatever fails, the container can be restored.
    var failures: [any Error] = []
    do {
      try saveSurroundings(now, options, place)
      let export = CheckpointExport(container: now, options: options, place: place, engine: engine)
      if let target { try export.write(to: target) }
      if let imageName { try export.makeImage(imageName) }
    } catch {
      failures.append(error)
    }
    let statistics =
      options.savesMemoryOnly
      ? nil
      : CriuStatistics(
        (try? readFile(place.path(of: CheckpointFolder.dumpStatistics), limit: 1 << 16)) ?? [])
    engine.events.emit(.container(.checkpoint, now.record))
    if ends {
      now.state.status = .stopped
      now.state.exitCode = 0
      now.state.error = nil
      now.state.finishedAt = TimeText.now()
      now.state.checkpointedAt = TimeText.now()
      now.state.restoredAt = 0
      do {
        try cleanUp(&now, CleanUpOptions(isLocked: true, removes: false))
      } catch {
        failures.append(error)
      }
      try save(now.state, of: now.id)
    }
    if !options.keepsFiles, !options.savesMemoryOnly {
      try place.remove([
        CheckpointFolder.dumpLog, CheckpointFolder.dumpStatistics, CheckpointFolder.configuration,
        CheckpointFolder.specification, CheckpointFolder.rootChanges,
        CheckpointFolder.deletedFiles, CheckpointFolder.volumes,
      ])
    }
    if let error = failures.first {
      throw failures.count == 1 ? error : EngineError.several(failures)
    }
    return CheckpointReport(
      id: now.id, runtimeMicroseconds: duration, statistics: statistics)
  }

  private func check(
    _ now: Container, _ options: CheckpointOptions, _ place: CheckpointFolder
  ) throws {
    guard now.state.status == .running else {
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason: "\"\(now.state.status.rawValue)\" is not running, cannot checkpoint")
    }
    let leaves = options.exportPath != nil || options.image != nil
    if now.record.isRemoved, !leaves {
      throw EngineError.nothingToDo(
        "cannot checkpoint containers that have been started with '--rm' unless '--export' is used")
    }
    if leaves, !now.record.dependencies.isEmpty {
      throw EngineError.unsupported(
        "an export of \(now.name)",
        reason: "cannot export checkpoints of containers with dependencies")
    }
    if leaves, now.record.rootfs != nil, !options.ignoresRoot {
      throw EngineError.unsupported(
        "an export of \(now.name)",
        reason: "its files are a folder of the host; please use --ignore-rootfs")
    }
    if options.followsEarlier, !fileExists(place.path(of: CheckpointFolder.earlierImages)) {
      throw EngineError.nothingToDo(
        "--with-previous needs an earlier --pre-checkpoint of container \(now.name)")
    }
  }

  /// Writes what the container is, for whoever restores it elsewhere.
  private func describe(_ now: Container, in place: CheckpointFolder) throws {
    let writer = JSONWriter(.indented("  "))
    try place.write(
      CheckpointFolder.configuration, try writer.write(CheckpointDocument(now.record)))
    let config = ContainerFolders(now.id, engine).run + "/config.json"
    try place.write(CheckpointFolder.specification, try readFile(config, limit: 16 << 20))
  }

  /// Has the runtime save the processes.
  ///
  /// - Returns: the microseconds that it took.
  private func dump(
    _ now: Container, _ options: CheckpointOptions, _ place: CheckpointFolder, ends: Bool
  ) throws -> Int64 {
    let name =
      options.savesMemoryOnly ? CheckpointFolder.earlierImages : CheckpointFolder.images
    try place.remove([name])
    try makeDirectories(place.path(of: name), mode: 0o700)
    var words = [
      "checkpoint", "--image-path", place.path(of: name), "--work-path", place.path,
    ]
    if options.leavesRunning { words.append("--leave-running") }
    if options.savesConnections { words.append("--tcp-established") }
    if options.savesFileLocks { words.append("--file-locks") }
    if options.savesMemoryOnly { words.append("--pre-dump") }
    if options.followsEarlier {
      words += ["--parent-path", CheckpointFolder.earlierFromImages]
    }
    // The end that is to come is no failure that a policy follows up.
    let hasMonitor = Self.isAlive(now.state.monitorPid, now.state.monitorStart)
    if ends, hasMonitor { try setRestart(RestartPlan(), of: now.id) }
    let began = MonotonicClock.sinceBoot()
    do {
      let result = try runtime(now.record, words + [now.id])
      guard result.status == 0 else {
        throw EngineError.program(
          now.record.runtime, status: result.status, message: result.message)
      }
    } catch {
      if ends, hasMonitor {
        let restart = now.record.restart
        try? setRestart(
          RestartPlan(policy: .init(rawValue: restart.policy) ?? .no, retries: restart.retries),
          of: now.id)
      }
      try? place.remove([name])
      throw error
    }
    let duration = (MonotonicClock.sinceBoot() - began) / 1000
    if ends { try waitForEnd(now) }
    return duration
  }

  private func setRestart(_ plan: RestartPlan, of id: String) throws {
    var request = MonitorRequest(.setRestart)
    request.restart = plan
    _ = try connect(to: id, request)
  }

  /// Until the monitor has seen that the processes are gone.
  private func waitForEnd(_ now: Container) throws {
    // It answers once the container has ended; one that has ended itself is done, too.
    _ = try? connect(to: now.id, MonitorRequest(.stop))
    for _ in 0..<1000 {
      guard let kept = try container(id: now.id) else { return }
      switch current(kept).state.status {
      case .running, .paused, .stopping, .initialized: MonotonicClock.sleep(milliseconds: 10)
      default: return
      }
    }
    throw EngineError.failed("container \(now.name)", reason: "its processes did not end")
  }

  /// What belongs to the state and is not the processes': /dev/shm and the addresses.
  private func saveSurroundings(
    _ now: Container, _ options: CheckpointOptions, _ place: CheckpointFolder
  ) throws {
    try place.remove([CheckpointFolder.sharedMemory])
    let shared = ContainerFolders(now.id, engine).run + "/shm"
    if now.record.namespaces.ipc == .shareable,
      let folder = try? openFile(shared, [.readOnly, .directory])
    {
      let file = try openFile(
        place.path(of: CheckpointFolder.sharedMemory), [.writeOnly, .create, .truncate, .noFollow],
        mode: 0o600)
      try LayerPacker().pack(
        .folder(folder.lent, overlay: nil),
        to: DescriptorSink(file.lent, subject: CheckpointFolder.sharedMemory))
    }
    let networks = CheckpointNetworks(Networks.statuses(now.state))
    try place.write(CheckpointFolder.network, try JSONWriter().write(networks))
    if options.followsEarlier {
      // CRIU writes the whole path, which leads nowhere in an archive.
      let images = try openFile(place.path(of: CheckpointFolder.images), [.readOnly, .directory])
      try? images.lent.removeFile("parent")
      try images.lent.makeLink("parent", to: CheckpointFolder.earlierFromImages)
    }
  }
}
