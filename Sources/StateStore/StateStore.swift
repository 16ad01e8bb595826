import LinuxSystem

/// The records of an engine: JSON documents, found by id and by name, in one SQLite file.
///
/// A record has two documents. What was decided when it was made never changes (`document`); what
/// became of it does (`state`). Names are unique in a scope, which several kinds can share.
///
/// The file is in WAL mode: readers never wait, writers take turns of about a millisecond. Every
/// change is one transaction. One object is used by one thread.
public final class StateStore {
  private let database: Database
  /// Where the file stands.
  public let path: String

  /// The version of the tables, kept in the file (`PRAGMA user_version`).
  public static let version = 1

  /// A record as it is kept.
  public struct Record: Equatable, Sendable {
    /// What it describes: `container`, `pod`, `volume`…
    public var kind: String
    /// Its id, unique among its kind.
    public var id: String
    /// Its name; nil for what has none.
    public var name: String?
    /// What was decided when it was made.
    public var document: String
    /// What became of it.
    public var state: String
    /// When it was made, in nanoseconds since 1970: the order of listings.
    public var created: Int64

    public init(
      kind: String, id: String, name: String?, document: String, state: String, created: Int64
    ) {
      self.kind = kind
      self.id = id
      self.name = name
      self.document = document
      self.state = state
      self.created = created
    }
  }

