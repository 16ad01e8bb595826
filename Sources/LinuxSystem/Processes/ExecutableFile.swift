import CLinux
import Glibc
import SystemPackage

/// Sees that a path leads to a file that this process's user and groups may execute; `EISDIR` for a
/// folder, `EACCES` for what may not be executed. See access(2), AT_EACCESS.
public func checkExecutable(_ path: String) throws(SystemError) {
  var status = Glibc.stat()
  try systemCall("stat", path) { stat(path, &status) }
  if status.st_mode & S_IFMT == S_IFDIR { throw SystemError("stat", path, .isDirectory) }
  // One set of users has been made of the real and the effective ones, so that plain access(2),
  // which looks at the real ones, tells the same.
  try systemCall("access", path) { access(path, X_OK) }
}
