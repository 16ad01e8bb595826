import Cgroups
import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage

/// Creates a container from a bundle: its first process waits at the FIFO for `start`.
public func createContainer(
  _ id: ContainerID, _ options: CreateOptions, _ context: RuntimeContext
) throws {
  var options = options
  options.isDetached = true
  var creation = Creation(try ContainerBlueprint(id, options, context), waitsForStart: true)
  let container = try creation.perform()
  try container.channel.send(.proceed)
}

/// A container whose first process waits to be told to go on.
struct CreatedContainer: ~Copyable {
  let folder: ContainerFolder
  let state: ContainerState
  let process: ProcessHandle
  /// The runtime's end of the channel; closed by the other side's `execve`.
  let channel: SyncChannel
  /// The controlling end of the terminal, if the runtime itself serves it.
  let terminal: SharedDescriptor?
}

/// The making of one container, from its folder to the first process that is ready for `execve`.
///
/// Whatever fails, everything made so far is undone in reverse. What a kill of the runtime leaves
/// behind is named by the state, which is written first; the first process notices and ends.
struct Creation {
  let blueprint: ContainerBlueprint
  /// Whether the first process waits for `start`, or goes on at once as for `run`.
  let waitsForStart: Bool
  private var undo = UndoStack()

  private let madeCgroup = MadeCgroup()

  init(_ blueprint: ContainerBlueprint, waitsForStart: Bool) {
    self.blueprint = blueprint
    self.waitsForStart = waitsForStart
  }

  mutating func perform() throws -> CreatedContainer {
    do {
      // A first process that is gone is found by an error, not by a signal that ends the runtime.
      try Signal.pipe.ignore()
      return try create()
    } catch {
      throw undo.unwind(after: error)
    }
  }

  private mutating func create() throws -> CreatedContainer {
    let folder = try makeFolder()
    var cgroup = try ContainerCgroup(blueprint)
    var state = ContainerState(
      id: blueprint.id.description, bundle: blueprint.bundle, created: Timestamp.now().rfc3339)
    let hasCgroup = !blueprint.context.usesNoCgroups
    if hasCgroup { state.cgroup = cgroup.plannedRecord }
    if blueprint.options.noNewKeyring { state.keepsCallersKeyring = true }
    state.resctrlGroup = try blueprint.intelRdt?.ownPath()
    try folder.write(state)
    if let group = state.resctrlGroup {
      undo.push("removing the resctrl group") { try IntelRdtGroup.remove(group) }
    }
    let entrance = try makeCgroup(&cgroup, folder)

    let fifo = waitsForStart ? try folder.makeStartFIFO() : nil
    let console = try ConsoleSocket.make(
      blueprint.process, path: blueprint.options.consoleSocket)
    if let mappings = blueprint.mappings, console == nil {
      try StandardStreams.give(to: blueprint.process.user, mappings: mappings.users)
    }
    let sources = try blueprint.rootFilesystem.openSourcesInParent(blueprint.mappings)

    var sockets = try SocketPair(.sequencedPacket)
    guard let ourEnd = sockets.first.take(), let itsEnd = sockets.second.take() else {
      throw SystemError("socketpair", "", .badFileDescriptor)
    }
    let launch = FirstProcessLaunch(
      blueprint.namespaces, timeOffsets: blueprint.linux.timeOffsets ?? [:])
    let process: ProcessHandle
    switch try launch.perform(into: entrance) {
    case .child:
      // While a copy of the other end stays open here, the runtime's end would go unnoticed.
      try? ourEnd.close()
      FirstProcess(
        blueprint, entrance: entrance, sources: sources, channel: SyncChannel(itsEnd),
        console: console?.sender, startFIFO: fifo
      ).run()
    case .parent(let handle):
      process = handle
    }
    try itsEnd.close()
    let channel = SyncChannel(ourEnd)
    let pid = process.id
    undo.push("ending the container's first process") {
      try? Signal.kill.send(to: pid)
      _ = try ProcessHandle.wait(for: pid)
    }

    try prepare(process, &cgroup, folder, channel)
    try answer(channel, process)
    let terminal = try console?.receiveTerminal()

    if hasCgroup { state.cgroup = cgroup.record }
    state.pid = pid
    state.pidStartTime = try ProcessStat(of: pid).startTime
    state.isCreated = true
    try folder.write(state)
    if let path = blueprint.options.pidFile { try writePIDFile(path, pid) }
    if let path = blueprint.options.pidfdSocket {
      try process.sendDescriptor(to: path)
    }
    return CreatedContainer(
      folder: folder, state: state, process: process, channel: channel, terminal: terminal)
  }

  private mutating func makeFolder() throws -> ContainerFolder {
    let (id, root) = (blueprint.id, blueprint.context.root)
    let folder = try ContainerFolder.create(id, root: root)
    undo.push("removing the container's folder") {
      try ContainerFolder.open(id, root: root).remove()
    }
    try folder.write(config: blueprint.config)
    try blueprint.notifySocket?.makeFolder()
    return folder
  }

  /// The cgroup from when it is made; one that could not be made may be another container's, and is
  /// not removed.
  private final class MadeCgroup {
    var record: ContainerCgroup.Record?
  }

