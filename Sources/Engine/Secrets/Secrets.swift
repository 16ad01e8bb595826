import EngineConfig
import JSON
import LinuxSystem
import SystemPackage

/// The secrets of an engine. Their data is kept by a driver, apart from the records.
public struct Secrets {
  let engine: ContainerEngine

  /// A secret without its data.
  public struct Secret: Sendable {
    public var record: SecretRecord
    public var id: String { record.id }
    public var name: String { record.name }
  }

  /// All secrets, in the order of their names.
  public func all() throws -> [Secret] {
    try book.read().secrets.values.map { Secret(record: $0) }.sorted { $0.name < $1.name }
  }

  /// The secret of this name or id, or the only one whose id begins so.
  public func find(_ nameOrID: String) throws -> Secret {
    Secret(record: try book.read().find(nameOrID))
  }

  /// The data of a secret.
  public func data(of secret: Secret) throws -> [UInt8] {
    try driver(secret.record).data(of: secret.id)
  }

  // MARK: Changes

  /// A secret as it is asked for.
  public struct Request: Sendable {
    public var name: String
    public var data: [UInt8]
    public var labels: [String: String] = [:]
    /// Nil for that of containers.conf.
    public var driver: String?
    public var driverOptions: [String: String] = [:]
    /// Whether one that has the name gives way.
    public var replaces = false
    /// Whether one that has the name is as good.
    public var isIgnoredIfPresent = false

    public init(name: String, data: [UInt8]) {
      self.name = name
      self.data = data
    }
  }

  /// The most bytes that a secret may have, and one more.
  static let limit = 512_000

  /// Keeps a secret.
  @discardableResult
  public func create(_ request: Request) throws -> Secret {
    try check(request)
    let made = try book.change { (contents) throws -> (secret: SecretRecord, isNew: Bool) in
      let present = contents.named(request.name)
      if let present {
        if request.isIgnoredIfPresent { return (present, false) }
        guard request.replaces else {
          throw EngineError.failed(request.name, reason: "secret name in use")
        }
      }
      var record = SecretRecord()
      record.name = request.name
      record.id = String(try ContainerIdentifier.random().prefix(25))
      record.labels = request.labels
      record.created = present?.created ?? .now()
      record.updated = present == nil ? record.created : .now()
      let standard = engine.configuration.containersConf.secrets
      record.driver = request.driver ?? standard.driver
      record.driverOptions = request.driverOptions
      if record.driverOptions.isEmpty, record.driver == standard.driver {
        record.driverOptions = standard.options
      }
      if record.driver == "file", record.driverOptions["path"] == nil {
        record.driverOptions["path"] = usualFolder
      }
      // The data comes first: a record always has some.
      try driver(record).store(request.data, as: record.id)
      if let present { contents.remove(present.id) }
      contents.add(record)
      return (record, true)
    } after: { before, now in
      if let old = before.named(request.name), now.secrets[old.id] == nil, old.driver != "file" {
        try? driver(old).remove(old.id)
      }
      sweep(before, now)
    }
    if made.isNew { engine.events.emit(.secret(.create, id: made.secret.id)) }
    return Secret(record: made.secret)
  }

  private func check(_ request: Request) throws(EngineError) {
    let name = request.name
    let isName =
      (1...253).contains(name.utf8.count)
      && !name.utf8.contains {
        [UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: "="), 0].contains($0)
      }
    guard isName else {
      throw .failed(
        "secret name \(quoted(name)) can not include '=', '/', ',', or the '\\0' (NULL) and be "
          + "between 1 and 253 characters", reason: "invalid secret name")
    }
    guard !request.data.isEmpty, request.data.count < Self.limit else {
      throw .nothingToDo("secret data must be larger than 0 and less than \(Self.limit) bytes")
    }
    if request.replaces, request.isIgnoredIfPresent { throw .conflict("--ignore", "--replace") }
  }

  /// Removes a secret with its data. Containers that have it keep it.
  ///
  /// - Returns: its id.
  @discardableResult
  public func remove(_ nameOrID: String) throws -> String {
    let removed = try book.change { contents in
      let record = try contents.find(nameOrID)
      // What a file has goes once no record names it: a record always has data.
      if record.driver != "file" { try driver(record).remove(record.id) }
      contents.remove(record.id)
      return record
    } after: { before, now in
      sweep(before, now)
    }
    engine.events.emit(.secret(.remove, id: removed.id))
    return removed.id
  }

  /// Forgets the data in files that no record names any more: of one that was replaced or removed, and
  /// what commands have left that were interrupted between data and record.
  private func sweep(_ before: SecretBook.Contents, _ now: SecretBook.Contents) {
    let gone = Set(before.secrets.keys.filter { now.secrets[$0] == nil })
    for folder in Set(before.secrets.values.compactMap { $0.driverOptions["path"] } + [usualFolder])
    {
      try? FileSecretDriver(folder: folder).sweep(
        gone: gone, kept: folder == usualFolder ? Set(now.secrets.keys) : nil)
    }
  }

  // MARK: Where

  private var folder: String { engine.configuration.folders.graphRoot + "/secrets" }
  /// Where the driver `file` keeps data unless it is told otherwise: of our secrets alone.
  private var usualFolder: String { "\(folder)/filedriver" }
  private var book: SecretBook { SecretBook(folder: folder) }

  private func driver(_ record: SecretRecord) throws(EngineError) -> any SecretDriver {
    switch record.driver {
    case "file":
      return FileSecretDriver(
        folder: record.driverOptions["path"] ?? usualFolder)
    case "pass":
      return PassSecretDriver(record.driverOptions, home: engine.configuration.user.home)
    case "shell": return try ShellSecretDriver(record.driverOptions)
    default:
      throw .failed(
        "invalid driver", reason: "\(record.driver); the drivers are file, pass and shell")
    }
  }
}
