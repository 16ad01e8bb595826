import Cgroups
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// The container's first process, from its birth to `execve`.
struct FirstProcess {
  private let blueprint: ContainerBlueprint
  /// The way into the container's cgroup; `nil` where systemd puts the process there, or nobody does.
  private let entrance: CgroupEntrance?
  private let sources: MountSources
  private let channel: SyncChannel
  private let console: SharedDescriptor?
  /// Where a created container waits for `start`; `nil` if it goes on by itself.
  private let startFIFO: SharedDescriptor?

  init(
    _ blueprint: ContainerBlueprint, entrance: CgroupEntrance?, sources: MountSources,
    channel: SyncChannel, console: SharedDescriptor?, startFIFO: SharedDescriptor?
  ) {
    self.blueprint = blueprint
    self.entrance = entrance
    self.sources = sources
    self.channel = channel
    self.console = console
    self.startFIFO = startFIFO
  }

  /// Sets the container up from inside, waits to be told, and becomes the container's program.
  func run() -> Never {
    var isOnItsOwn = false
    do {
      try enterNamespaces()
      try makeRootFilesystem()
      let process = ContainerProcess(
        blueprint.process, linux: blueprint.linux, seccomp: blueprint.seccomp,
        inherited: blueprint.inherited, log: blueprint.context.log)
      let ready = try process.prepare(channel)
      if let startFIFO {
        try blueprint.inherited.letGoOfOthers(keeping: [channel.lent, startFIFO.lent])
      }
      try channel.send(.ready)
      try channel.await(.proceed)
      isOnItsOwn = startFIFO != nil
      if let startFIFO { try waitForStart(startFIFO.lent) }
      try runHooks(
        blueprint.hooks.startContainer, .startContainer, .created, environment: ready.environment)
      try process.execute(ready, keeping: channel)
    } catch {
      // Once the container is created nobody listens any more but whoever reads its output.
      if isOnItsOwn {
        let (reason, status) = Self.end(after: error)
        try? FileDescriptor.standardError.writeAll("ocirun: \(error)\(reason)\n")
        CurrentProcess.exit(status)
      }
      try? channel.send(.failed("\(error)"))
      CurrentProcess.exit(1)
    }
  }

  /// What is added to the sentence, and the exit status: as a shell's, 127 for what is not there and 126
  /// for what cannot be executed. That the program itself is there was seen before.
  private static func end(after error: any Error) -> (reason: String, status: CInt) {
    guard let failure = error as? SystemError, failure.operation == "exec" else { return ("", 1) }
    return failure.errno == .noSuchFileOrDirectory
      ? (": the interpreter that it names is missing", 127) : ("", 126)
  }

  private func enterNamespaces() throws {
    let namespaces = blueprint.namespaces
    Signal.resetAll()
    try SignalMask.none.install()
    // Devices and folders get the permissions that are asked for; the program's own mask comes
    // later.
    CurrentProcess.setFileCreationMask(0)
    try CurrentProcess.startSession()
    if blueprint.mappings != nil {
      try channel.await(.mapped)
      try CurrentProcess.becomeRoot()
      if !namespaces.afterMapping.isEmpty { try Namespaces.unshare(namespaces.afterMapping) }
    } else if !namespaces.needsIntermediate(
      withTimeOffsets: !(blueprint.linux.timeOffsets ?? [:]).isEmpty)
    {
      // What is in the namespaces that are joined must not look into this process.
      if !namespaces.joined.isEmpty { try CurrentProcess.setDumpable(false) }
      try namespaces.joinAll()
    }
    if !blueprint.options.noNewKeyring {
      try SecurityLabels(blueprint.process).whileLabellingKeys {
        try ContainerKeyring.make(
          blueprint.id.description, inUserNamespace: namespaces.hasUserNamespace,
          log: blueprint.context.log)
      }
    }
    if namespaces.isNew(.network) { try LoopbackDevice.bringUp() }
    if let name = blueprint.spec.hostname { try HostName.set(name) }
    if let name = blueprint.spec.domainname { try HostName.setDomain(name) }
  }

  /// Mounts the container's root and makes it this process's.
  private func makeRootFilesystem() throws {
    let root = blueprint.rootFilesystem
    try enterCgroup()
    if blueprint.namespaces.isNew(.cgroup) { try Namespaces.unshare(.cgroup) }
    try root.mountAll(sources)
    let hooks = blueprint.hooks
    if !(hooks.prestart ?? []).isEmpty || !(hooks.createRuntime ?? []).isEmpty {
      try channel.send(.mounted)
      try channel.await(.hooksDone)
    }
    try runHooks(hooks.createContainer, .createContainer, .creating)
    try root.enter(noPivot: blueprint.options.noPivot)
    if let console {
      let terminal = try ContainerTerminal(size: blueprint.process.consoleSize)
      try root.mountConsole(terminal: terminal.processEnd)
      try terminal.hand(over: console.lent)
    }
    try WorkingDirectory(blueprint.process.cwd).makeIfMissing()
    try root.seal()
  }

  private func enterCgroup() throws {
    if blueprint.context.usesNoCgroups { return }
    guard let entrance else { return try channel.await(.joinedCgroup) }
    try step("entering the cgroup") {
      try entrance.enter(wasCloned: entrance.cloneDescriptor != nil)
    }
  }

  private func runHooks(
    _ hooks: [Spec.Hook]?, _ kind: Hooks.Kind, _ status: RuntimeState.Status,
    environment: [String] = []
  ) throws {
    guard let hooks, !hooks.isEmpty else { return }
    try Hooks.run(
      hooks, kind, blueprint.hookState(status, CurrentProcess.id), environment: environment)
  }

  /// Waits until `start` has written a byte.
  ///
  /// The FIFO is open for reading and writing here, so that it has a writer and the read waits.
  private func waitForStart(_ fifo: FileDescriptor) throws {
    _ = try fifo.readSome(limit: 1, subject: ContainerFolder.startFIFO)
  }
}
