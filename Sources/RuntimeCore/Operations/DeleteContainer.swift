import Cgroups
import LinuxSystem
import RuntimeSpec
import SystemPackage

/// Removes all that belongs to a container that has stopped, or was never started.
///
/// - Parameter force: kill it first if it runs, and take one that does not exist for removed.
public func deleteContainer(_ id: ContainerID, force: Bool, _ context: RuntimeContext) throws {
  let folder: ContainerFolder
  do {
    folder = try ContainerFolder.open(id, root: context.root)
  } catch RuntimeError.containerMissing where force {
    return
  }
  guard let state = try folder.readState() else {
    // Its creation was cut short before anything but the folder was made.
    try folder.remove()
    if force { return }
    throw RuntimeError.containerMissing(id)
  }
  guard state.isCreated || force else { throw RuntimeError.containerMissing(id) }
  let spec = try folder.readSpec()
  let container = Container(id, folder: folder, state: state, spec: spec, context)
  if !force { try container.require(.stopped, .created, for: "delete") }
  try container.end()
  try container.destroy()
}

extension Container {
  /// How long the processes may take to end after SIGKILL, in milliseconds.
  private static let patience = 10_000

  /// Kills whatever of the container still runs, and waits until it is gone.
  fileprivate func end() throws {
    do {
      try kill(.kill)
    } catch RuntimeError.notRunning {
      // Nothing to end, but for what its cgroup may still hold, which its removal ends.
    }
    if let process = try firstProcess(), !(try process.hasEnded(within: Container.patience)) {
      throw RuntimeError.stillRunning(id)
    }
  }

  /// Removes the cgroups and the folder, and runs the poststop hooks, whatever fails.
  ///
  /// The folder goes last: until then the next `delete` finds what is left.
  ///
  /// A container that another command has removed meanwhile is left alone, its hooks included.
  func destroy() throws {
    guard folder.lent.contains(ContainerFolder.stateFile) else { return }
    var failures: [any Error] = []
    func attempt(_ name: String, _ body: () throws -> Void) {
      do {
        try body()
      } catch {
        failures.append(RuntimeError.step(name, error))
      }
    }
    attempt("removing the cgroup") {
      guard var cgroup = try cgroup() else { return }
      guard ownsCgroup else {
        // Empty folders that a creation made before it was killed go; one in use is another's.
        try? cgroup.delete()
        return
      }
      try cgroup.end()
    }
    if let group = state.resctrlGroup {
      attempt("removing the resctrl group") { try IntelRdtGroup.remove(group) }
    }
    if failures.isEmpty { attempt("removing the container's folder") { try folder.remove() } }
    // One that fails is told, and stops neither the others nor the removal (runtime.md, "Lifecycle").
    for failure in Hooks.runAll(spec.hooks?.poststop, .poststop, runtimeState(.stopped)) {
      context.log.warning("\(failure)")
    }
    guard let first = failures.first else { return }
    throw failures.count == 1
      ? first : RuntimeError.unclean(first, cleanUp: Array(failures.dropFirst()))
  }
}

extension ContainerCgroup {
  /// How often it is emptied, each time with a second of patience.
  private static let attempts = 5

  /// Kills what is in the cgroup and removes it. A first process whose maker was killed may come in between
  /// the two, from where it was born: then again.
  fileprivate mutating func end() throws {
    for _ in 1..<ContainerCgroup.attempts {
      if exists { try kill(Signal.kill.rawValue) }
      do throws(CgroupError) { return try delete() } catch {
        guard case .system(let cause) = error, cause.errno == .resourceBusy else { throw error }
      }
    }
    try delete()
  }
}
