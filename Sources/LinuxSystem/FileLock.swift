import CLinux
import Glibc
public import SystemPackage

/// Who else may hold a lock at the same time.
public enum FileLockMode: Sendable {
  /// Others that only read.
  case shared
  /// Nobody.
  case exclusive
}

extension FileDescriptor {
  /// Locks the whole file for this open file description. Such a lock and those that processes take
  /// with `F_SETLK` exclude each other; it ends with the last copy of the descriptor. See fcntl_locking(2).
  ///
  /// - Parameter waits: else a lock that somebody holds is `Errno.resourceTemporarilyUnavailable`.
  public func lockFile(
    _ mode: FileLockMode, waits: Bool, subject: String = ""
  ) throws(SystemError) {
    let kind = mode == .shared ? F_RDLCK : F_WRLCK
    try systemCall("lock", subject) { clinux_lock_file(rawValue, CShort(kind), waits ? 1 : 0) }
  }
}
