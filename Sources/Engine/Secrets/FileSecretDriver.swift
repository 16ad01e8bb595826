import JSON
import LinuxSystem
import SystemPackage

/// Keeps the data of secrets in a file that only its owner reads, in podman's format: an object with
/// base64 text for each id.
struct FileSecretDriver: SecretDriver {
  let folder: String

  private static let name = "secretsdata.json"

  func data(of id: String) throws -> [UInt8] {
    guard let text = try read()[id], let data = Base64.decode(text) else {
      throw EngineError.failed(id, reason: "no secret data with ID")
    }
    return data
  }

  func store(_ data: [UInt8], as id: String) throws {
    try change { $0[id] = Base64.encode(data) }
  }

  func remove(_ id: String) throws { try change { $0[id] = nil } }

  /// Forgets the data of these ids, and where `kept` is known all that is of none of those.
  func sweep(gone: Set<String>, kept: Set<String>?) throws {
    func isLeft(_ id: String) -> Bool {
      gone.contains(id) || kept.map { !$0.contains(id) } ?? false
    }
    // Mostly there is nothing to do, and then nothing is written.
    guard try read().keys.contains(where: isLeft) else { return }
    try change { contents in contents = contents.filter { !isLeft($0.key) } }
  }

  private func read() throws -> [String: String] {
    let path = "\(folder)/\(Self.name)"
    let text: [UInt8]
    do throws(SystemError) {
      text = try readRegularFile(path, limit: 1 << 28)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return [:] }
      throw error
    }
    do throws(JSONError) {
      return try JSONReader().read([String: String].self, from: text)
    } catch {
      throw EngineError.damaged(path: path, reason: "\(error)")
    }
  }

  private func change(_ body: (inout [String: String]) -> Void) throws {
    try makeDirectories(folder, mode: 0o700)
    let lock = try openFile("\(folder)/secretsdata.lock", [.readWrite, .create], mode: 0o644)
    try lock.lent.lockFile(.exclusive, waits: true, subject: "\(folder)/secretsdata.lock")
    var contents = try read()
    body(&contents)
    let text = try JSONWriter(.indented("  ")).write(contents)
    let place = try openFile(folder, [.readOnly, .directory])
    try place.lent.removeInterruptedReplacements(of: Self.name)
    try place.lent.replaceFile(Self.name, contents: text, mode: 0o600, durable: true)
    try lock.close()
  }
}
