internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A name in a folder, as the bytes that it is: LinuxSystem's names are strings, and archives and file
/// systems have names that are none.
struct EntryName {
  /// With a NUL at the end.
  private let characters: [CChar]

  /// - Parameter bytes: without slash and NUL, except that a path is allowed where a call says so.
  init(_ bytes: some Sequence<UInt8>) {
    var characters = bytes.map { CChar(bitPattern: $0) }
    characters.append(0)
    self.characters = characters
  }

  var bytes: [UInt8] { characters.dropLast().map { UInt8(bitPattern: $0) } }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  func withCharacters<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    characters.withUnsafeBufferPointer { buffer in
      // There is always the NUL.
      guard let start = buffer.baseAddress else { return withUnsafePointer(to: 0, body) }
      return body(start)
    }
  }
}

/// A system call whose failure is an `ArchiveError`.
@discardableResult
func archiveCall<Result: SignedInteger>(
  _ operation: String, _ subject: @autoclosure () -> String, _ body: () -> Result
) throws(ArchiveError) -> Result {
  do throws(SystemError) {
    return try systemCall(operation, subject(), body)
  } catch {
    throw .system(error)
  }
}

/// Work whose failure becomes an `ArchiveError`.
func archiving<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(ArchiveError) -> Result {
  do throws(SystemError) {
    return try body()
  } catch {
    throw .system(error)
  }
}

extension ArchiveError {
  /// The reason of a system call that failed.
  var errno: Errno? {
    if case .system(let error) = self { return error.errno }
    return nil
  }
}

/// What is done to the entries of an open folder, none of which is ever followed if it is a link.
extension FileDescriptor {
  /// Opens an entry.
  func openEntry(
    _ name: EntryName, _ flags: CInt, mode: mode_t = 0
  ) throws(ArchiveError) -> OwnedDescriptor {
    let number = try archiveCall("open", name.text) {
      name.withCharacters {
        clinux_openat(rawValue, $0, flags | O_CLOEXEC | O_NOFOLLOW, mode)
      }
    }
    return OwnedDescriptor(owning: number)
  }

  /// Opens a folder at a path below this folder, which is taken for `/`: links are followed within it.
  ///
  /// - Parameter walks: whether openat2(2) is not even tried.
  func openFolder(
    inRoot path: EntryPath, walks: Bool = false
  ) throws(ArchiveError) -> OwnedDescriptor {
    if walks { return try walk(inRoot: path) }
    let name = EntryName(path.isRoot ? [UInt8(ascii: ".")] : path.bytes)
    let resolution = Resolution.inRoot.union(.noMagicLinks).rawValue
    for _ in 0..<128 {
      do throws(ArchiveError) {
        let number = try archiveCall("openat2", path.text) {
          name.withCharacters {
            clinux_openat2(
              rawValue, $0, UInt64(O_PATH | O_DIRECTORY | O_CLOEXEC), 0, resolution)
          }
        }
        return OwnedDescriptor(owning: number)
      } catch where error.errno == .resourceTemporarilyUnavailable {
        // Something was renamed meanwhile.
      } catch where error.errno == .noFunction || error.errno == .notPermitted {
        return try walk(inRoot: path)
      }
    }
    throw .system(SystemError("openat2", path.text, .resourceTemporarilyUnavailable))
  }

  /// Likewise without openat2(2).
  private func walk(inRoot path: EntryPath) throws(ArchiveError) -> OwnedDescriptor {
    let folder = try archiving { () throws(SystemError) -> OwnedDescriptor in
      let root = RootDirectory(try duplicated())
      return try root.resolve("/" + path.text).takeDescriptor()
    }
    guard try archiving({ () throws(SystemError) in try folder.lent.status() }).kind == .directory
    else { throw .system(SystemError("open", path.text, .notDirectory)) }
    return folder
  }

  /// The status of an entry; nil where there is none.
  func entryStatus(_ name: EntryName) throws(ArchiveError) -> stat? {
    var status = Glibc.stat()
    do throws(ArchiveError) {
      try archiveCall("stat", name.text) {
        name.withCharacters { fstatat(rawValue, $0, &status, AT_SYMLINK_NOFOLLOW) }
      }
    } catch where error.errno == .noSuchFileOrDirectory {
      return nil
    }
    return status
  }

  /// The status of the open file.
  func openStatus(_ subject: @autoclosure () -> String) throws(ArchiveError) -> stat {
    var status = Glibc.stat()
    try archiveCall("fstat", subject()) { fstat(rawValue, &status) }
    return status
  }

  /// The names of this open folder's entries, without `.` and `..`, in the order of their bytes.
  func sortedNames(_ subject: @autoclosure () -> String = "") throws(ArchiveError) -> [[UInt8]] {
    let number = try archiveCall("open", subject()) {
      clinux_openat(rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    guard let stream = fdopendir(number) else {
      let reason = currentErrno()
      Glibc.close(number)
      throw .system(SystemError("fdopendir", subject(), reason))
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw .system(SystemError("readdir", subject(), currentErrno())) }
        break
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Removes an entry with all below it; none is no error. Nothing is followed.
  func removeEntry(_ name: EntryName) throws(ArchiveError) {
    let unlinked: CInt = name.withCharacters { unlinkat(rawValue, $0, 0) }
    if unlinked == 0 { return }
    switch currentErrno() {
    case .noSuchFileOrDirectory: return
    case .isDirectory, .notPermitted: break
    case let reason: throw .system(SystemError("unlink", name.text, reason))
    }
    do {
      let folder = try openEntry(name, O_RDONLY | O_DIRECTORY)
      for child in try folder.lent.sortedNames(name.text) {
        try folder.lent.removeEntry(EntryName(child))
      }
    }
    try archiveCall("rmdir", name.text) {
      name.withCharacters { unlinkat(rawValue, $0, AT_REMOVEDIR) }
    }
  }

  /// Where a link leads.
  func entryLinkTarget(_ name: EntryName) throws(ArchiveError) -> [UInt8] {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = try archiveCall("readlink", name.text) {
      name.withCharacters { readlinkat(rawValue, $0, &target, target.count) }
    }
    return target.prefix(length).map { UInt8(bitPattern: $0) }
  }
}

extension stat {
  var format: mode_t { st_mode & S_IFMT }
  var isDirectory: Bool { format == S_IFDIR }
  /// Whether this is overlay's whiteout: a character device 0:0.
  var isWhiteout: Bool { format == S_IFCHR && st_rdev == 0 }
}
