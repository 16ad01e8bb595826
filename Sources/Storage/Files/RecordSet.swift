import JSON
import LinuxSystem

/// What layers, images and containers have in common as records.
protocol StoreRecord: JSONObject {
  var id: String { get }
  var names: [String]? { get set }
}

/// All records of one kind: the lasting file first, then that of what is lost with the machine.
final class RecordSet<Record: StoreRecord> {
  let folder: String
  let lockFile: LockFile
  let files: [RecordFile]

  /// A record and where it stands.
  struct Found {
    var record: Record
    let file: RecordFile
    let index: Int
  }

  /// - Parameters:
  ///   - lockPath: the lock's file.
  ///   - files: at least one.
  init(folder: String, lockPath: String, files: [RecordFile]) {
    self.folder = folder
    lockFile = LockFile(path: lockPath)
    self.files = files
  }

  /// Reads what has changed. Without the lock the answer is whole, but may be of the past a moment later.
  func refresh() throws(SystemError) {
    for file in files { try file.refresh() }
  }

  // MARK: Finding

  /// All records, and those that cannot be read.
  func all() -> (found: [Found], damaged: [DamagedRecord]) {
    var found: [Found] = []
    var damaged: [DamagedRecord] = []
    var known: Set<String> = []
    for file in files {
      for index in file.text.elements.indices {
        switch decode(file, index) {
        case .success(let item):
          if known.insert(item.record.id).inserted { found.append(item) }
        case .failure(let record): damaged.append(record)
        }
      }
      if let reason = file.text.damage {
        damaged.append(DamagedRecord(path: file.path, reason: reason))
      }
    }
    return (found, damaged)
  }

  func find(id: String) throws -> Found? {
    // As Go writes it, which is nearly always the case; then any other way.
    for text in ["\"id\":\"\(id)\"", "\"\(id)\""] {
      for file in files {
        for index in file.text.indices(containing: Array(text.utf8)) {
          switch decode(file, index) {
          case .success(let found): if found.record.id == id { return found }
          case .failure(let damaged):
            if damaged.id == id {
              throw StorageError.damaged(path: damaged.path, reason: damaged.reason)
            }
          }
        }
      }
    }
    return nil
  }

  func find(name: String) -> Found? { candidates(name) { $0.names?.contains(name) ?? false }.first }

  /// The record whose id begins so, if it is the only one.
  func find(idPrefix prefix: String) throws -> Found? {
    guard !prefix.isEmpty, prefix.utf8.allSatisfy(isHexadecimal) else { return nil }
    var hit: Found?
    for file in files {
      for index in file.text.indices(containing: Array("\"\(prefix)".utf8)) {
        guard case .success(let found) = decode(file, index), found.record.id.hasPrefix(prefix),
          found.record.id != hit?.record.id
        else { continue }
        if hit != nil { throw StorageError.ambiguousID(prefix) }
        hit = found
      }
    }
    return hit
  }

  /// The record of this id or name, or the only one whose id begins so.
  func find(_ nameOrID: String) throws -> Found? {
    if isObjectID(nameOrID), let found = try find(id: nameOrID) { return found }
    if let found = find(name: nameOrID) { return found }
    return try find(idPrefix: nameOrID)
  }

  /// The records in whose text a string occurs and for which a condition holds. Damaged ones are left out.
  func candidates(_ string: String, where holds: (Record) -> Bool) -> [Found] {
    var hits: [Found] = []
    // Go writes < > & as sequences: a string with these has to be looked for in every record.
    let isPlain = string.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>&\"\\".utf8.contains($0) }
    for file in files {
      let indices =
        isPlain
        ? file.text.indices(containing: Array("\"\(string)\"".utf8))
        : Array(file.text.elements.indices)
      for index in indices {
        if case .success(let found) = decode(file, index), holds(found.record) {
          hits.append(found)
        }
      }
    }
    return hits
  }

  enum Decoded {
    case success(Found)
    case failure(DamagedRecord)
  }

  func decode(_ file: RecordFile, _ index: Int) -> Decoded {
    let text = file.text.element(index)
    do throws(JSONError) {
      let record = try JSONReader(emptyStringIsAbsent: true).read(Record.self, from: text)
      guard isObjectID(record.id) else {
        return .failure(
          DamagedRecord(path: file.path, id: nil, reason: "record \(index) has no valid id"))
      }
      return .success(Found(record: record, file: file, index: index))
    } catch {
      return .failure(
        DamagedRecord(
          path: file.path, id: Self.readableID(text), reason: "record \(index): \(error)"))
    }
  }

  /// The id of a record that is otherwise not understood.
  private static func readableID(_ text: [UInt8]) -> String? {
    let start = Array("{\"id\":\"".utf8)
    guard text.starts(with: start), text.count >= start.count + 64 else { return nil }
    let id = String(decoding: text[start.count..<start.count + 64], as: UTF8.self)
    return isObjectID(id) ? id : nil
  }

  // MARK: Changing; the lock is held

  /// Adds a record to the lasting file, or to the other one.
  ///
  /// - Returns: the file, which is to be saved.
  @discardableResult
  func append(_ record: Record, volatile: Bool = false) throws -> RecordFile {
    let file = files.first { $0.isVolatile == volatile } ?? files[0]
    let text = try JSONWriter().write(record)
    try file.change { $0.append(text) }
    return file
  }

  func replace(_ found: Found, with record: Record) throws {
    let text = try JSONWriter().write(record)
    try found.file.change { $0.replace(found.index, with: text) }
  }

  /// Removes the record of an id, also one that cannot be read.
  ///
  /// - Returns: the file in which it stood; nil where there was none.
  @discardableResult
  func remove(id: String) throws -> RecordFile? {
    for file in files {
      for index in file.text.indices(containing: Array("\"\(id)\"".utf8)) {
        let isIt =
          switch decode(file, index) {
          case .success(let found): found.record.id == id
          case .failure(let damaged): damaged.id == id
          }
        guard isIt else { continue }
        try file.change { $0.remove(index) }
        return file
      }
    }
    return nil
  }
}

/// Whether a string is an id of the store: 64 hexadecimal digits in lower case. Ids become paths.
func isObjectID(_ string: String) -> Bool {
  string.utf8.count == 64 && string.utf8.allSatisfy(isHexadecimal)
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}

/// A new id at random, which does not consist of decimal digits alone: such a one is taken for a number.
func makeObjectID() throws(SystemError) -> String {
  while true {
    let id = hexadecimal(try randomBytes(32))
    if id.utf8.prefix(12).contains(where: { $0 > UInt8(ascii: "9") }) { return id }
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
