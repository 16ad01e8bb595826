import Archive
import EngineConfig
import JSON
import LinuxSystem
import StateStore
import Storage
import SystemPackage

/// A saved state from elsewhere: an archive that was unpacked, or an image.
///
/// Its files go into a folder of their own first, where only plain files and folders are let through: CRIU
/// and the runtime read them as root by their paths.
struct CheckpointImport {
  private let engine: ContainerEngine
  /// Where the files stand until the container is made.
  private let staging: String
  private let document: CheckpointDocument
  /// Whether it came from an image, which nobody on this machine vouches for.
  private let isImage: Bool

  static func open(archive path: String, _ engine: ContainerEngine) throws -> CheckpointImport {
    let file: SharedDescriptor
    do {
      file = SharedDescriptor(try openFile(path, [.readOnly, .nonBlocking]))
    } catch {
      throw EngineError.invalid(option: "--import", value: path, reason: "\(error)")
    }
    return try stage(engine, name: path, isImage: false) { folder in
      try unpack(file.lent, name: path, into: folder)
    }
  }

  static func open(image name: String, _ engine: ContainerEngine) throws -> CheckpointImport {
    let image = try engine.images.find(name).image.id
    let store = try engine.store
    return try stage(engine, name: name, isImage: true) { folder in
      let root = try store.mount(image: image)
      defer { _ = try? store.unmount(image: image) }
      let opened = try openFile(root, [.readOnly, .directory])
      guard opened.lent.contains(CheckpointFolder.configuration) else {
        throw EngineError.failed(name, reason: "it is no checkpoint image")
      }
      var copy = FolderCopy()
      try copy.copy(from: opened.lent, to: folder)
    }
  }

  private static func stage(
    _ engine: ContainerEngine, name: String, isImage: Bool,
    _ fill: (FileDescriptor) throws -> Void
  ) throws -> CheckpointImport {
    let random = try ContainerIdentifier.random().prefix(16)
    let staging = "\(engine.configuration.folders.lasting)/restore-\(random)"
    try makeDirectories(staging, mode: 0o700)
    do {
      let folder = try openFile(staging, [.readOnly, .directory])
      try fill(folder.lent)
      try check(folder.lent, "", name)
      guard folder.lent.contains(CheckpointFolder.configuration) else {
        throw EngineError.failed(name, reason: "it is no checkpoint of a container")
      }
      let file = try folder.lent.open(CheckpointFolder.configuration, [.readOnly, .noFollow])
      let text = try file.lent.readToEnd(
        limit: 16 << 20, subject: CheckpointFolder.configuration)
      let document: CheckpointDocument
      do {
        document = try JSONReader(emptyStringIsAbsent: false).read(
          CheckpointDocument.self, from: text)
      } catch {
        throw EngineError.damaged(
          path: "\(CheckpointFolder.configuration) of \(name)", reason: "\(error)")
      }
      return CheckpointImport(
        engine: engine, staging: staging, document: document, isImage: isImage)
    } catch {
      try? removeTree(staging)
      throw error
    }
  }

  private static func unpack(
    _ file: FileDescriptor, name: String, into folder: FileDescriptor
  ) throws {
    var options = UnpackOptions(whiteouts: .kept)
    options.skipsDevices = true
    do {
      _ = try ConfinedUnpack.start(file, into: folder, tarSplit: nil, options).finish()
    } catch {
      throw EngineError.failed("unpacking of checkpoint archive \(name)", reason: "\(error)")
    }
  }

  /// Refuses whatever is neither a file nor a folder; only the way to the earlier images is a link.
  private static func check(
    _ folder: FileDescriptor, _ path: String, _ name: String
  ) throws {
    for entry in try folder.entryNames() {
      let inside = path.isEmpty ? entry : "\(path)/\(entry)"
      switch try folder.status(of: entry).kind {
      case .regular: break
      case .directory:
        let below = try folder.open(entry, [.readOnly, .directory, .noFollow])
        try check(below.lent, inside, name)
      case .link where inside == "\(CheckpointFolder.images)/parent":
        if try folder.linkTarget(of: entry) == CheckpointFolder.earlierFromImages { break }
        fallthrough
      default:
        throw EngineError.failed(
          "checkpoint \(name)", reason: "\(inside) is neither a file nor a folder")
      }
    }
  }

  // MARK: The container

