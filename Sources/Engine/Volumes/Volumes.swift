import JSON
import LinuxSystem
import StateStore

/// The volumes of an engine. Each further operation has its file.
public struct Volumes {
  let engine: ContainerEngine

  /// A volume with its record and state.
  public struct Volume: Sendable {
    public var record: VolumeRecord
    public var state: VolumeState
    public var name: String { record.name }
  }

  /// All volumes, the oldest first.
  public func all() throws -> [Volume] {
    try engine.state.records(kind: ObjectKind.volume.rawValue).map(volume)
  }

  /// The volume of this name, or the only one whose name begins so.
  public func find(_ name: String) throws -> Volume {
    if let exact = try volume(named: name) { return exact }
    let matches = try engine.state.records(kind: ObjectKind.volume.rawValue, idPrefix: name)
    if let first = matches.first, matches.count == 1, !name.isEmpty { return try volume(first) }
    if matches.count > 1, !name.isEmpty {
      throw EngineError.ambiguous(.volume, name, matches: matches.map(\.id))
    }
    throw EngineError.noSuch(.volume, name)
  }

  /// The volume of exactly this name.
  public func volume(named name: String) throws -> Volume? {
    try engine.state.record(kind: ObjectKind.volume.rawValue, id: name).map(volume)
  }

  private func volume(_ record: StateStore.Record) throws -> Volume {
    let reader = JSONReader()
    do {
      return Volume(
        record: try reader.read(VolumeRecord.self, from: record.document),
        state: try reader.read(VolumeState.self, from: record.state))
    } catch {
      throw EngineError.damaged(path: "the record of the volume \(record.id)", reason: "\(error)")
    }
  }

  /// Where a volume's files are. A volume that has to be mounted first is mounted there.
  public func folder(_ name: String) -> String {
    "\(engine.configuration.folders.volumes)/\(name)/_data"
  }
}
