import Glibc
import LinuxSystem
public import RuntimeSpec
import SystemPackage

/// Compiled filters in a folder, so that a profile that was seen before costs no compilation.
///
/// # Whom it trusts
///
/// A file is used only when it is a regular file with one name, owned by the effective user and closed
/// to all others (0600), in a folder owned by that user and closed to all others (0700), reached by
/// descriptor and without following links, and when a digest over its whole content and the profile's
/// key fits. So nobody but the user and root can put a program there, and damage of any kind (a write
/// that a crash cut short, a changed byte, another profile's file under this name) is found. The
/// digest has no secret: who can write files as this user can make one that fits. Such a one could as
/// well change the runtime's state or the bundle, and the folder is no place that a container sees.
///
/// A file that is not used is replaced by a new one. The cache never fails a container: where it
/// cannot be used, the profile is compiled.
///
/// Several runtimes may use one folder at once: a file appears whole, by rename.
public struct SeccompFilterCache: Sendable {
  private let folder: String

  /// How many filters are kept; with one more the oldest goes.
  static let capacity = 64

  /// A cache in a folder, which is created when it is first written to; so are those above it, with
  /// mode 0711.
  ///
  /// - Parameter folder: an absolute path; best on a file system that a restart empties, as /run.
  public init(folder: String) { self.folder = folder }

  /// The filter of a profile, from the cache or compiled and then kept there.
  ///
  /// - Parameter remark: gets a sentence about each thing that was passed over, for a debug log.
  public func filter(
    for profile: Spec.Linux.Seccomp, remark: (String) -> Void = { _ in }
  ) throws(SeccompProfileError) -> SeccompFilter {
    let key = FilterCacheKey(profile)
    do throws(SystemError) {
      if let filter = try stored(key, remark) { return filter }
    } catch {
      remark("seccomp cache: \(error)")
    }
    let filter = try SeccompFilter(compiling: profile, remark: remark)
    do throws(SystemError) {
      try store(filter, key)
    } catch {
      remark("seccomp cache: \(error)")
    }
    return filter
  }

  // MARK: Reading

  /// - Returns: nil when there is no such file, or none that may be used.
  private func stored(
    _ key: FilterCacheKey, _ remark: (String) -> Void
  ) throws(SystemError) -> SeccompFilter? {
    let name = key.fileName
    do throws(SystemError) {
      let directory = try openFolder()
      let bytes = try Self.contents(of: name, in: directory.lent)
      if let filter = FilterCacheFile.decode(bytes, key: key) { return filter }
      remark("seccomp cache: \(name) was changed and is not used")
    } catch where error.errno == .noSuchFileOrDirectory {
      // The folder or the file is not there yet.
    }
    return nil
  }

  private static func contents(
    of name: String, in directory: FileDescriptor
  ) throws(SystemError) -> [UInt8] {
    // Without nonBlocking a FIFO in the file's place would stop the runtime here.
    let file = try directory.open(
      name, [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal])
    let status = try Self.status(of: file.lent, name)
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw SystemError("check type of", name, .invalidArgument)
    }
    try Self.checkOwner(status, name)
    return try file.lent.readToEnd(limit: FilterCacheFile.maximumLength, subject: name)
  }

  private func openFolder() throws(SystemError) -> OwnedDescriptor {
    let directory = try openFile(folder, [.readOnly, .directory, .noFollow])
    try Self.checkOwner(Self.status(of: directory.lent, folder), folder)
    return directory
  }

  private static func status(
    of descriptor: FileDescriptor, _ name: String
  ) throws(SystemError) -> stat {
    var status = stat()
    try systemCall("fstat", name) { fstat(descriptor.rawValue, &status) }
    return status
  }

  /// Requires that the user owns it and that no one else may read or write it.
  private static func checkOwner(_ status: stat, _ name: String) throws(SystemError) {
    guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw SystemError("check owner and mode of", name, .permissionDenied)
    }
  }

  // MARK: Writing

  private func store(
    _ filter: SeccompFilter, _ key: FilterCacheKey
  ) throws(SystemError) {
    try makeFolder()
    let directory = try openFolder()
    try evict(from: directory.lent)
    let contents = FilterCacheFile.encode(filter, key: key)
    do throws(SystemError) {
      try directory.lent.replaceFile(key.fileName, contents: contents, mode: 0o600)
    } catch where error.errno == .isDirectory {
      try directory.lent.removeTree(key.fileName)
      try directory.lent.replaceFile(key.fileName, contents: contents, mode: 0o600)
    }
  }

  private func makeFolder() throws(SystemError) {
    do throws(SystemError) {
      try makeDirectory(folder, mode: 0o700)
    } catch where error.errno == .noSuchFileOrDirectory {
      try makeDirectories(FilePath(folder).removingLastComponent().string, mode: 0o711)
      try makeDirectory(folder, mode: 0o700)
    } catch where error.errno == .fileExists {
      // Whose it is shows when it is opened.
    }
  }

  /// Makes room for one more file. What a killed runtime left unfinished goes with the oldest too.
  private func evict(from directory: FileDescriptor) throws(SystemError) {
    let names = try directory.entryNames()
    if names.count < Self.capacity { return }
    var files: [(name: String, seconds: Int, nanoseconds: Int)] = []
    for name in names {
      var status = stat()
      guard fstatat(directory.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      files.append((name, status.st_mtim.tv_sec, status.st_mtim.tv_nsec))
    }
    files.sort { ($0.seconds, $0.nanoseconds) < ($1.seconds, $1.nanoseconds) }
    for file in files.prefix(max(0, files.count - Self.capacity + 1)) {
      try directory.removeTree(file.name)
    }
  }
}
