import LinuxSystem
import StateStore
import Storage
import SystemPackage

extension Volumes {
  /// Makes a volume. A folder that stands in its place already, as one of podman's, is taken over.
  ///
  /// - Returns: it; the one that is there where the request says so.
  @discardableResult
  public func create(_ request: Request) throws -> Volume {
    let record = try resolve(request)
    let lock = try engine.lock(.volume, record.name)
    defer { withExtendedLifetime(lock) {} }
    if let present = try volume(named: record.name) {
      if request.isIgnoredIfPresent { return present }
      throw EngineError.exists(.volume, "with name \(record.name)")
    }
    var state = VolumeState()
    state.needsOwner = record.uid == nil && record.gid == nil
    do {
      try makeFolder(record)
      if let id = record.storageID { try makeStorage(id, record) }
      try engine.state.add(
        StateStore.Record(
          kind: Self.kind, id: record.name, name: record.name, document: try engine.text(record),
          state: try engine.text(state), created: record.created))
    } catch {
      if let id = record.storageID { try? engine.store.deleteContainer(id) }
      // Only what is empty goes: a folder that was taken over is somebody's.
      try? removeDirectory(record.folder)
      try? removeDirectory("\(root)/\(record.name)")
      throw error
    }
    engine.events.emit(.volume(.create, name: record.name))
    return Volume(record: record, state: state)
  }

  private func resolve(_ request: Request) throws -> VolumeRecord {
    var record = VolumeRecord()
    record.name = try request.name ?? ContainerIdentifier.random()
    guard ContainerIdentifier.isName(record.name), record.name.utf8.count <= 255 else {
      throw EngineError.failed(
        "running volume create option",
        reason: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument")
    }
    record.driver = request.driver.isEmpty ? "local" : request.driver
    record.labels = request.labels
    record.isAnonymous = request.isAnonymous
    record.uid = request.uid
    record.gid = request.gid
    switch record.driver {
    case "local":
      let options = try LocalVolumeOptions(request.options)
      record.options = options.shown
      record.isMounted = options.isMounted
      record.uid = record.uid ?? options.uid
      record.gid = record.gid ?? options.gid
    case "image":
      for name in request.options.keys where name != "image" {
        throw EngineError.failed(
          "invalid mount option \(name) for driver 'image'", reason: "invalid argument")
      }
      record.options = request.options
      record.isMounted = true
      record.storageID = try ContainerIdentifier.random()
    default:
      throw EngineError.unsupported(
        "volume driver \(record.driver)",
        reason: "volume plugins are not supported; the drivers local and image are")
    }
    record.folder = folder(record.name)
    record.created = TimeText.now()
    return record
  }

  /// Makes the writable layer on an image that holds the files of a volume of the driver `image`.
  private func makeStorage(_ id: String, _ record: VolumeRecord) throws {
    guard let name = record.options["image"], !name.isEmpty else {
      throw EngineError.failed(
        "must provide an image name when creating a volume with the image driver",
        reason: "please give --opt image=NAME")
    }
    let image = try engine.images.find(name).image
    // No container can have this name.
    _ = try engine.store.createContainer(
      ContainerOptions(id: id, names: ["\(record.name)+volume"], image: image.id))
  }

  private func makeFolder(_ record: VolumeRecord) throws {
    try makeDirectories("\(root)/\(record.name)", mode: 0o700)
    let outer = try openFile(
      "\(root)/\(record.name)", [.readOnly, .directory, .noFollow])
    do throws(SystemError) {
      try outer.lent.makeDirectory("_data", mode: 0o755)
    } catch {
      guard error.errno == .fileExists else { throw error }
    }
    let data = try outer.lent.open("_data", [.readOnly, .directory, .noFollow])
    guard record.uid != nil || record.gid != nil else { return }
    let uid = record.uid ?? 0
    let gid = record.gid ?? 0
    try outer.lent.changeOwner(uid: uid, gid: gid, subject: "\(root)/\(record.name)")
    try data.lent.changeOwner(uid: uid, gid: gid, subject: record.folder)
  }
}
