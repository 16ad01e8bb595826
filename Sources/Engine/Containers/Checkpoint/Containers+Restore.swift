import Archive
import HelperProtocols
import JSON
import LinuxSystem
import Networking
import SystemPackage

extension Containers {
  /// How saved processes are taken up again.
  public struct RestoreOptions: Sendable {
    public var keepsFiles = false
    public var savesFileLocks = false
    public var savesConnections = false
    public var closesConnections = false
    public var ignoresRoot = false
    public var ignoresVolumes = false
    public var ignoresAddresses = false
    public var ignoresHardwareAddresses = false
    /// An archive of an earlier dump of the memory alone.
    public var earlierArchive: String?
    /// Another name for what an archive or an image holds, which makes it another container.
    public var name: String?
    /// Ports in the place of those that were published; empty keeps these.
    public var ports: [ContainerNetwork.Port] = []

    public init() {}
  }

  /// Has the saved processes of a container go on.
  public func restore(
    _ nameOrID: String, _ options: RestoreOptions = RestoreOptions()
  ) throws -> CheckpointReport {
    try restore(nameOrID, options, from: nil)
  }

  /// Makes a container of an exported archive and has its processes go on.
  public func restore(
    archive path: String, _ options: RestoreOptions
  ) throws -> CheckpointReport {
    try restore(CheckpointImport.open(archive: path, engine), options)
  }

  /// The same of an image that `checkpoint` made.
  ///
  /// - Throws: `EngineError.unsupported` where the image asks for more rights than a new container has.
  public func restore(
    image name: String, _ options: RestoreOptions
  ) throws -> CheckpointReport {
    try restore(CheckpointImport.open(image: name, engine), options)
  }

  private func restore(
    _ source: CheckpointImport, _ options: RestoreOptions
  ) throws -> CheckpointReport {
    var source = source
    do {
      let made = try source.makeContainer(options)
      do {
        let report = try restore(made.id, options, from: source)
        try source.close()
        return report
      } catch {
        // What the archive brought is gone again with the container.
        var undo = Undo()
        undo.add {
          try remove(made.id, RemoveOptions(isForced: true, removesVolumes: true))
        }
        throw undo.all(after: error)
      }
    } catch {
      try? source.close()
      throw error
    }
  }

  private func restore(
    _ nameOrID: String, _ options: RestoreOptions, from source: CheckpointImport?
  ) throws -> CheckpointReport {
    let found = try find(nameOrID)
    let lock = try engine.lock(.container, found.id)
    defer { withExtendedLifetime(lock) {} }
    guard let kept = try container(id: found.id) else {
      throw EngineError.noSuch(.container, nameOrID)
    }
    var now = current(kept)
    switch now.state.status {
    case .created, .exited: break
    case .stopped: try cleanUp(&now, CleanUpOptions(isLocked: true, removes: false))
    default:
      throw EngineError.wrongState(
        container: now.id, now.state.status,
        reason: "container \(now.id) is running or paused, cannot restore")
    }
    let place = CheckpointFolder(ContainerFolders(now.id, engine))
    guard place.isComplete else {
      throw EngineError.failed(
        "container \(now.name)",
        reason: "a complete checkpoint for this container cannot be found, cannot restore")
    }
    guard now.record.namespaces.network != .private || now.record.namespaces.uidMappings.isEmpty
    else {
      throw EngineError.unsupported(
        "a restore of \(now.name)",
        reason: "a container with users of its own has to have --network none or host for that")
    }
    try changeAddresses(&now, options, place)
    let restoration = Restoration(
      options: options, place: place, isImport: source != nil, engine: engine)
    let began = MonotonicClock.sinceBoot()
    try launch(now, restoring: restoration)
    let duration = (MonotonicClock.sinceBoot() - began) / 1000
    let statistics = CriuStatistics(
      (try? readFile(place.path(of: CheckpointFolder.restoreStatistics), limit: 1 << 16)) ?? [])
    if !options.keepsFiles { try place.remove(CheckpointFolder.everything) }
    return CheckpointReport(id: now.id, runtimeMicroseconds: duration, statistics: statistics)
  }