  /// Opens the records of a folder; the file and the folder are made where they are missing.
  ///
  /// - Parameter readOnly: also works on a read-only file system; every change fails.
  public init(path: String, readOnly: Bool = false) throws(StateStoreError) {
    self.path = path
    if !readOnly, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      do throws(SystemError) {
        try makeDirectories(String(path[..<slash]), mode: 0o700)
      } catch {
        throw .system(error)
      }
    }
    database = try Database(path, readOnly: readOnly)
    try prepare(readOnly: readOnly)
  }

  private func prepare(readOnly: Bool) throws(StateStoreError) {
    let found = try database.run("PRAGMA user_version").first?.first
    guard case .integer(let version)? = found else { return }
    guard version <= Self.version else {
      throw .newer(path: path, version: Int(version), known: Self.version)
    }
    if version == Self.version || readOnly {
      if !readOnly { try database.execute("PRAGMA synchronous = NORMAL") }
      return
    }
    // The mode is a property of the file and stays; it cannot be set in a transaction.
    try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    try transaction { () throws(StateStoreError) in
      // Another process may have been faster.
      guard case .integer(let version)? = try database.run("PRAGMA user_version").first?.first,
        version < Self.version
      else { return }
      try database.execute(Self.tables)
      try database.execute("PRAGMA user_version = \(Self.version)")
    }
    try database.execute("PRAGMA synchronous = NORMAL")
  }

  private static let tables = """
    CREATE TABLE record (
      kind TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, name TEXT,
      document TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL,
      PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE UNIQUE INDEX record_name ON record (scope, name) WHERE name IS NOT NULL;
    """

  // MARK: Transactions

  /// Makes several changes at once: all of them last, or none.
  ///
  /// - Parameter durable: also survives a loss of power; without it the newest changes may then be
  ///   missing, the file is whole all the same.
  public func transaction<Result, Failure: Error>(
    durable: Bool = false, _ body: () throws(Failure) -> Result
  ) throws -> Result {
    if durable { try database.execute("PRAGMA synchronous = FULL") }
    defer { if durable { try? database.execute("PRAGMA synchronous = NORMAL") } }
    try database.execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try database.execute("COMMIT")
      return result
    } catch {
      try? database.execute("ROLLBACK")
      throw error
    }
  }

  private func transaction(_ body: () throws(StateStoreError) -> Void) throws(StateStoreError) {
    try database.execute("BEGIN IMMEDIATE")
    do throws(StateStoreError) {
      try body()
      try database.execute("COMMIT")
    } catch {
      try? database.execute("ROLLBACK")
      throw error
    }
  }

  // MARK: Changes

  /// Adds a record.
  ///
  /// - Parameter scope: where its name is unique; its kind if nothing is said.
  public func add(_ record: Record, scope: String? = nil) throws(StateStoreError) {
    do throws(StateStoreError) {
      try database.run(
        """
        INSERT INTO record (kind, id, scope, name, document, state, created)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .text(record.kind), .text(record.id), .text(scope ?? record.kind),
          record.name.map { .text($0) } ?? .null, .text(record.document), .text(record.state),
          .integer(record.created),
        ])
    } catch {
      throw try conflict(error, scope ?? record.kind, record.name, record.id)
    }
  }

  /// Replaces what became of a record; false where there is no such record.
  @discardableResult
  public func setState(
    _ state: String, kind: String, id: String
  ) throws(StateStoreError) -> Bool {
    try database.run(
      "UPDATE record SET state = ? WHERE kind = ? AND id = ?",
      [.text(state), .text(kind), .text(id)])
    return database.changedRows > 0
  }

  /// Replaces what was decided about a record and its name, as `rename` and `update` do.
  @discardableResult
  public func setDocument(
    _ document: String, name: String?, kind: String, id: String
  ) throws(StateStoreError) -> Bool {
    do throws(StateStoreError) {
      try database.run(
        "UPDATE record SET document = ?, name = ? WHERE kind = ? AND id = ?",
        [.text(document), name.map { .text($0) } ?? .null, .text(kind), .text(id)])
    } catch {
      let scope = try database.run(
        "SELECT scope FROM record WHERE kind = ? AND id = ?", [.text(kind), .text(id)])
      guard case .text(let scope)? = scope.first?.first else { throw error }
      throw try conflict(error, scope, name, id)
    }
    return database.changedRows > 0
  }

  /// Takes a record away; false where there was none.
  @discardableResult
  public func remove(kind: String, id: String) throws(StateStoreError) -> Bool {
    try database.run("DELETE FROM record WHERE kind = ? AND id = ?", [.text(kind), .text(id)])
    return database.changedRows > 0
  }

  private func conflict(
    _ error: StateStoreError, _ scope: String, _ name: String?, _ id: String
  ) throws(StateStoreError) -> StateStoreError {
    guard case .database(_, let code, _) = error, code & 0xff == 19 else { return error }
    if let name,
      case .text(let owner)? = try database.run(
        "SELECT id FROM record WHERE scope = ? AND name = ?", [.text(scope), .text(name)]
      ).first?.first
    {
      return .nameInUse(name: name, owner: owner)
    }
    return .identifierInUse(id)
  }

  // MARK: Questions

  private static let columns = "kind, id, name, document, state, created"

  /// The record with exactly this id.
  public func record(kind: String, id: String) throws(StateStoreError) -> Record? {
    try records("WHERE kind = ? AND id = ?", [.text(kind), .text(id)]).first
  }

  /// The record with exactly this name.
  public func record(kind: String, name: String) throws(StateStoreError) -> Record? {
    try records("WHERE kind = ? AND name = ?", [.text(kind), .text(name)]).first
  }

  /// The records whose ids begin so.
  public func records(kind: String, idPrefix prefix: String) throws(StateStoreError) -> [Record] {
    // A range of the primary key: LIKE would read the whole table.
    try records(
      "WHERE kind = ? AND id >= ? AND id < ?",
      [.text(kind), .text(prefix), .text(prefix + "\u{10FFFF}")])
  }

  /// All records of a kind, the oldest first.
  public func records(kind: String) throws(StateStoreError) -> [Record] {
    try records("WHERE kind = ? ORDER BY created, id", [.text(kind)])
  }

  /// Hands out all records of a kind one at a time, the oldest first: thousands are never there at once.
  public func visit(kind: String, _ body: (Record) -> Void) throws(StateStoreError) {
    try database.run(
      "SELECT \(Self.columns) FROM record WHERE kind = ? ORDER BY created, id", [.text(kind)]
    ) { row in if let record = Self.record(row) { body(record) } }
  }

  /// The records of a kind in whose documents a text stands, the oldest first.
  public func records(kind: String, mentioning text: String) throws(StateStoreError) -> [Record] {
    try records(
      "WHERE kind = ? AND instr(document, ?) > 0 ORDER BY created, id", [.text(kind), .text(text)])
  }

  /// How many records of a kind there are.
  public func count(kind: String) throws(StateStoreError) -> Int {
    let rows = try database.run("SELECT count(*) FROM record WHERE kind = ?", [.text(kind)])
    guard case .integer(let count)? = rows.first?.first else { return 0 }
    return Int(count)
  }

  private func records(
    _ condition: String, _ values: [Database.Value]
  ) throws(StateStoreError) -> [Record] {
    try database.run("SELECT \(Self.columns) FROM record \(condition)", values).compactMap(
      Self.record)
  }

  private static func record(_ row: [Database.Value]) -> Record? {
    guard row.count == 6, case .text(let kind) = row[0], case .text(let id) = row[1],
      case .text(let document) = row[3], case .text(let state) = row[4],
      case .integer(let created) = row[5]
    else { return nil }
    var name: String?
    if case .text(let text) = row[2] { name = text }
    return Record(
      kind: kind, id: id, name: name, document: document, state: state, created: created)
  }
}
