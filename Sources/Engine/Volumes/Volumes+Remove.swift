import LinuxSystem
import StateStore
import Storage
import SystemPackage

extension Volumes {
  /// Removes a volume with its files.
  ///
  /// - Throws: `EngineError.inUse` with their names where containers use it; the front removes those
  ///   first if it was told to (`users`).
  public func remove(_ volume: Volume) throws {
    let lock = try engine.lock(.volume, volume.name)
    guard let current = try self.volume(named: volume.name) else {
      throw EngineError.noSuch(.volume, volume.name)
    }
    if let users = try users()[volume.name], !users.isEmpty {
      let names = try users.map { id in
        try engine.state.record(kind: ObjectKind.container.rawValue, id: id)?.name ?? id
      }
      throw EngineError.inUse(.volume, volume.name, by: names)
    }
    try detach(current)
    // The files go out of sight before the record goes: a removal that is interrupted either can be
    // done again, or has left nothing but a folder that the next one sweeps.
    let folder = try setAside(volume.name)
    try engine.state.remove(kind: Self.kind, id: volume.name)
    engine.events.emit(.volume(.remove, name: volume.name))
    lock.removeFile()
    if let folder { try folder.lent.removeTree(Self.aside(volume.name)) }
    sweep()
  }

  /// Removes the volumes that were made for a container alone, once its record is gone.
  public func removeAnonymous(of record: ContainerRecord) throws {
    var errors: [any Error] = []
    for mount in record.mounts where mount.kind == .volume {
      guard let volume = try self.volume(named: mount.source), volume.record.isAnonymous else {
        continue
      }
      do {
        try remove(volume)
      } catch EngineError.inUse {
        // Another container took it with --volumes-from.
      } catch EngineError.noSuch {
        // Somebody else was faster.
      } catch {
        errors.append(error)
      }
    }
    if !errors.isEmpty { throw errors.count == 1 ? errors[0] : EngineError.several(errors) }
  }

  // MARK: Folders

  private static func aside(_ name: String) -> String { ".removed-\(name)" }

  /// Renames a volume's folder; nil where there is none.
  private func setAside(_ name: String) throws(SystemError) -> OwnedDescriptor? {
    do throws(SystemError) {
      let folder = try openFile(root, [.readOnly, .directory])
      try folder.lent.renameEntry(name, to: Self.aside(name))
      return folder
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      guard error.errno == .directoryNotEmpty || error.errno == .fileExists else { throw error }
      // A removal of the same name was interrupted here before.
      let folder = try openFile(root, [.readOnly, .directory])
      try folder.lent.removeTree(Self.aside(name))
      try folder.lent.renameEntry(name, to: Self.aside(name))
      return folder
    }
  }

  /// Removes what interrupted removals have left.
  private func sweep() {
    guard let folder = try? openFile(root, [.readOnly, .directory]),
      let names = try? folder.lent.entryNames()
    else { return }
    for name in names where name.hasPrefix(Self.aside("")) { try? folder.lent.removeTree(name) }
  }

  // MARK: Prune

  /// A volume that was removed because nobody used it.
  public struct Pruned: Sendable {
    public var name: String
    /// The bytes of its files.
    public var size: UInt64
    public var error: (any Error)?
  }

  /// The volumes that a prune would remove: unused, and anonymous unless all are asked for.
  public func prunable(_ filter: VolumeFilter, all: Bool) throws -> [Volume] {
    let users = try users()
    return try self.all().filter {
      (all || $0.record.isAnonymous) && users[$0.name] == nil && filter.includes($0, users: users)
    }
  }

  /// Removes unused volumes.
  ///
  /// - Parameter isDryRun: only tells which.
  public func prune(_ filter: VolumeFilter, all: Bool, isDryRun: Bool = false) throws -> [Pruned] {
    try prunable(filter, all: all).compactMap { volume in
      var pruned = Pruned(name: volume.name, size: size(of: volume))
      if isDryRun { return pruned }
      do {
        try remove(volume)
        engine.events.emit(.volume(.prune, name: volume.name))
      } catch EngineError.inUse {
        return nil
      } catch EngineError.noSuch {
        return nil
      } catch {
        pruned.error = error
      }
      return pruned
    }
  }

  /// The bytes of a volume's files, each counted once.
  public func size(of volume: Volume) -> UInt64 {
    let size = try? TreeSize(of: volume.record.folder)
    return UInt64(clamping: size?.contents ?? 0)
  }
}
