import CLinux
import Glibc
public import SystemPackage

extension FileDescriptor {
  /// Waits until the file's contents are on the disk. See fsync(2).
  public func synchronize(subject: String = "") throws(SystemError) {
    try systemCall("fsync", subject) { fsync(rawValue) }
  }

  /// Waits until everything in the file's file system is on the disk. See syncfs(2).
  public func synchronizeFileSystem(subject: String = "") throws(SystemError) {
    try systemCall("syncfs", subject) { syncfs(rawValue) }
  }

  /// Writes bytes at a place of the file, and says how many went. See pwrite(2).
  public func writeSome(
    _ bytes: [UInt8], at offset: Int64, subject: String = ""
  ) throws(SystemError) -> Int {
    try systemCall("pwrite", subject) {
      bytes.withUnsafeBytes { Glibc.pwrite(rawValue, $0.baseAddress, $0.count, off_t(offset)) }
    }
  }
}

/// Removes a file or link by its path; one that is gone already is no error. See unlink(2).
public func removeFileIfPresent(_ path: String) throws(SystemError) {
  do throws(SystemError) {
    try systemCall("unlink", path) { unlink(path) }
  } catch {
    guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { throw error }
  }
}

/// Whether something is at a path, be it a link that leads nowhere.
public func fileExists(_ path: String) -> Bool {
  var status = Glibc.stat()
  return lstat(path, &status) == 0
}
