import JSON
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// What the runtime does while CRIU restores a container, when CRIU tells that it is time.
struct RestorationEvents {
  private let blueprint: ContainerBlueprint
  /// The container's folder.
  private let folder: FileDescriptor
  private let console: ConsoleSocket?
  /// Whether the controlling end of the terminal has come and was sent on.
  private(set) var hasTerminal = false

  init(_ blueprint: ContainerBlueprint, folder: FileDescriptor, console: ConsoleSocket?) {
    self.blueprint = blueprint
    self.folder = folder
    self.console = console
  }

  /// Handles a notification; those that are not for a runtime without interfaces of its own, as the
  /// network's lock and unlock, need nothing.
  mutating func handle(
    _ notification: CriuResponse.Notification, _ descriptors: [SharedDescriptor],
    _ state: inout ContainerState, _ undo: inout UndoStack
  ) throws {
    blueprint.context.log.debug("criu: \(notification.script)")
    switch notification.script {
    case "setup-namespaces": try runHooks(notification.processID, &undo)
    case "orphan-pts-master": try handOver(descriptors)
    case "post-restore": try record(notification.processID, &state, &undo)
    default: break
    }
  }

  private func runHooks(_ pid: ProcessID, _ undo: inout UndoStack) throws {
    let hooks = blueprint.hooks
    let state = blueprint.hookState(.creating, pid)
    undo.push("running the poststop hooks") { [blueprint] in
      try Hooks.run(hooks.poststop, .poststop, blueprint.hookState(.stopped, 0))
    }
    try Hooks.run(hooks.prestart, .prestart, state)
    try Hooks.run(hooks.createRuntime, .createRuntime, state)
  }

  private mutating func handOver(_ descriptors: [SharedDescriptor]) throws {
    guard let controller = descriptors.first else {
      throw RuntimeError.processFailed("criu sent no terminal")
    }
    guard let console else {
      throw RuntimeError.invalid(
        field: "process.terminal", reason: "it is false, but the saved processes have a terminal")
    }
    try step("sending the terminal") {
      try console.sender.lent.send(Array("/dev/ptmx".utf8), with: [controller.lent])
    }
    hasTerminal = true
  }

  /// Writes the state before the processes go on: from then on the container exists.
  private func record(
    _ pid: ProcessID, _ state: inout ContainerState, _ undo: inout UndoStack
  ) throws {
    undo.push("ending the restored processes") {
      try? Signal.kill.send(to: pid)
      _ = try ProcessHandle.wait(for: pid)
    }
    state.pid = pid
    state.pidStartTime = try ProcessStat(of: pid).startTime
    state.isCreated = true
    try amendConfiguration(pid)
    try folder.replaceFile(
      ContainerFolder.stateFile, contents: JSONWriter().write(state), mode: 0o600)
  }

  /// CRIU gives processes a time namespace, so that their clocks go on from where they were: `exec`
  /// has to know of it.
  private func amendConfiguration(_ pid: ProcessID) throws {
    var spec = blueprint.spec
    let name = "time"
    guard let own = try? openFile("/proc/self/ns", [.path, .directory]),
      let its = try? openFile("/proc/\(pid)/ns", [.path, .directory]),
      own.lent.contains(name), let wanted = try? its.lent.linkTarget(of: name),
      try own.lent.linkTarget(of: name) != wanted,
      !(spec.linux?.namespaces ?? []).contains(where: { $0.type == .time })
    else { return }
    spec.linux?.namespaces?.append(Spec.Linux.Namespace(type: .time))
    try folder.replaceFile(
      ContainerFolder.configFile, contents: JSONWriter().write(spec), mode: 0o600)
  }
}
