import Cgroups
public import LinuxSystem
public import RuntimeSpec
import SystemPackage

/// A container that exists, as a later command finds it.
public struct Container: ~Copyable {
  public let id: ContainerID
  /// The configuration that it was created with.
  public let spec: Spec
  let folder: ContainerFolder
  let state: ContainerState
  let context: RuntimeContext

  /// Finds a container by its name.
  ///
  /// - Throws: `RuntimeError.containerMissing`; also for one whose creation was cut short, which only
  ///   `deleteContainer` with `force` finds.
  public static func find(_ id: ContainerID, _ context: RuntimeContext) throws -> Container {
    let folder = try ContainerFolder.open(id, root: context.root)
    guard let state = try folder.readState(), state.isCreated else {
      throw RuntimeError.containerMissing(id)
    }
    let spec = try folder.readSpec()
    return Container(id, folder: folder, state: state, spec: spec, context)
  }

  init(
    _ id: ContainerID, folder: consuming ContainerFolder, state: ContainerState, spec: Spec,
    _ context: RuntimeContext
  ) {
    self.id = id
    self.folder = folder
    self.state = state
    self.spec = spec
    self.context = context
  }

  /// The first process, held so that its number cannot come to mean another; `nil` once it has ended.
  func firstProcess() throws -> ProcessHandle? {
    guard try firstProcessIsThere(), let process = try openFirstProcess() else { return nil }
    // Again, now that the handle is open: the number meant this process all the while.
    guard try firstProcessIsThere() else { return nil }
    return process
  }

  /// Nil when it was reaped a moment ago.
  private func openFirstProcess() throws(SystemError) -> ProcessHandle? {
    do throws(SystemError) {
      return try ProcessHandle(opening: state.pid)
    } catch where error.errno == .noSuchProcess {
      return nil
    }
  }

  private func firstProcessIsThere() throws -> Bool {
    do throws(any Error) {
      let stat = try ProcessStat(of: state.pid)
      return stat.startTime == state.pidStartTime && !stat.hasEnded
    } catch let error as SystemError
      where error.errno == .noSuchProcess || error.errno == .noSuchFileOrDirectory
    {
      return false
    }
  }

  /// Where the container stands, asked of the kernel.
  public func status() throws -> RuntimeState.Status {
    guard try firstProcess() != nil else { return .stopped }
    if folder.lent.contains(ContainerFolder.startFIFO) { return .created }
    return try cgroup()?.isFrozen ?? false ? .paused : .running
  }

  func cgroup() throws -> ContainerCgroup? {
    try state.cgroup.map { try ContainerCgroup($0) }
  }

  /// Whether the processes in the cgroup are this container's.
  var ownsCgroup: Bool { state.isCreated || folder.hasMadeCgroup }

  /// The number of the first process, as the runtime sees it.
  public var processID: ProcessID { state.pid }
  public var bundle: String { state.bundle }
  /// When it was created, RFC 3339.
  public var created: String { state.created }
  /// The root file system's absolute path.
  public var rootPath: String { absolutePath(spec.root?.path ?? "", in: state.bundle) }
  /// The owner of the container's folder: whoever created it.
  public var owner: UInt32 { get throws { try folder.lent.status().uid } }

  /// The state document that hooks and `state` give.
  public func runtimeState(_ status: RuntimeState.Status) -> RuntimeState {
    RuntimeState(
      ociVersion: spec.ociVersion, id: id.description, status: status,
      pid: status == .stopped ? 0 : state.pid, bundle: state.bundle,
      annotations: spec.annotations)
  }

  /// Checks that an operation is allowed in the container's present status.
  @discardableResult
  func require(
    _ allowed: RuntimeState.Status..., for operation: String
  ) throws -> RuntimeState.Status {
    let status = try status()
    guard allowed.contains(status) else {
      throw RuntimeError.wrongStatus(id, status, operation: operation)
    }
    return status
  }
}

/// The names of all containers under the root, those included whose creation was cut short.
public func containerIDs(_ context: RuntimeContext) throws -> [ContainerID] {
  try ContainerFolder.all(root: context.root)
}
