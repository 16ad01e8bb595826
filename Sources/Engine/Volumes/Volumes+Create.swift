import JSON
import LinuxSystem
import StateStore
import SystemPackage

extension Volumes {
  /// A volume as it is asked for.
  public struct Request: Sendable {
    /// Nil for one at random.
    public var name: String?
    public var driver = "local"
    public var labels: [String: String] = [:]
    public var options: [String: String] = [:]
    public var isAnonymous = false
    public var uid: UInt32?
    public var gid: UInt32?
    /// Whether one that is there already is as good.
    public var isIgnoredIfPresent = false

    public init(name: String? = nil) { self.name = name }
  }

  /// Makes a volume.
  ///
  /// - Returns: it; the one that is there where the request says so.
  @discardableResult
  public func create(_ request: Request) throws -> Volume {
    var record = VolumeRecord()
    record.name = try request.name ?? ContainerIdentifier.random()
    guard ContainerIdentifier.isName(record.name), record.name.utf8.count <= 255 else {
      throw EngineError.invalid(
        option: "volume name", value: record.name,
        reason: "names begin with a letter or digit and have letters, digits, '_', '.' and '-'")
    }
    record.driver = request.driver.isEmpty ? "local" : request.driver
    record.labels = request.labels
    record.options = request.options
    record.isAnonymous = request.isAnonymous
    record.uid = request.uid
    record.gid = request.gid
    let now = Timestamp.now()
    record.created = now.seconds * 1_000_000_000 + now.nanoseconds
    try check(record)

    if let present = try volume(named: record.name) {
      if request.isIgnoredIfPresent { return present }
      throw EngineError.exists(.volume, "with name \(record.name)")
    }
    let path = folder(record.name)
    try makeDirectories(path, mode: 0o755)
    do {
      if record.uid != nil || record.gid != nil {
        let opened = try openFile(path, [.readOnly, .directory])
        try opened.lent.changeOwner(uid: record.uid ?? 0, gid: record.gid ?? 0, subject: path)
      }
      let volume = Volume(record: record, state: VolumeState())
      try engine.state.add(
        StateStore.Record(
          kind: ObjectKind.volume.rawValue, id: record.name, name: record.name,
          document: try engine.text(record), state: try engine.text(volume.state),
          created: record.created))
      engine.events.emit(.volume(.create, name: record.name))
      return volume
    } catch let error as StateStoreError {
      // Another command was faster: the volume is its.
      if case .identifierInUse = error, request.isIgnoredIfPresent { return try find(record.name) }
      if case .nameInUse = error, request.isIgnoredIfPresent { return try find(record.name) }
      throw error
    }
  }

  private func check(_ record: VolumeRecord) throws {
    switch record.driver {
    case "local": break
    case "image":
      guard record.options["image"] != nil else {
        throw EngineError.invalid(
          option: "--driver", value: "image", reason: "it needs the option image=NAME")
      }
      throw EngineError.unsupported(
        "volume driver image", reason: "please use --mount type=image,source=IMAGE,target=PATH")
    default:
      throw EngineError.unsupported(
        "volume driver \(record.driver)",
        reason: "volume plugins are not run by this version; there is the driver local")
    }
    for (name, value) in record.options {
      switch name {
      case "type", "device", "o", "copy", "nocopy", "noquota", "timeout": break
      case "size":
        guard ByteCount.parse(value) != nil else {
          throw EngineError.invalid(
            option: "--opt size", value: value, reason: "it has to be a number with b, k, m or g")
        }
      case "inodes":
        guard UInt64(value) != nil else {
          throw EngineError.invalid(option: "--opt inodes", value: value, reason: "it is no number")
        }
      case "uid", "gid":
        guard UInt32(value) != nil else {
          throw EngineError.invalid(
            option: "--opt \(name)", value: value, reason: "it is no number")
        }
      default:
        throw EngineError.invalid(
          option: "--opt", value: name, reason: "the driver local has no such option")
      }
    }
  }
}
