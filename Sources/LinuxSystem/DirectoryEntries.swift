import CLinux
import Glibc
public import SystemPackage

/// What `open` asks of a file: the flags of open(2). O_CLOEXEC is always added.
public struct OpenFlags: OptionSet, Sendable {
  public let rawValue: CInt
  public init(rawValue: CInt) { self.rawValue = rawValue }

  public static let readOnly = OpenFlags(rawValue: O_RDONLY)
  public static let writeOnly = OpenFlags(rawValue: O_WRONLY)
  public static let readWrite = OpenFlags(rawValue: O_RDWR)
  public static let create = OpenFlags(rawValue: O_CREAT)
  public static let exclusive = OpenFlags(rawValue: O_EXCL)
  public static let truncate = OpenFlags(rawValue: O_TRUNC)
  public static let append = OpenFlags(rawValue: O_APPEND)
  public static let directory = OpenFlags(rawValue: O_DIRECTORY)
  public static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
  public static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
  public static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
  /// A new file without a name in the folder that is opened. See open(2), O_TMPFILE.
  public static let unnamed = OpenFlags(rawValue: 0o20000000 | O_DIRECTORY)
  /// Only a place in the file system: nothing is read or written through it.
  public static let path = OpenFlags(rawValue: O_PATH)
}

/// Opens a file by its path, from the current folder where the path is relative. See open(2).
public func openFile(
  _ path: String, _ flags: OpenFlags, mode: UInt32 = 0
) throws(SystemError) -> OwnedDescriptor {
  let number = try systemCall("open", path) {
    clinux_openat(AT_FDCWD, path, flags.rawValue | O_CLOEXEC, mode_t(mode))
  }
  return OwnedDescriptor(owning: number)
}

/// Creates a folder with the given mode, less the umask. See mkdir(2).
public func makeDirectory(_ path: String, mode: UInt32) throws(SystemError) {
  try systemCall("mkdir", path) { mkdir(path, mode_t(mode)) }
}

/// Removes an empty folder. See rmdir(2).
public func removeDirectory(_ path: String) throws(SystemError) {
  try systemCall("rmdir", path) { rmdir(path) }
}

/// Removes a file, link, socket or FIFO by its path. See unlink(2).
public func removeFile(_ path: String) throws(SystemError) {
  try systemCall("unlink", path) { unlink(path) }
}

/// Sets the permissions of a file by its path. See chmod(2).
public func setPermissions(_ path: String, _ mode: UInt32) throws(SystemError) {
  try systemCall("chmod", path) { chmod(path, mode_t(mode)) }
}

/// Gives a file another path, in whose place it steps. See rename(2).
public func renameFile(_ path: String, to new: String) throws(SystemError) {
  try systemCall("rename", path) { rename(path, new) }
}

/// Creates a folder and those above it that are missing.
public func makeDirectories(_ path: String, mode: UInt32) throws(SystemError) {
  do throws(SystemError) {
    try makeDirectory(path, mode: mode)
  } catch where error.errno == .fileExists {
    return
  } catch where error.errno == .noSuchFileOrDirectory {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw error }
    try makeDirectories(String(path[..<slash]), mode: mode)
    do throws(SystemError) {
      try makeDirectory(path, mode: mode)
    } catch where error.errno == .fileExists {
      return
    }
  }
}

/// What is done to entries of an open directory. No name here may hold a slash that comes from outside.
extension FileDescriptor {
  /// Opens an entry of this directory. See openat(2).
  public func open(
    _ name: String, _ flags: OpenFlags, mode: UInt32 = 0
  ) throws(SystemError) -> OwnedDescriptor {
    let number = try systemCall("open", name) {
      clinux_openat(rawValue, name, flags.rawValue | O_CLOEXEC, mode_t(mode))
    }
    return OwnedDescriptor(owning: number)
  }

  /// Creates a folder in this directory. See mkdirat(2).
  public func makeDirectory(_ name: String, mode: UInt32) throws(SystemError) {
    try systemCall("mkdir", name) { mkdirat(rawValue, name, mode_t(mode)) }
  }

  /// Gives an entry of this directory another name, in the place of what has it. See renameat(2).
  public func renameEntry(_ name: String, to new: String) throws(SystemError) {
    try systemCall("rename", name) { renameat(rawValue, name, rawValue, new) }
  }

  /// Creates a FIFO in this directory with exactly this mode. See mkfifoat(3).
  public func makeFIFO(_ name: String, mode: UInt32) throws(SystemError) {
    try systemCall("mkfifo", name) { mkfifoat(rawValue, name, mode_t(mode)) }
  }

  /// Removes a file, link or FIFO of this directory. See unlinkat(2).
  public func removeFile(_ name: String) throws(SystemError) {
    try systemCall("unlink", name) { unlinkat(rawValue, name, 0) }
  }

  /// Removes an empty folder of this directory. See unlinkat(2).
  public func removeDirectory(_ name: String) throws(SystemError) {
    try systemCall("rmdir", name) { unlinkat(rawValue, name, AT_REMOVEDIR) }
  }

  /// Gives an entry of this directory another name; what had that name is replaced. See renameat(2).
  public func rename(_ name: String, to new: String) throws(SystemError) {
    try systemCall("rename", new) { renameat(rawValue, name, rawValue, new) }
  }

  /// Whether an entry of this name exists, be it a link that leads nowhere.
  public func contains(_ name: String) -> Bool {
    var status = Glibc.stat()
    return fstatat(rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0
  }

  /// The names of this directory's entries without `.` and `..`, in the order of the kernel.
  public func entryNames() throws(SystemError) -> [String] {
    // The stream takes its descriptor over, and its position is shared: it gets one of its own.
    let number = try systemCall("open", ".") {
      clinux_openat(rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    guard let stream = fdopendir(number) else {
      let reason = currentErrno()
      Glibc.close(number)
      throw SystemError("fdopendir", "", reason)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemError("readdir", "", currentErrno()) }
        return names
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Removes an entry of this directory with all below it; one that is gone already is no error.
  ///
  /// Links are removed, never followed, and nothing below a mount point is touched: the removal
  /// stops there with `Errno.resourceBusy`.
  public func removeTree(_ name: String) throws(SystemError) {
    do throws(SystemError) {
      return try removeFile(name)
    } catch where error.errno == .noSuchFileOrDirectory {
      return
    } catch where error.errno == .isDirectory || error.errno == .notPermitted {
      // Most folders that are removed are empty: one call then, in place of ten.
      do throws(SystemError) {
        return try removeDirectory(name)
      } catch where error.errno == .noSuchFileOrDirectory {
        return
      } catch where error.errno == .directoryNotEmpty || error.errno == .fileExists {
        let directory: OwnedDescriptor
        do throws(SystemError) {
          directory = try open(name, [.readOnly, .directory, .noFollow])
        } catch where error.errno == .noSuchFileOrDirectory {
          return
        }
        for entry in try directory.lent.entryNames() {
          try directory.lent.removeTree(entry)
        }
      }
    }
    do throws(SystemError) {
      try removeDirectory(name)
    } catch where error.errno == .noSuchFileOrDirectory {
      // Somebody else was faster.
    }
  }
}
