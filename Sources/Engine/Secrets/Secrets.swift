import JSON
import LinuxSystem
import StateStore

/// The secrets of an engine. Their data is kept by a driver, apart from the records.
public struct Secrets {
  let engine: ContainerEngine

  /// A secret without its data.
  public struct Secret: Sendable {
    public var id: String
    public var record: SecretRecord
  }

  /// All secrets, the oldest first.
  public func all() throws -> [Secret] {
    try engine.state.records(kind: ObjectKind.secret.rawValue).map(secret)
  }

  /// The secret of this name or id, or the only one whose id begins so.
  public func find(_ nameOrID: String) throws -> Secret {
    let kind = ObjectKind.secret.rawValue
    if let found = try engine.state.record(kind: kind, name: nameOrID) { return try secret(found) }
    if ContainerIdentifier.isIDPrefix(nameOrID) {
      let matches = try engine.state.records(kind: kind, idPrefix: nameOrID)
      if matches.count > 1 {
        throw EngineError.ambiguous(.secret, nameOrID, matches: matches.map(\.id))
      }
      if let first = matches.first { return try secret(first) }
    }
    throw EngineError.noSuch(.secret, nameOrID)
  }

  private func secret(_ record: StateStore.Record) throws -> Secret {
    do {
      return Secret(
        id: record.id, record: try JSONReader().read(SecretRecord.self, from: record.document))
    } catch {
      throw EngineError.damaged(path: "the record of the secret \(record.id)", reason: "\(error)")
    }
  }
}