  /// The addresses that the container had, for this start; those that were asked for are forgotten for
  /// good where the options say so.
  private func changeAddresses(
    _ now: inout Container, _ options: RestoreOptions, _ place: CheckpointFolder
  ) throws {
    if options.ignoresAddresses || options.ignoresHardwareAddresses {
      for index in now.record.network.attachments.indices {
        if options.ignoresAddresses { now.record.network.attachments[index].addresses = [] }
        if options.ignoresHardwareAddresses { now.record.network.attachments[index].mac = nil }
      }
      try keep(now.record)
    }
    guard options.name == nil,
      let text = try? readFile(place.path(of: CheckpointFolder.network), limit: 1 << 20)
    else { return }
    let saved: CheckpointNetworks
    do {
      saved = try JSONReader().read(CheckpointNetworks.self, from: text)
    } catch {
      throw EngineError.damaged(
        path: place.path(of: CheckpointFolder.network), reason: "\(error)")
    }
    for index in now.record.network.attachments.indices {
      let name = now.record.network.attachments[index].name
      guard let status = saved.statuses.first(where: { $0.network == name }) else { continue }
      now.record.network.attachments[index].interface = status.interface
      if !options.ignoresHardwareAddresses {
        now.record.network.attachments[index].mac = status.mac?.description
      }
      if !options.ignoresAddresses {
        now.record.network.attachments[index].addresses = status.addresses.map {
          "\($0.address.address)"
        }
      }
    }
  }
}

/// What a start from a saved state does otherwise than a start from the beginning.
struct Restoration {
  let options: Containers.RestoreOptions
  let place: CheckpointFolder
  /// Whether the state came from an archive or an image, so that files have to be put back too.
  let isImport: Bool
  let engine: ContainerEngine

  /// The arguments of the runtime's `restore`.
  var runtimeOptions: [String] {
    var words = [
      "--image-path", place.path(of: CheckpointFolder.images), "--work-path", place.path,
    ]
    if options.savesConnections { words.append("--tcp-established") }
    if options.closesConnections { words.append("--tcp-close") }
    if options.savesFileLocks { words.append("--file-locks") }
    return words
  }

  /// Puts back what was beside the processes, once everything is mounted.
  func prepare(_ preparation: ContainerPreparation) throws {
    if let shared = preparation.context.sharedMemory,
      preparation.record.namespaces.ipc == .shareable
    {
      try unpack(CheckpointFolder.sharedMemory, into: shared)
    }
    guard isImport else { return }
    if !options.ignoresVolumes {
      for mount in preparation.record.mounts where mount.kind == .volume {
        let name = "\(CheckpointFolder.volumes)/\(mount.source).tar"
        guard let file = try openIfPresent(name) else { continue }
        try engine.volumes.import(mount.source, from: file.lent)
      }
    }
    if !options.ignoresRoot {
      try unpack(
        CheckpointFolder.rootChanges, into: preparation.context.root,
        owners: OwnerMapping(preparation.record))
      try removeDeletedFiles(in: preparation.context.root)
    }
  }

  private func openIfPresent(_ name: String) throws(SystemError) -> SharedDescriptor? {
    do throws(SystemError) {
      return SharedDescriptor(
        try openFile(place.path(of: name), [.readOnly, .noFollow, .nonBlocking]))
    } catch where error.errno == .noSuchFileOrDirectory {
      return nil
    }
  }

  /// Unpacks an archive of the state in a confined process, to which the folder is all there is.
  private func unpack(
    _ name: String, into path: String, owners: OwnerMapping = .identity
  ) throws {
    guard let file = try openIfPresent(name) else { return }
    var options = UnpackOptions(whiteouts: .kept)
    options.owners = owners
    let folder = try openFile(path, [.readOnly, .directory])
    do {
      _ = try ConfinedUnpack.start(file.lent, into: folder.lent, tarSplit: nil, options).finish()
    } catch {
      throw EngineError.failed("extracting \(name) of the checkpoint", reason: "\(error)")
    }
  }

  private func removeDeletedFiles(in root: String) throws {
    guard let file = try openIfPresent(CheckpointFolder.deletedFiles) else { return }
    let text = try file.lent.readToEnd(limit: 64 << 20, subject: CheckpointFolder.deletedFiles)
    let paths: [String]
    do {
      paths = try JSONReader().read([String].self, from: text)
    } catch {
      throw EngineError.damaged(
        path: place.path(of: CheckpointFolder.deletedFiles), reason: "\(error)")
    }
    let folder = RootDirectory(try openFile(root, [.path, .directory]))
    for path in paths {
      var names = path.pathComponents
      guard let name = names.popLast().map(String.init), name != ".", name != ".." else { continue }
      do throws(SystemError) {
        let parent = try folder.resolve("/" + names.joined(separator: "/"))
        let opened = try parent.lent.open(".", [.readOnly, .directory])
        try opened.lent.removeTree(name)
      } catch {
        guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else {
          throw error
        }
      }
    }
  }
}
