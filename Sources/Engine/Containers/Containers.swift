import JSON
import LinuxSystem
import StateStore

/// The containers of an engine. Each operation has its file, `Containers+Start.swift` and so on.
public struct Containers {
  let engine: ContainerEngine

  /// A container with its record and what is known to have become of it.
  public struct Container: Sendable {
    public var record: ContainerRecord
    public var state: ContainerState
    public var id: String { record.id }
    public var name: String { record.name }

    public init(record: ContainerRecord, state: ContainerState) {
      self.record = record
      self.state = state
    }
  }

  private var kind: String { ObjectKind.container.rawValue }

  /// Where names of containers and pods are unique.
  static let nameScope = "workload"

  /// The container of this name or id, or the only one whose id begins so.
  public func find(_ nameOrID: String) throws -> Container {
    if let found = try engine.state.record(kind: kind, name: nameOrID) {
      return try container(found)
    }
    if ContainerIdentifier.isIDPrefix(nameOrID) {
      let matches = try engine.state.records(kind: kind, idPrefix: nameOrID)
      if matches.count > 1 {
        throw EngineError.ambiguous(
          .container, nameOrID, matches: matches.map { String($0.id.prefix(12)) })
      }
      if let first = matches.first { return try container(first) }
    }
    throw EngineError.noSuch(.container, nameOrID)
  }

  /// The container with exactly this id, as it stands now; nil if it is gone.
  func container(id: String) throws -> Container? {
    try engine.state.record(kind: kind, id: id).map(container)
  }

  /// All containers, the oldest first. One whose record cannot be read is left out; `broken` tells of it.
  public func all() throws -> [Container] { try listing().containers }

  /// The containers in whose records an id stands, their own or another's.
  func mentioning(_ id: String) throws -> [Container] {
    try engine.state.records(kind: kind, mentioning: id).compactMap { try? container($0) }
  }

  /// All containers, the oldest first, and what is wrong with those that cannot be read.
  ///
  /// - Parameters:
  ///   - isListed: whether only that part of each record is read that a list of containers shows.
  ///   - isWanted: which are read at all, by their states as they were kept: thousands of stopped
  ///     containers cost a listing of those that run next to nothing.
  public func listing(
    isListed: Bool = false, where isWanted: (ContainerState) -> Bool = { _ in true }
  ) throws -> (containers: [Container], broken: [any Error]) {
    var containers: [Container] = []
    var broken: [any Error] = []
    let reader = JSONReader()
    try engine.state.visit(kind: kind) { record in
      do {
        let state = try reader.read(ContainerState.self, from: record.state)
        guard isWanted(state) else { return }
        var read =
          isListed
          ? try reader.read(ListedRecord.self, from: record.document).record
          : try reader.read(ContainerRecord.self, from: record.document)
        if let name = record.name { read.name = name }
        containers.append(Container(record: read, state: state))
      } catch {
        broken.append(Self.damage(of: record, error))
      }
    }
    return (containers, broken)
  }

  private func container(_ record: StateStore.Record) throws -> Container {
    let reader = JSONReader()
    do {
      var read = try decided(record.document)
      // The name's own column is what is unique and what `rename` changes.
      if let name = record.name { read.name = name }
      return Container(
        record: read, state: try reader.read(ContainerState.self, from: record.state))
    } catch {
      throw Self.damage(of: record, error)
    }
  }

  private static func damage(of record: StateStore.Record, _ error: any Error) -> EngineError {
    .damaged(
      path: "the record of the container \(record.name ?? record.id)", reason: "\(error)")
  }

  /// What was decided about a container.
  private func decided(_ document: String) throws -> ContainerRecord {
    if let last = engine.lastRead, last.document == document { return last.record }
    let record = try JSONReader().read(ContainerRecord.self, from: document)
    engine.lastRead = (document, record)
    return record
  }

  /// Keeps what became of a container.
  func save(_ state: ContainerState, of id: String) throws {
    try engine.state.setState(try engine.text(state), kind: kind, id: id)
  }
}
