import LinuxSystem
import SystemPackage

/// Reads a log with its older files, in order, and what is added to it later.
///
/// A file that has become `path.1` since it was opened is read to its end, then the next one, whatever
/// its name is by then: nothing is lost to a rotation.
final class LogFiles {
  private let path: String
  private var file: SharedDescriptor?
  private var inode: UInt64 = 0
  /// The beginning of a line whose end has not been read.
  private var rest: [UInt8] = []
  private let block: UnsafeMutableRawBufferPointer

  init(_ path: String) {
    self.path = path
    block = .allocate(byteCount: 256 << 10, alignment: 16)
  }

  deinit { block.deallocate() }

  /// Where the files are, the oldest first; those that exist.
  private var paths: [String] {
    var found: [String] = []
    var number = 1
    while (try? openFile("\(path).\(number)", [.path])) != nil {
      found.append("\(path).\(number)")
      number += 1
    }
    return found.reversed() + [path]
  }

  /// Reads all that is there, line by line without line feeds.
  func read(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if file == nil {
      for path in paths where file == nil { file = try open(path) }
      if file == nil { return }
    }
    while true {
      try readToEnd(body)
      guard try advance() else { return }
    }
  }

  private func open(_ path: String) throws -> SharedDescriptor? {
    do throws(SystemError) {
      let opened = try openFile(path, [.readOnly, .noFollow])
      inode = try opened.lent.status(subject: path).inode
      return SharedDescriptor(opened)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// Opens the file after the one that has been read.
  ///
  /// - Returns: false if that was the newest.
  private func advance() throws -> Bool {
    guard let newest = inode(of: path), newest != inode else { return false }
    let all = paths
    let own = all.lastIndex { inode(of: $0) == inode }
    // One that has no name any more was older than all that have one.
    let next = own.map { $0 + 1 } ?? 0
    guard next < all.count, let opened = try open(all[next]) else { return false }
    file = opened
    return true
  }

  private func inode(of path: String) -> UInt64? {
    guard let place = try? openFile(path, [.path, .noFollow]) else { return nil }
    return (try? place.lent.status(subject: path))?.inode
  }

  private func readToEnd(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    while let file, let count = try file.lent.readSome(into: block, subject: path), count > 0 {
      var bytes = UnsafeRawBufferPointer(rebasing: block[..<count])
      while let end = lineEnd(bytes) {
        let line = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        if rest.isEmpty {
          try body(line)
        } else {
          rest += line
          let whole = rest
          rest = []
          try whole.withUnsafeBytes(body)
        }
        bytes = UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])
      }
      rest += bytes
    }
  }

  private func lineEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") { return index }
      index += 1
    }
    return nil
  }
}
