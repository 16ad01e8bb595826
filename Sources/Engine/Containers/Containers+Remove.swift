import HelperProtocols
import LinuxSystem
import StateStore
import Storage
import SystemPackage

extension Containers {
  /// How containers are removed.
  public struct RemoveOptions: Sendable {
    /// Whether one that runs is stopped first.
    public var isForced = false
    /// Whether the volumes that were made for it go too.
    public var removesVolumes = false
    /// Whether those that need it go first.
    public var removesDependents = false
    /// Seconds until one that runs is killed; nil is the container's own time.
    public var timeout: Int64?

    public init(isForced: Bool = false, removesVolumes: Bool = false, timeout: Int64? = nil) {
      self.isForced = isForced
      self.removesVolumes = removesVolumes
      self.timeout = timeout
    }
  }

  /// Removes a container.
  ///
  /// - Returns: the ids of what was removed, itself last.
  @discardableResult
  public func remove(_ nameOrID: String, _ options: RemoveOptions) throws -> [String] {
    let found: Container
    do {
      found = try find(nameOrID)
    } catch EngineError.noSuch(let kind, let name) {
      if let id = try removeFromStore(nameOrID, options) { return [id] }
      throw EngineError.noSuch(kind, name)
    }
    var removed: [String] = []
    let dependents = try dependents(of: found.id)
    if !dependents.isEmpty {
      guard options.removesDependents else {
        throw EngineError.inUse(.container, found.name, by: dependents.map(\.name))
      }
      for other in dependents { removed += try remove(other.id, options) }
    }
    if try removeOne(found.id, options) { removed.append(found.id) }
    return removed
  }

  /// Fails where neither a container nor the store has this name or id.
  public func checkRemovable(_ nameOrID: String) throws {
    do {
      _ = try find(nameOrID)
    } catch EngineError.noSuch(let kind, let name) {
      guard try engine.store.container(nameOrID) == nil else { return }
      throw EngineError.noSuch(kind, name)
    }
  }

  /// Removes a container that only the store knows: another engine's, or one whose making was killed before
  /// it had a record of ours.
  ///
  /// - Returns: its id; nil where the store does not know it either.
  private func removeFromStore(_ nameOrID: String, _ options: RemoveOptions) throws -> String? {
    guard let stored = try engine.store.container(nameOrID),
      try container(id: stored.id) == nil
    else { return nil }
    if !options.isForced, try engine.store.mountCount(container: stored.id) > 0 {
      throw EngineError.failed(
        "container \(nameOrID)",
        reason: "another engine has mounted it; remove it there, or use --force")
    }
    try engine.store.deleteContainer(stored.id)
    return stored.id
  }

  /// The containers that need another one.
  func dependents(of id: String) throws -> [Container] {
    // The id stands in their documents: the others, of which there may be thousands, are not even read.
    try mentioning(id).filter { $0.record.dependencies.contains(id) && $0.id != id }
  }

  /// False where another command was faster.
  private func removeOne(_ id: String, _ options: RemoveOptions) throws -> Bool {
    if options.isForced, let found = try container(id: id) {
      switch current(found).state.status {
      case .running, .paused, .stopping, .initialized:
        // Without the lock: the end of the container is the monitor's to clean up.
        do {
          try stop(id, StopOptions(timeout: options.timeout, cleansUp: false))
        } catch EngineError.noSuch {
          return false
        }
      default: break
      }
    }
    let lock = try engine.lock(.container, id)
    guard let kept = try container(id: id) else {
      lock.removeFile()
      return false
    }
    var now = current(kept)
    switch now.state.status {
    case .running, .paused, .stopping, .initialized:
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason:
          "cannot remove container \(now.id) as it is \(now.state.status.rawValue) - running or "
          + "paused containers cannot be removed without force")
    case .stopped:
      do {
        try cleanUp(&now, CleanUpOptions(isLocked: true, removes: false))
      } catch is StateStoreError where options.isForced {
        // What it was need not be written down any more; the disk may be full.
      }
    default: break
    }
    try removeLocked(now, options)
    lock.removeFile()
    return true
  }

  /// Removes a container that does not run and whose lock is held.
  ///
  /// Its record goes last but for the files: what is left by a crash is found by the record.
  ///
  /// - Parameter ending: what is still being taken down of it.
  func removeLocked(
    _ container: Container, _ options: RemoveOptions, _ ending: TakenDown = TakenDown()
  ) throws {
    let record = container.record
    var ending = ending
    if container.state.root != nil || container.state.networkNamespace != nil {
      ending = takeDown(container)
    }
    if !record.imageID.isEmpty {
      do {
        try engine.store.deleteContainer(record.id)
      } catch let error as StorageError {
        if case .noSuchContainer = error {} else { throw error }
      }
    }
    try ContainerFolders(record.id, engine).remove()
    ending.finish()
    try engine.state.remove(kind: "container", id: record.id)
    if options.removesVolumes {
      do { try engine.volumes.removeAnonymous(of: record) } catch { ending.failures.append(error) }
    }
    engine.events.emit(.container(.remove, record))
    if !ending.failures.isEmpty { throw EngineError.several(ending.failures) }
  }
}
