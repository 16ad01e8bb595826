import CSQLite
import LinuxSystem

/// A connection to a SQLite database: statements in, rows out.
///
/// One thread uses it; the library is told so and takes no lock of its own inside the process.
final class Database {
  let path: String
  private var handle: OpaquePointer?
  private var prepared: [String: OpaquePointer] = [:]

  /// A value of a column, or one that is put into a statement.
  enum Value: Equatable {
    case null
    case integer(Int64)
    case text(String)
  }

  init(_ path: String, readOnly: Bool) throws(StateStoreError) {
    self.path = path
    let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let result = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
    guard result == SQLITE_OK else {
      let failure = failure(result)
      sqlite3_close_v2(handle)
      handle = nil
      throw failure
    }
    sqlite3_extended_result_codes(handle, 1)
    // The last one to close would else write the whole log back, and wait for the disk: each command is
    // the last one. What grows is written back by the commit that makes it grow.
    _ = csqlite_keep_log_on_close(handle)
    // Each command reads the whole log when it begins: it stays short.
    sqlite3_wal_autocheckpoint(handle, 100)
    // A writer holds the database for about a millisecond; hundreds at once still get their turn.
    sqlite3_busy_handler(
      handle,
      { _, attempt in
        // Short waits first, as most turns come soon; about two minutes in all.
        sqlite3_sleep(attempt < 50 ? 1 : attempt < 500 ? 5 : 25)
        return attempt < 5000 ? 1 : 0
      }, nil)
  }

  deinit {
    for statement in prepared.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  /// Runs statements that take and give nothing, separated by semicolons.
  func execute(_ statements: String) throws(StateStoreError) {
    let result = sqlite3_exec(handle, statements, nil, nil, nil)
    guard result == SQLITE_OK else { throw failure(result) }
  }

  /// Runs one statement and returns its rows.
  @discardableResult
  func run(_ sql: String, _ values: [Value] = []) throws(StateStoreError) -> [[Value]] {
    var rows: [[Value]] = []
    try run(sql, values) { rows.append($0) }
    return rows
  }

  /// Runs one statement and hands out its rows one at a time, of which there may be thousands.
  func run(
    _ sql: String, _ values: [Value], row: ([Value]) -> Void
  ) throws(StateStoreError) {
    let statement = try statement(sql)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      let position = Int32(clamping: index + 1)
      switch value {
      case .null: sqlite3_bind_null(statement, position)
      case .integer(let number): sqlite3_bind_int64(statement, position, number)
      case .text(let text):
        sqlite3_bind_text(
          statement, position, text, Int32(clamping: text.utf8.count), csqlite_transient())
      }
    }
    while true {
      let result = sqlite3_step(statement)
      if result == SQLITE_DONE { return }
      guard result == SQLITE_ROW else { throw failure(result) }
      row((0..<sqlite3_column_count(statement)).map { column(statement, $0) })
    }
  }

  /// How many rows the last statement changed.
  var changedRows: Int { Int(sqlite3_changes(handle)) }

  private func statement(_ sql: String) throws(StateStoreError) -> OpaquePointer? {
    if let known = prepared[sql] { return known }
    var statement: OpaquePointer?
    let result = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    guard result == SQLITE_OK, let statement else { throw failure(result) }
    prepared[sql] = statement
    return statement
  }

  private func column(_ statement: OpaquePointer?, _ index: Int32) -> Value {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
    case SQLITE_NULL: return .null
    default:
      let bytes = UnsafeBufferPointer(
        start: sqlite3_column_text(statement, index),
        count: Int(sqlite3_column_bytes(statement, index)))
      return .text(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func failure(_ code: Int32) -> StateStoreError {
    let extended = handle.map { sqlite3_extended_errcode($0) } ?? code
    let message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    return .database(path: path, code: extended, message: message)
  }
}
