import LinuxSystem
import SystemPackage

/// A file of records, as `layers.json`. It is only ever replaced as a whole.
final class RecordFile {
  let folder: String
  let name: String
  /// Whether its records may be lost with a crash of the machine: `volatile-….json`.
  let isVolatile: Bool
  private(set) var text = RecordText()
  private var read: FileStatus?

  /// No store has more; what is longer is not read into memory.
  static let limit = 1 << 30

  init(folder: String, name: String, isVolatile: Bool) {
    self.folder = folder
    self.name = name
    self.isVolatile = isVolatile
  }

  var path: String { "\(folder)/\(name)" }

  /// Reads the file if it is another one than was read last. A file that is missing has no records.
  func refresh() throws(SystemError) {
    let descriptor: OwnedDescriptor
    do throws(SystemError) {
      descriptor = try openFile(path, [.readOnly])
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      text = RecordText()
      read = nil
      return
    }
    let status = try descriptor.lent.status(subject: path)
    if let read, read.inode == status.inode, read.modified == status.modified,
      read.size == status.size
    {
      return
    }
    text = RecordText(parsing: try descriptor.lent.readToEnd(limit: Self.limit, subject: path))
    read = status
  }

  /// Changes the records in memory.
  ///
  /// - Throws: `StorageError.damaged` where the file is not whole: what is not understood must not be
  ///   written over.
  func change(_ body: (inout RecordText) -> Void) throws {
    if let reason = text.damage { throw StorageError.damaged(path: path, reason: reason) }
    body(&text)
  }

  /// Keeps only elements for which a condition holds, whatever state the file is in.
  func keep(_ holds: (Int) -> Bool) {
    var kept = RecordText()
    for index in text.elements.indices where holds(index) { kept.append(text.element(index)) }
    text = kept
  }

  /// Replaces the file. The caller holds the lock and has recorded the write.
  ///
  /// The file beside has a fixed name: there is one writer at a time, and what one that was killed
  /// left is overwritten by the next.
  ///
  /// - Parameter durable: wait until the disk has it, so that not even a loss of power loses the records.
  func save(durable: Bool) throws(SystemError) {
    let beside = "\(folder)/.tmp-\(name)"
    let file = try openFile(beside, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
    try file.lent.writeAll(text.bytes, subject: beside)
    FaultPoint.reach("written \(name)")
    if durable { try file.lent.synchronize(subject: beside) }
    let status = try file.lent.status(subject: beside)
    try renameFile(beside, to: path)
    FaultPoint.reach("renamed \(name)")
    read = status
  }
}
