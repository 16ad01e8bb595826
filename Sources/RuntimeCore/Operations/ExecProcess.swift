import Cgroups
import LinuxSystem
public import RuntimeSpec
import Seccomp
import SystemPackage

/// Runs a further process in a container.
///
/// - Parameter process: all of it; nothing is taken from the container's own process.
/// - Returns: its exit status, as a shell gives it; 0 when detached.
public func execProcess(
  _ id: ContainerID, _ process: Spec.Process, _ options: ExecOptions, _ context: RuntimeContext
) throws -> CInt {
  let container = try Container.find(id, context)
  switch try container.status() {
  case .created, .running: break
  case .paused where options.ignorePaused: break
  case .paused:
    throw RuntimeError.invalid(
      field: "container \(id)",
      reason: "it is paused; resume it, or give --ignore-paused to have the process wait")
  case let status:
    throw RuntimeError.wrongStatus(id, status, operation: "exec in")
  }
  try ConsoleSocket.check(
    process, options.consoleSocket, isDetached: options.isDetached)
  let foreground = options.isDetached ? nil : try ForegroundProcess(isSubreaper: false)
  let execution = try Execution.prepare(container, process, options)
  let started = try execution.start()
  guard let foreground else { return 0 }
  return try foreground.serve(started.process, terminal: started.terminal).shellStatus
}

/// A further process that has become its program.
struct StartedProcess: ~Copyable {
  let process: ProcessHandle
  /// The controlling end of its terminal, if the runtime itself serves it.
  let terminal: SharedDescriptor?
}

/// The making of one further process in a container.
struct Execution: ~Copyable {
  private let process: Spec.Process
  private let linux: Spec.Linux
  private let options: ExecOptions
  private let seccomp: SeccompFilter?
  private let inherited: InheritedDescriptors
  private let state: RuntimeState
  private let context: RuntimeContext
  private let cgroup: ContainerCgroup?
  private let intelRdt: IntelRdtGroup?
  private let keepsCallersKeyring: Bool
  private let firstProcess: ProcessHandle

  /// Finds what the process needs, and holds on to the container by its first process.
  static func prepare(
    _ container: borrowing Container, _ process: Spec.Process, _ options: ExecOptions
  ) throws -> Execution {
    try SecurityLabels.check(process)
    let linux = container.spec.linux ?? Spec.Linux()
    let context = container.context
    let seccomp = try linux.seccomp.map { try $0.filter(context) }
    let inherited = try InheritedDescriptors(preserved: options.preservedDescriptors)
    guard let first = try container.firstProcess() else {
      throw RuntimeError.notRunning(container.id)
    }
    return Execution(
      process: process, linux: linux, options: options, seccomp: seccomp, inherited: inherited,
      state: container.runtimeState(.running), context: context,
      cgroup: try container.cgroup(), intelRdt: try IntelRdtGroup(linux.intelRdt, container.id),
      keepsCallersKeyring: container.state.keepsCallersKeyring ?? false,
      firstProcess: first)
  }

  /// The namespaces that the container does not share with the runtime.
  private var namespaces: Namespaces {
    (linux.namespaces ?? []).reduce(into: []) { $0.insert(Namespaces($1.type)) }
  }

  func start() throws -> StartedProcess {
    try Signal.pipe.ignore()
    let entrance = try cgroup?.entrance(
      subgroups: options.subCgroups, beside: firstProcess.id)
    let affinity = try ProcessAffinity(process.execCPUAffinity)
    let console = try ConsoleSocket.make(process, path: options.consoleSocket)
    if console == nil {
      try StandardStreams.give(to: process.user, mappings: linux.uidMappings)
    }
    var sockets = try SocketPair(.sequencedPacket)
    guard let ourEnd = sockets.first.take(), let itsEnd = sockets.second.take() else {
      throw SystemError("socketpair", "", .badFileDescriptor)
    }
    let handle: ProcessHandle
    try affinity.applyInitial()
    switch try launch(into: entrance) {
    case .child:
      // While a copy of the other end stays open here, the runtime's end would go unnoticed.
      try? ourEnd.close()
      let channel = SyncChannel(itsEnd)
      run(channel, entrance, console: console?.sender)
    case .parent(let process):
      handle = process
    }
    try itsEnd.close()
    do {
      let channel = SyncChannel(ourEnd)
      try finish(handle, channel, affinity, mustBeMoved: entrance?.mustBeMoved ?? false)
      return StartedProcess(process: handle, terminal: try console?.receiveTerminal())
    } catch {
      try? handle.send(.kill)
      _ = try? handle.wait()
      throw error
    }
  }