  /// Makes the container that the state is of, with its files beside it.
  mutating func makeContainer(
    _ options: Containers.RestoreOptions
  ) throws -> Containers.Container {
    guard var record = document.record else {
      throw EngineError.unsupported(
        "the checkpoint of \(document.name)",
        reason: "another engine made it, and how its container was made is not known here")
    }
    if !record.dependencies.isEmpty {
      throw EngineError.unsupported(
        "the checkpoint of \(record.name)",
        reason: "cannot import checkpoints of containers with dependencies")
    }
    guard ContainerIdentifier.isName(record.name), record.id.utf8.count == 64,
      ContainerIdentifier.isIDPrefix(record.id)
    else {
      throw EngineError.damaged(
        path: CheckpointFolder.configuration, reason: "neither id nor name can be used")
    }
    if isImage {
      let more = record.privileges(
        defaults: engine.configuration.containersConf.containers.capabilities.map {
          $0.hasPrefix("CAP_") ? $0 : "CAP_" + $0
        })
      if !more.isEmpty {
        throw EngineError.unsupported(
          "the checkpoint image of \(record.name)",
          reason: "an image does not decide on its own rights, and this one asks for "
            + more.joined(separator: ", ") + "; please export the checkpoint to an archive")
      }
    }
    record.leaveOldMachine()
    try rename(&record, options)
    if !options.ports.isEmpty { record.network.ports = options.ports }
    if !record.imageName.isEmpty || !record.imageID.isEmpty { try findImage(&record) }
    if !options.ignoresVolumes { try checkVolumes(record) }
    _ = try engine.runtimeProgram(record.runtime)
    let container = try engine.containers.make(record)
    do {
      try moveFiles(to: CheckpointFolder(ContainerFolders(record.id, engine)), options)
    } catch {
      _ = try? engine.containers.remove(
        container.id, .init(isForced: true, removesVolumes: true))
      throw error
    }
    return container
  }

  private func rename(
    _ record: inout ContainerRecord, _ options: Containers.RestoreOptions
  ) throws {
    if let name = options.name {
      guard ContainerIdentifier.isName(name) else {
        throw EngineError.invalid(
          option: "--name", value: name,
          reason: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument")
      }
      record.name = name
      record.id = try ContainerIdentifier.random()
      record.created = TimeText.now()
    }
    let state = try engine.state
    if let owner = try state.record(kind: ObjectKind.container.rawValue, name: record.name) {
      throw EngineError.nameInUse(.container, name: record.name, owner: owner.id)
    }
    if try engine.containers.container(id: record.id) != nil {
      throw EngineError.exists(.container, record.id)
    }
  }

  /// The same image as the container had, pulled where it is missing.
  private func findImage(_ record: inout ContainerRecord) throws {
    if try engine.images.findIfPresent(record.imageID) != nil { return }
    var source = ContainerRequest.ImageSource()
    source.pullPolicy = "missing"
    let image = try engine.images.containerImage(record.imageName, source)
    record.imageID = image.id
    record.imageName = image.name
    record.imageDigest = image.digest
  }

  private func checkVolumes(_ record: ContainerRecord) throws {
    for mount in record.mounts where mount.kind == .volume {
      if try engine.volumes.volume(named: mount.source) != nil {
        throw EngineError.failed(
          "volume with name \(mount.source) already exists",
          reason: "use --ignore-volumes to not restore content of volumes")
      }
    }
  }

  private func moveFiles(
    to place: CheckpointFolder, _ options: Containers.RestoreOptions
  ) throws {
    if let path = options.earlierArchive {
      let file: OwnedDescriptor
      do {
        file = try openFile(path, [.readOnly, .nonBlocking])
      } catch {
        throw EngineError.invalid(option: "--import-previous", value: path, reason: "\(error)")
      }
      let earlier = staging + "/previous"
      try makeDirectories(earlier, mode: 0o700)
      let folder = try openFile(earlier, [.readOnly, .directory])
      try Self.unpack(file.lent, name: path, into: folder.lent)
      try Self.check(folder.lent, "", path)
      guard folder.lent.contains(CheckpointFolder.earlierImages) else {
        throw EngineError.invalid(
          option: "--import-previous", value: path, reason: "there is no earlier dump in it")
      }
      try place.remove([CheckpointFolder.earlierImages])
      try renameFile(
        "\(earlier)/\(CheckpointFolder.earlierImages)",
        to: place.path(of: CheckpointFolder.earlierImages))
    }
    for name in CheckpointFolder.everything + [CheckpointFolder.log]
    where fileExists("\(staging)/\(name)") {
      try place.remove([name])
      try renameFile("\(staging)/\(name)", to: place.path(of: name))
    }
  }

  /// Removes what is left of the files.
  func close() throws { try removeTree(staging) }
}
