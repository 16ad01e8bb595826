import LinuxSystem
import SystemPackage

/// A file of records, each written whole, that gives way to a new one when it has grown too large.
///
/// A file that is full is renamed to `path.1`, what had that name to `path.2`, and so on, and the last
/// is removed. A reader that follows the file keeps reading what it has open to its end, then goes on
/// with the next: nothing is ever cut.
final class LogFile {
  private let path: String
  private let maxSize: Int64?
  private let maxFiles: Int
  private var file: SharedDescriptor?
  /// The file's length, up to the end of its last whole record.
  private var size: Int64 = 0
  private var buffer: RecordBuffer

  /// - Parameter maxFiles: how many there are at most, the present one counted.
  init(path: String, maxSize: Int64?, maxFiles: Int) throws {
    self.path = path
    self.maxSize = maxSize.flatMap { $0 > 0 ? $0 : nil }
    self.maxFiles = max(1, maxFiles)
    buffer = RecordBuffer(capacity: 64 << 10)
    try open()
  }

  private func open() throws {
    // Not followed: the folder is ours, and a link there was made by somebody else.
    let opened = try openFile(path, [.writeOnly, .create, .append, .noFollow], mode: 0o640)
    size = Int64(clamping: try opened.lent.status(subject: path).size)
    file = SharedDescriptor(opened)
  }

  /// Adds a record, made of these parts in turn.
  func append(_ parts: UnsafeRawBufferPointer...) {
    let length = parts.reduce(0) { $0 + $1.count }
    if let maxSize, size + Int64(buffer.count) > 0,
      size + Int64(buffer.count + length) > maxSize
    {
      flush()
      rotate()
    }
    if buffer.count + length > buffer.capacity { flush() }
    for part in parts { buffer.append(part) }
  }

  /// Writes what was added.
  func flush() {
    defer { buffer.removeAll() }
    guard let file, buffer.count > 0 else { return }
    var written = 0
    while written < buffer.count {
      let rest = UnsafeRawBufferPointer(rebasing: buffer.bytes[written...])
      guard let count = try? file.lent.writeSome(from: rest, subject: path), count > 0 else {
        break
      }
      written += count
    }
    let whole = written == buffer.count ? written : buffer.endOfLastRecord(before: written)
    size += Int64(whole)
    // A full disk took half a record: it goes, so that the next one begins on its own line.
    if whole < written { try? file.lent.setLength(size, subject: path) }
  }

  private func rotate() {
    if maxFiles > 1 {
      for number in stride(from: maxFiles - 1, to: 1, by: -1) {
        try? renameFile("\(path).\(number - 1)", to: "\(path).\(number)")
      }
      try? renameFile(path, to: "\(path).1")
    } else {
      try? removeFile(path)
    }
    // Where no new file can be made, the old one goes on.
    try? open()
  }

  func reopen() {
    flush()
    try? open()
  }
}

/// Records that wait to be written together, in memory that is used again and again.
private struct RecordBuffer: ~Copyable {
  private let storage: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(capacity: Int) { storage = .allocate(byteCount: capacity, alignment: 16) }
  deinit { storage.deallocate() }

  var capacity: Int { storage.count }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

  /// Appends what there is room for.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let part = bytes.prefix(capacity - count)
    UnsafeMutableRawBufferPointer(rebasing: storage[count...])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
    count += part.count
  }

  /// Where the last record ends that lies before `length` as a whole: each is a line.
  func endOfLastRecord(before length: Int) -> Int {
    (bytes.prefix(length).lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
  }

  mutating func removeAll() { count = 0 }
}