  /// Does what only the runtime may do for the process, and sees it become its program.
  private func finish(
    _ handle: borrowing ProcessHandle, _ channel: SyncChannel, _ affinity: ProcessAffinity,
    mustBeMoved: Bool
  ) throws {
    if mustBeMoved {
      let pid = handle.id
      try step("joining the cgroup") { try cgroup?.add(pid, subgroups: options.subCgroups) }
    }
    try step("joining the resctrl group") { try intelRdt?.add(handle.id) }
    try ProcessLimits(process).apply(to: handle.id)
    while true {
      switch try channel.receive() {
      case .listener(let number)?:
        guard let profile = linux.seccomp else { continue }
        try SeccompListener.send(number, of: handle, profile, state)
        try channel.send(.listenerTaken)
      case .ready?:
        try affinity.applyFinal(to: handle.id, log: context.log)
        if let path = options.pidFile { try writePIDFile(path, handle.id) }
        if let path = options.pidfdSocket { try handle.sendDescriptor(to: path) }
        try channel.send(.proceed)
        return try channel.waitForExecution()
      case .failed(let sentence)?:
        throw RuntimeError.processFailed(sentence)
      case let other?:
        throw RuntimeError.processFailed("unexpected message \(other)")
      case nil:
        throw RuntimeError.processDied(try handle.wait())
      }
    }
  }

  /// Makes the process: in the container's pid namespace from its first moment, in the others
  /// after.
  ///
  /// Returns twice, as fork(2). Where the runtime may not join the pid namespace by itself, because
  /// it belongs to the container's user namespace, a process in between joins that first.
  private func launch(into entrance: CgroupEntrance?) throws -> Clone {
    // Who is in the container must not look into what comes there.
    try CurrentProcess.setDumpable(false)
    var options = CloneOptions()
    options.cgroup = entrance?.cloneDescriptor
    if namespaces.contains(.user) {
      return try IntermediateProcess.clone(options) {
        try joinNamespaces(namespaces)
        try CurrentProcess.becomeRoot()
        var options = CloneOptions()
        options.isSibling = true
        return try Clone.clone(options)
      }
    }
    if namespaces.contains(.pid) { try joinNamespaces(.pid) }
    return try Clone.clone(options)
  }

  private func joinNamespaces(_ kinds: Namespaces) throws {
    try firstProcess.joinNamespaces(kinds)
  }

  /// The process's own way, from its birth to `execve`.
  private func run(
    _ channel: SyncChannel, _ entrance: CgroupEntrance?, console: SharedDescriptor?
  ) -> Never {
    do {
      Signal.resetAll()
      try SignalMask.none.install()
      try CurrentProcess.startSession()
      try step("entering the cgroup") {
        try entrance?.enter(wasCloned: entrance?.cloneDescriptor != nil)
      }
      if !namespaces.contains(.user) { try joinNamespaces(namespaces.subtracting(.pid)) }
      if !keepsCallersKeyring {
        try SecurityLabels(process).whileLabellingKeys {
          try ContainerKeyring.join(state.id, log: context.log)
        }
      }
      if let console {
        try ContainerTerminal(size: process.consoleSize).hand(over: console.lent)
      }
      let container = ContainerProcess(
        process, linux: linux, seccomp: seccomp, inherited: inherited, log: context.log)
      let ready = try container.prepare(channel)
      try channel.send(.ready)
      try channel.await(.proceed)
      try container.execute(ready, keeping: channel)
    } catch {
      try? channel.send(.failed("\(error)"))
      CurrentProcess.exit(1)
    }
  }
}
