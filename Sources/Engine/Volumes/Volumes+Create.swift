import LinuxSystem
import StateStore
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
    try makeFolder(record)
    var state = VolumeState()
    state.needsOwner = record.uid == nil && record.gid == nil
    try engine.state.add(
      StateStore.Record(
        kind: Self.kind, id: record.name, name: record.name, document: try engine.text(record),
        state: try engine.text(state), created: record.created))
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
    switch record.driver {
    case "local": break
    case "image":
      throw EngineError.unsupported(
        "volume driver image", reason: "please use --mount type=image,source=IMAGE,target=PATH")
    default:
      throw EngineError.unsupported(
        "volume driver \(record.driver)",
        reason: "volume plugins are not supported; the driver local is")
    }
    let options = try LocalVolumeOptions(request.options)
    record.options = options.shown
    record.isMounted = options.isMounted
    record.uid = request.uid ?? options.uid
    record.gid = request.gid ?? options.gid
    record.folder = folder(record.name)
    record.created = TimeText.now()
    return record
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
