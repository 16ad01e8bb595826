import HelperProtocols
import LinuxSystem
import Networking
import RuntimeSpec
import StateStore
import Storage
import SystemPackage

extension Containers {
  /// How a container that has ended is cleaned up.
  public struct CleanUpOptions: Sendable {
    /// Whether the caller holds the container's lock.
    var isLocked = false
    /// Whether `--rm` and `--rmi` of the container's creation are done as well.
    public var removes = true

    public init() {}
    init(isLocked: Bool, removes: Bool) {
      self.isLocked = isLocked
      self.removes = removes
    }
  }

  /// Takes away what a start made: mounts, network, the runtime's state; and the container itself if it
  /// was made with `--rm`. One that runs is left alone.
  public func cleanUp(_ nameOrID: String, _ options: CleanUpOptions = CleanUpOptions()) throws {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    // Another command may have done it while this one waited.
    if let kept = try container(id: found.id) {
      var now = current(kept)
      var locked = options
      locked.isLocked = true
      try cleanUp(&now, locked)
    }
    if try container(id: found.id) == nil { lock.removeFile() }
  }

  /// The same for a container whose lock is held.
  func cleanUp(_ container: inout Container, _ options: CleanUpOptions) throws {
    switch container.state.status {
    case .running, .paused, .initialized, .stopping: return
    case .created, .exited, .removing, .unknown: break
    case .stopped:
      var ending = takeDown(container)
      let goes = options.removes && container.record.isRemoved && ending.failures.isEmpty
      if !goes { ending.finish() }
      container.state.status = .exited
      container.state.root = nil
      container.state.networkNamespace = nil
      container.state.networkStatus = []
      container.state.mountedImages = []
      container.state.monitorPid = 0
      // What goes at once needs no such note: until it is gone it counts as stopped, and is found so.
      if !goes { try save(container.state, of: container.id) }
      engine.events.emit(
        .container(.died, container.record, exitCode: container.state.exitCode))
      engine.events.emit(.container(.cleanup, container.record))
      if goes { return try removeForGood(container, ending) }
      if !ending.failures.isEmpty { throw EngineError.several(ending.failures) }
    }
    if options.removes, container.record.isRemoved, container.state.status == .exited {
      try removeForGood(container, TakenDown())
    }
  }

  /// What `--rm` and `--rmi` asked for.
  private func removeForGood(_ container: Container, _ ending: TakenDown) throws {
    try removeLocked(
      container, RemoveOptions(isForced: true, removesVolumes: true), ending)
    if container.record.isImageRemoved { removeImage(container.record) }
  }

  private func removeImage(_ record: ContainerRecord) {
    // Another container that uses the image keeps it, and so do other names that it has.
    guard !record.imageID.isEmpty else { return }
    var options = Images.RemoveOptions()
    options.ignoresMissing = true
    _ = try? engine.images.remove(
      [record.imageName.isEmpty ? record.imageID : record.imageName], options)
  }

  /// What is left of a start while it is taken away.
  struct TakenDown {
    /// What could not be taken away.
    var failures: [any Error] = []
    /// The runtime, where it still forgets the container and removes its cgroup.
    var deletion: RunningProgram?
    var runtime = ""

    /// Waits for the runtime.
    mutating func finish() {
      guard let deletion else { return }
      self.deletion = nil
      do {
        let result = try deletion.finish()
        guard result.status != 0 else { return }
        failures.append(
          EngineError.program(runtime, status: result.status, message: result.message))
      } catch {
        failures.append(error)
      }
    }
  }

  /// Takes away everything that a start made, in reverse.
  func takeDown(_ container: Container) -> TakenDown {
    let record = container.record
    let folders = ContainerFolders(record.id, engine)
    var ending = TakenDown(runtime: record.runtime)
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { ending.failures.append(error) }
    }
    attempt { ending.deletion = try startDeletion(record, folders) }
    if !isDeletedAside(record) { ending.finish() }
    if record.namespaces.network == .private {
      attempt { try engine.networks.tearDown(containerID: record.id) }
      if let path = container.state.networkNamespace {
        attempt { try NetworkNamespace.remove(at: path) }
      }
    }
    attempt { try unmountIfMounted(folders.run + "/shm") }
    for mount in record.mounts where mount.kind == .volume {
      attempt { try engine.volumes.unmount(mount.source) }
    }
    for image in container.state.mountedImages {
      attempt { try engine.store.unmount(image: image) }
    }
    if record.isRootfsOverlay { attempt { try unmountIfMounted(folders.rootOverlay + "/merged") } }
    if container.state.root != nil, !record.imageID.isEmpty {
      attempt { try engine.store.unmount(container: record.id) }
    }
    return ending
  }

  private func unmountIfMounted(_ path: String) throws(SystemError) {
    do throws(SystemError) {
      try unmount(path, .detach)
    } catch  where error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory {
    } catch {
      throw error
    }
  }

  /// Has the runtime forget the container, and with it the cgroup; nil where it knows none.
  private func startDeletion(
    _ record: ContainerRecord, _ folders: ContainerFolders
  ) throws -> RunningProgram? {
    guard (try? openFile("\(folders.runtimeState)/\(record.id)", [.path])) != nil else {
      return nil
    }
    let program = try engine.runtimeProgram(record.runtime)
    return try RunningProgram(
      program, engine.runtimeOptions(program, record) + ["delete", "--force", record.id])
  }

  /// Whether the rest may be taken away while the runtime forgets the container: ours has nothing to do
  /// with mounts then, no process of a pid namespace outlives its first, and no hook may miss anything.
  private func isDeletedAside(_ record: ContainerRecord) -> Bool {
    guard let program = try? engine.runtimeProgram(record.runtime),
      program.split(separator: "/").last == "ocirun", record.namespaces.pid == .private,
      let hooks = try? HookFolder.hooks(of: record, engine) ?? Spec.Hooks()
    else { return false }
    return hooks.poststop?.isEmpty ?? true
  }

  /// Runs a command of the container's runtime.
  func runtime(
    _ record: ContainerRecord, _ words: [String]
  ) throws -> (status: Int32, message: String) {
    let program = try engine.runtimeProgram(record.runtime)
    return try engine.run(program, engine.runtimeOptions(program, record) + words)
  }
}