  /// Makes the cgroup before the process, and opens the way in.
  ///
  /// - Returns: `nil` with systemd, which makes no scope without a process, and where there is to be none.
  private mutating func makeCgroup(
    _ cgroup: inout ContainerCgroup, _ folder: borrowing ContainerFolder
  ) throws -> CgroupEntrance? {
    undo.push("removing the cgroup") { [madeCgroup] in
      guard let record = madeCgroup.record else { return }
      var made = try ContainerCgroup(record)
      try made.delete()
    }
    if blueprint.context.usesSystemd || blueprint.context.usesNoCgroups { return nil }
    return try step("creating the cgroup") {
      try cgroup.create(for: blueprint.linux.resources)
      madeCgroup.record = cgroup.record
      try folder.markCgroupAsMade()
      return try cgroup.entrance()
    }
  }

  /// What only the runtime has the right to do for the new process.
  private mutating func prepare(
    _ process: borrowing ProcessHandle, _ cgroup: inout ContainerCgroup,
    _ folder: borrowing ContainerFolder, _ channel: SyncChannel
  ) throws {
    let pid = process.id
    // Before the mappings: a process that took a mapped user is no longer the caller's, and the
    // machine's systemd moves a process for its owner only.
    if blueprint.context.usesSystemd {
      try step("creating the cgroup") {
        try cgroup.create(for: blueprint.linux.resources, containing: pid)
        madeCgroup.record = cgroup.record
        try folder.markCgroupAsMade()
      }
    }
    if let mappings = blueprint.mappings {
      try mappings.write(to: pid)
      try channel.send(.mapped)
    }
    if blueprint.context.usesSystemd { try channel.send(.joinedCgroup) }
    if !blueprint.context.usesNoCgroups {
      try step("setting the cgroup's limits") { try cgroup.apply(blueprint.linux.resources) }
    }
    try step("joining the resctrl group") { try blueprint.intelRdt?.create(for: pid) }
    try ProcessLimits(blueprint.process).apply(to: pid)
    try ProcessAffinity(nil).applyFinal(to: pid, log: blueprint.context.log)
    try moveNetworkDevices(to: pid)
  }

  /// Gives the container the devices of the host that it is to have. A namespace that exists is
  /// known; the first process may not have joined it yet.
  private mutating func moveNetworkDevices(to pid: ProcessID) throws {
    guard let wanted = blueprint.linux.netDevices, !wanted.isEmpty else { return }
    let joined = blueprint.namespaces.joined.first { $0.kind == .network }?.descriptor
    let namespace =
      try joined ?? SharedDescriptor(openFile("/proc/\(pid)/ns/net", [.readOnly]))
    var devices = try NetworkDevices(movingTo: namespace)
    try devices.move(wanted)
    undo.push("moving the network devices back") { [devices] in
      var devices = devices
      if let failure = devices.moveBack().first { throw failure }
    }
  }

  /// Does what the first process asks for until it is ready.
  private mutating func answer(
    _ channel: SyncChannel, _ process: borrowing ProcessHandle
  ) throws {
    while true {
      switch try channel.receive() {
      case .mounted?:
        try runRuntimeHooks(process.id)
        try channel.send(.hooksDone)
      case .listener(let number)?:
        guard let profile = blueprint.linux.seccomp else { continue }
        try SeccompListener.send(
          number, of: process, profile, blueprint.hookState(.creating, process.id))
        try channel.send(.listenerTaken)
      case .ready?:
        return
      case .failed(let sentence)?:
        throw RuntimeError.processFailed(sentence)
      case let other?:
        throw RuntimeError.processFailed("unexpected message \(other)")
      case nil:
        throw RuntimeError.processDied(try process.wait())
      }
    }
  }

  private mutating func runRuntimeHooks(_ pid: ProcessID) throws {
    let hooks = blueprint.hooks
    let state = blueprint.hookState(.creating, pid)
    // From the first hook on, those that clean up after them run whatever happens.
    undo.push("running the poststop hooks") { [blueprint] in
      try Hooks.run(hooks.poststop, .poststop, blueprint.hookState(.stopped, 0))
    }
    try Hooks.run(hooks.prestart, .prestart, state)
    try Hooks.run(hooks.createRuntime, .createRuntime, state)
  }
}

extension ProcessHandle {
  /// Sends the pidfd to the socket that a caller named.
  func sendDescriptor(to path: String) throws {
    try step("sending the pidfd to \(path)") {
      let socket = try UnixSocket.connect(.stream, to: try absolutePath(path))
      try socket.lent.send([0], with: [descriptor.lent])
    }
  }
}

/// Writes a process's number to a file in one step: a reader sees it whole or not at all.
func writePIDFile(_ path: String, _ pid: ProcessID) throws {
  try step("writing the pid file \(path)") {
    let absolute = try absolutePath(path)
    let slash = absolute.lastIndex(of: "/") ?? absolute.startIndex
    let folder = try openFile(String(absolute[...slash]), [.readOnly, .directory])
    try folder.lent.replaceFile(
      String(absolute[absolute.index(after: slash)...]), contents: Array("\(pid)".utf8),
      mode: 0o644)
  }
}
