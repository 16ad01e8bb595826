import EngineConfig
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

  /// All volumes, in the order of their names. One whose record cannot be read is left out.
  public func all() throws -> [Volume] {
    try engine.state.records(kind: Self.kind).compactMap { try? volume($0) }
      .sorted { $0.name < $1.name }
  }

  /// The volume of this name, or the only one whose name begins so.
  public func find(_ name: String) throws -> Volume {
    if let exact = try volume(named: name) { return exact }
    let matches = try engine.state.records(kind: Self.kind, idPrefix: name)
    if let first = matches.first, matches.count == 1, !name.isEmpty { return try volume(first) }
    if matches.count > 1, !name.isEmpty {
      throw EngineError.ambiguous(.volume, name, matches: matches.map(\.id))
    }
    throw EngineError.noSuch(.volume, name)
  }

  /// The volume of exactly this name.
  public func volume(named name: String) throws -> Volume? {
    try engine.state.record(kind: Self.kind, id: name).map(volume)
  }

  /// Which containers use which volumes: the ids, by the volumes' names.
  public func users() throws -> [String: [String]] {
    var users: [String: [String]] = [:]
    for record in try engine.state.records(kind: ObjectKind.container.rawValue) {
      guard let container = try? JSONReader().read(VolumeUser.self, from: record.document) else {
        continue
      }
      for mount in container.mounts where mount.kind == .volume {
        users[mount.source, default: []].append(record.id)
      }
    }
    return users
  }

  /// What of a container's record tells which volumes it uses.
  private struct VolumeUser: JSONObject {
    var mounts: [ContainerMount] = []
    static var blank: Self { Self() }
    mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("mounts", &mounts, standard: [])
    }
  }

  // MARK: Records

  static let kind = ObjectKind.volume.rawValue

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

  func save(_ state: VolumeState, of name: String) throws {
    try engine.state.setState(try engine.text(state), kind: Self.kind, id: name)
  }

  /// The volume plugins that containers.conf names; none of them can be used.
  public var plugins: [String] {
    engine.configuration.containersConf.engine.volumePlugins.keys.sorted()
  }

  // MARK: Folders

  /// The folder that holds the volumes' own folders.
  public var root: String { engine.configuration.folders.volumes }

  /// Where a new volume's files are to be.
  func folder(_ name: String) -> String { "\(root)/\(name)/_data" }
}
