import Glibc
public import SystemPackage

extension FileDescriptor {
  /// Reads to the end of the file.
  ///
  /// - Parameter limit: the most bytes that are accepted; a longer file is `Errno.fileTooLarge`.
  public func readToEnd(limit: Int, subject: String = "") throws(SystemError) -> [UInt8] {
    var status = Glibc.stat()
    let known = fstat(rawValue, &status) == 0 ? Int(status.st_size) : 0
    var contents: [UInt8] = []
    // One more than the known size, so that the end is found by the same read.
    var room = min(max(known, 0), limit) + 1
    if room < 512 { room = 512 }
    while true {
      let start = contents.count
      var count = 0
      contents.append(contentsOf: repeatElement(0, count: room))
      count = try systemCall("read", subject) {
        contents.withUnsafeMutableBytes { buffer in
          Glibc.read(rawValue, buffer.baseAddress.map { $0 + start }, room)
        }
      }
      contents.removeLast(room - count)
      if contents.count > limit { throw SystemError("read", subject, .fileTooLarge) }
      if count == 0 { return contents }
      // A short read of a file whose size was known is its end, but for one more look.
      room = max(512, room / 2)
    }
  }

  /// Reads what one call of read(2) gives: a message, or as much of a stream as is there; empty at its end.
  public func readSome(limit: Int, subject: String = "") throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = try systemCall("read", subject) {
      bytes.withUnsafeMutableBytes { Glibc.read(rawValue, $0.baseAddress, limit) }
    }
    bytes.removeLast(limit - count)
    return bytes
  }

  /// Reads at a place of a file, without moving its position; empty behind its end. See pread(2).
  public func readPart(
    at offset: Int64, limit: Int, subject: String = ""
  ) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = try systemCall("pread", subject) {
      bytes.withUnsafeMutableBytes { Glibc.pread(rawValue, $0.baseAddress, limit, off_t(offset)) }
    }
    bytes.removeLast(limit - count)
    return bytes
  }

  /// Writes all of the bytes at a place of a file, without moving its position. See pwrite(2).
  public func writePart(
    _ bytes: [UInt8], at offset: Int64, subject: String = ""
  ) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      written += try systemCall("pwrite", subject) {
        bytes.withUnsafeBytes {
          Glibc.pwrite(
            rawValue, $0.baseAddress.map { $0 + written }, bytes.count - written,
            off_t(offset) + written)
        }
      }
    }
  }

  /// Where the next byte is read or written. See lseek(2).
  public func position() throws(SystemError) -> Int64 {
    Int64(try systemCall("lseek") { Glibc.lseek(rawValue, 0, SEEK_CUR) })
  }

  /// Goes back to the beginning of the file. See lseek(2).
  public func rewind() throws(SystemError) {
    try systemCall("lseek") { Glibc.lseek(rawValue, 0, SEEK_SET) }
  }

  /// Writes what one call of write(2) takes, and returns how many bytes that were.
  public func writeSome(_ bytes: [UInt8], subject: String = "") throws(SystemError) -> Int {
    try systemCall("write", subject) {
      bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
    }
  }

  /// Who may hold the lock of an open file at the same time.
  public enum LockKind: Sendable {
    /// Only one.
    case exclusive
    /// All that ask for it so.
    case shared
  }

  /// Waits for the lock on this open file; closing the file gives it up. See flock(2).
  public func lock(_ kind: LockKind = .exclusive, subject: String = "") throws(SystemError) {
    try systemCall("flock", subject) { flock(rawValue, kind == .shared ? LOCK_SH : LOCK_EX) }
  }

  /// Writes all of the bytes.
  public func writeAll(_ bytes: [UInt8], subject: String = "") throws(SystemError) {
    var written = 0
    while written < bytes.count {
      written += try systemCall("write", subject) {
        bytes.withUnsafeBytes { buffer in
          Glibc.write(rawValue, buffer.baseAddress.map { $0 + written }, bytes.count - written)
        }
      }
    }
  }

  /// Writes all of the text as UTF-8.
  public func writeAll(_ text: String, subject: String = "") throws(SystemError) {
    try writeAll(Array(text.utf8), subject: subject)
  }

  /// Puts a file with these contents in the place of `name`: readers see the old or the new whole.
  ///
  /// - Parameters:
  ///   - durable: also survive a loss of power; not for tmpfs.
  public func replaceFile(
    _ name: String, contents: [UInt8], mode: UInt32, durable: Bool = false
  ) throws(SystemError) {
    let temporary = ".\(name).\(getpid())"
    let file = try open(temporary, [.writeOnly, .create, .truncate, .noFollow], mode: mode)
    do throws(SystemError) {
      try file.lent.writeAll(contents, subject: temporary)
      if durable { try systemCall("fsync", temporary) { fsync(file.number) } }
      try file.close()
      try systemCall("rename", name) { renameat(rawValue, temporary, rawValue, name) }
      if durable { try systemCall("fsync", name) { fsync(rawValue) } }
    } catch {
      try? removeFile(temporary)
      throw error
    }
  }

  /// Removes what replacements of a file have left that were interrupted. Nobody may be replacing it:
  /// the caller holds the lock of the file.
  public func removeInterruptedReplacements(of name: String) throws(SystemError) {
    for entry in try entryNames() where entry.hasPrefix(".\(name).") { try removeFile(entry) }
  }
}

/// Reads a whole file by its path, if it is a regular one: a FIFO would make the reader wait, and a
/// device have no end. What is none of these fails with `EINVAL`.
public func readRegularFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
  let file = try openFile(path, [.readOnly, .nonBlocking, .noControllingTerminal])
  guard try file.lent.status(subject: path).kind == .regular else {
    throw SystemError("read", path, .invalidArgument)
  }
  return try file.lent.readToEnd(limit: limit, subject: path)
}

/// Reads a whole file by its path.
public func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
  let file = try openFile(path, [.readOnly])
  return try file.lent.readToEnd(limit: limit, subject: path)
}
