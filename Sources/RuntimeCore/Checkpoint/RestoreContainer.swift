import Cgroups
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Makes a container of a bundle from the processes that `checkpointContainer` saved, and unless it is
/// detached waits for it and removes it.
///
/// - Returns: the exit status of the container's program, as a shell gives it; 0 when detached.
public func restoreContainer(
  _ id: ContainerID, _ options: RestoreOptions, _ context: RuntimeContext
) throws -> CInt {
  let create = options.create
  let blueprint = try ContainerBlueprint(id, create, context)
  let criu = try Criu.find(options.criu.program, context.log)
  let foreground = create.isDetached ? nil : try ForegroundProcess(isSubreaper: create.isSubreaper)
  var restoration = Restoration(blueprint, options, criu)
  let restored = try restoration.perform()
  guard let foreground else { return 0 }
  let status = try foreground.serve(restored.process, terminal: restored.terminal)
  if !create.keep {
    let container = Container(
      id, folder: restored.folder, state: restored.state, spec: blueprint.spec, context)
    try container.destroy()
  }
  return status.shellStatus
}

/// A container whose processes go on where they were saved.
struct RestoredContainer: ~Copyable {
  let folder: ContainerFolder
  let state: ContainerState
  let process: ProcessHandle
  /// The controlling end of the terminal, if the runtime itself serves it.
  let terminal: SharedDescriptor?
}

/// The restoring of one container. Whatever fails, everything made so far is undone in reverse.
struct Restoration {
  static let logFile = "restore.log"

  private let blueprint: ContainerBlueprint
  private let options: RestoreOptions
  private let criu: Criu
  private var undo = UndoStack()

  init(_ blueprint: ContainerBlueprint, _ options: RestoreOptions, _ criu: Criu) {
    self.blueprint = blueprint
    self.options = options
    self.criu = criu
  }

  mutating func perform() throws -> RestoredContainer {
    do {
      try Signal.pipe.ignore()
      return try restore()
    } catch {
      throw undo.unwind(after: error)
    }
  }

  private mutating func restore() throws -> RestoredContainer {
    let choices = options.criu
    if choices.lazyPages { try criu.require(.lazyPages, for: "--lazy-pages") }
    let folders = try CriuFolders(choices, makesImages: false, logFile: Self.logFile)

    let folder = try makeFolder()
    var cgroup = try ContainerCgroup(blueprint)
    var state = ContainerState(
      id: blueprint.id.description, bundle: blueprint.bundle, created: Timestamp.now().rfc3339)
    let hasCgroup = !blueprint.context.usesNoCgroups
    if hasCgroup { state.cgroup = cgroup.plannedRecord }
    try folder.write(state)
    let console = try ConsoleSocket.make(
      blueprint.process, path: blueprint.options.consoleSocket)
    try step("making the mount points") {
      try RestoredMountPoints.make(blueprint.rootFilesystem)
    }
    // After these were made: links that led nowhere lead there now.
    var (criuOptions, namespaceFiles) = try criuOptions(folders)

    var session = try CriuSession.start(
      criu.path, streams: .inherited, descriptors: namespaceFiles,
      prepare: { [plan = blueprint.rootFilesystem] in try Self.isolate(plan) })
    let seen: CriuFolders
    do {
      seen = try folders.seen(by: session.process.id)
      seen.enter(&criuOptions)
      if hasCgroup { try enterCgroup(&cgroup, session.process.id, &criuOptions) }
    } catch {
      session.abandon()
      throw error
    }
    if hasCgroup { state.cgroup = cgroup.record }
    var events = RestorationEvents(blueprint, folder: folder.lent, console: console)
    let response = try seen.log.explaining {
      try session.perform(CriuRequest(.restore, options: criuOptions)) {
        try events.handle($0, $1, &state, &undo)
      }
    }
    guard let pid = response.restoredProcess, pid == state.pid else {
      throw RuntimeError.processFailed("criu did not tell which process it restored")
    }
    let process = try ProcessHandle(opening: pid)
    if let path = blueprint.options.pidFile { try writePIDFile(path, pid) }
    if let path = blueprint.options.pidfdSocket { try process.sendDescriptor(to: path) }
    return RestoredContainer(
      folder: folder, state: state, process: process,
      terminal: events.hasTerminal ? try console?.receiveTerminal() : nil)
  }

