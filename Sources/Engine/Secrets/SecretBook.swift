import JSON
import LinuxSystem
import SystemPackage

/// The records of secrets: one file, which podman and its kin read and write too, with its lock.
struct SecretBook {
  let folder: String

  /// What the file holds.
  struct Contents: JSONObject {
    var secrets: [String: SecretRecord] = [:]
    private var namesToIDs: [String: String] = [:]
    private var idsToNames: [String: String] = [:]

    static var blank: Self { Self() }

    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("secrets", &secrets)
      try object.member("nameToID", &namesToIDs)
      try object.member("idToName", &idsToNames)
    }

    mutating func add(_ record: SecretRecord) {
      secrets[record.id] = record
      namesToIDs[record.name] = record.id
      idsToNames[record.id] = record.name
    }

    mutating func remove(_ id: String) {
      guard let record = secrets.removeValue(forKey: id) else { return }
      idsToNames[id] = nil
      if namesToIDs[record.name] == id { namesToIDs[record.name] = nil }
    }

    func named(_ name: String) -> SecretRecord? { namesToIDs[name].flatMap { secrets[$0] } }

    /// The secret of this name or id, or the only one whose id begins so.
    func find(_ nameOrID: String) throws(EngineError) -> SecretRecord {
      if let found = named(nameOrID) ?? secrets[nameOrID] { return found }
      let matches = nameOrID.isEmpty ? [] : secrets.keys.filter { $0.hasPrefix(nameOrID) }
      if matches.count > 1 { throw .ambiguous(.secret, nameOrID, matches: matches.sorted()) }
      guard let found = matches.first.flatMap({ secrets[$0] }) else {
        throw .noSuch(.secret, nameOrID)
      }
      return found
    }
  }

  private static let name = "secrets.json"

  /// The records as they are. The file is replaced as a whole, so no lock is needed.
  func read() throws -> Contents {
    let path = "\(folder)/\(Self.name)"
    let text: [UInt8]
    do throws(SystemError) {
      text = try readRegularFile(path, limit: 1 << 26)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return Contents() }
      throw error
    }
    do throws(JSONError) {
      return try JSONReader().read(Contents.self, from: text)
    } catch {
      throw EngineError.damaged(path: path, reason: "\(error)")
    }
  }

  /// Changes the records in one durable step, while nobody else does.
  ///
  /// - Parameter after: what is done once the change is made, with the records before it and those now.
  func change<Result>(
    _ body: (inout Contents) throws -> Result, after: (_ before: Contents, _ now: Contents) -> Void
  ) throws -> Result {
    try makeDirectories(folder, mode: 0o700)
    let lock = try openFile("\(folder)/secrets.lock", [.readWrite, .create], mode: 0o644)
    try lock.lent.lockFile(.exclusive, waits: true, subject: "\(folder)/secrets.lock")
    let before = try read()
    var contents = before
    let result = try body(&contents)
    let text = try JSONWriter(.indented("  ")).write(contents)
    let place = try openFile(folder, [.readOnly, .directory])
    try place.lent.removeInterruptedReplacements(of: Self.name)
    try place.lent.replaceFile(Self.name, contents: text, mode: 0o600, durable: true)
    after(before, contents)
    try lock.close()
    return result
  }
}
