import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Creates a container, starts it, and unless it is detached waits for it and removes it.
///
/// - Returns: the exit status of the container's program, as a shell gives it; 0 when detached.
public func runContainer(
  _ id: ContainerID, _ options: CreateOptions, _ context: RuntimeContext
) throws -> CInt {
  let blueprint = try ContainerBlueprint(id, options, context)
  // From here on: a signal that comes before the container's process exists is not lost.
  let foreground =
    options.isDetached ? nil : try ForegroundProcess(isSubreaper: options.isSubreaper)
  var creation = Creation(blueprint, waitsForStart: false)
  let created = try creation.perform()
  let container = Container(
    id, folder: created.folder, state: created.state, spec: blueprint.spec, context)
  let readiness: SharedDescriptor?
  do {
    readiness = try blueprint.notifySocket?.bind()
    try created.channel.send(.proceed)
    try created.channel.waitForExecution()
    try Hooks.run(blueprint.hooks.poststart, .poststart, container.runtimeState(.running))
  } catch {
    try? created.process.send(.kill)
    _ = try? created.process.wait()
    try? container.destroy()
    throw error
  }
  guard let foreground else {
    if let readiness {
      try blueprint.notifySocket?.forwardReady(from: readiness, of: created.process)
    }
    return 0
  }
  let notification = readiness.map { socket in
    ForegroundProcess.Notification(socket: socket) {
      _ = try blueprint.notifySocket?.passOn(from: socket, mainProcess: CurrentProcess.id)
    }
  }
  let status = try foreground.serve(
    created.process, terminal: created.terminal, notification: notification)
  if !options.keep { try container.destroy() }
  return status.shellStatus
}

extension SyncChannel {
  /// Waits until the other side has become the container's program, which closes its end.
  func waitForExecution() throws {
    switch try receive() {
    case nil: return
    case .failed(let sentence)?: throw RuntimeError.processFailed(sentence)
    case let other?: throw RuntimeError.processFailed("unexpected message \(other)")
    }
  }
}