  private mutating func makeFolder() throws -> ContainerFolder {
    let (id, root) = (blueprint.id, blueprint.context.root)
    let folder = try ContainerFolder.create(id, root: root)
    undo.push("removing the container's folder") {
      try ContainerFolder.open(id, root: root).remove()
    }
    try folder.write(config: blueprint.config)
    return folder
  }

  /// Puts the CRIU process into the new cgroup, where it then makes the container's processes.
  private mutating func enterCgroup(
    _ cgroup: inout ContainerCgroup, _ pid: ProcessID, _ options: inout CriuOptions
  ) throws {
    let resources = blueprint.linux.resources
    try step("creating the cgroup") {
      if blueprint.context.usesSystemd {
        try cgroup.create(for: resources, containing: pid)
      } else {
        try cgroup.create(for: resources)
      }
    }
    // Not earlier: one that could not be made may be another container's.
    let record = cgroup.record
    undo.push("removing the cgroup") {
      var made = try ContainerCgroup(record)
      try made.delete()
    }
    try ContainerFolder.open(blueprint.id, root: blueprint.context.root).markCgroupAsMade()
    if !blueprint.context.usesSystemd {
      try step("entering the cgroup") { try cgroup.add(pid) }
    }
    try step("setting the cgroup's limits") { try cgroup.apply(resources) }
    options.cgroupRoots = try CgroupRoots.ofProcess(pid)
  }

  /// What is asked of CRIU, and the namespaces that it gets open.
  private func criuOptions(
    _ folders: CriuFolders
  ) throws -> (CriuOptions, [SharedDescriptor]) {
    let plan = blueprint.rootFilesystem
    var result = folders.options(options.criu, logFile: Self.logFile)
    result.configurationFile = try CriuConfigurationFile.path(blueprint.spec.annotations)
    result.root = plan.path
    result.evasiveDevices = true
    if options.tcpClose { result.tcpClose = true }
    // As our child, not as CRIU's, which ends: so that we can wait for it.
    result.restoreAsSibling = true
    result.lsmProfile = try lsm(options.lsmProfile, "--lsm-profile")
    result.lsmMountContext = try lsm(options.lsmMountContext, "--lsm-mount-context")
    let root = RootDirectory(try openFile(plan.path, [.path, .directory]))
    result.externalMounts = try ExternalMounts(restoring: plan, root: root).list
    result.inheritedDescriptors = try ExternalDescriptors(in: folders.images.lent).inherited
    var files: [SharedDescriptor] = []
    for namespace in blueprint.namespaces.joined {
      if let external = ExternalNamespace(namespace.kind) {
        try external.checkSupport(criu)
        files.append(namespace.descriptor)
        result.inheritedDescriptors.append(
          CriuOptions.InheritedDescriptor(
            key: external.key, number: CriuSession.socketNumber + Int32(files.count)))
      } else {
        result.joinedNamespaces.append(try joined(namespace))
      }
    }
    return (result, files)
  }

  private func joined(
    _ namespace: NamespacePlan.Joined
  ) throws -> CriuOptions.JoinedNamespace {
    guard namespace.kind != .cgroup, namespace.kind != .time,
      let name = namespace.kind.fileName
    else {
      throw RuntimeError.unsupported(
        field: "linux.namespaces", reason: "criu cannot join \(namespace.path)")
    }
    return CriuOptions.JoinedNamespace(kind: name, path: namespace.path)
  }

  private func lsm(_ value: String?, _ field: String) throws -> String? {
    guard let value, !value.isEmpty else { return nil }
    try criu.require(CriuVersion(3, 16), for: field)
    return value
  }

  /// Gives CRIU a mount namespace of its own, and in it the root file system as the mount point that
  /// it wants: no mount is left on the host, whatever becomes of CRIU.
  private static func isolate(_ plan: RootFilesystem) throws {
    guard plan.hasMountNamespace else { return }
    try Namespaces.unshare(.mount)
    _ = try MountedRoot(plan)
  }
}
