public import LinuxSystem
import SystemPackage

/// Why records could not be read or kept.
public enum StateStoreError: Error, Equatable, Sendable {
  /// The file system refused.
  case system(SystemError)
  /// SQLite refused: its extended result code, and its own words for it.
  case database(path: String, code: Int32, message: String)
  /// The records were written by a newer version, which knows what this one does not.
  case newer(path: String, version: Int, known: Int)
  /// Another record of the scope has the name already.
  case nameInUse(name: String, owner: String)
  /// Another record of the kind has the id already.
  case identifierInUse(String)

  /// Whether there was no room on the disk (SQLITE_FULL).
  public var isDiskFull: Bool {
    if case .database(_, let code, _) = self { return code & 0xff == 13 }
    return false
  }
}

extension StateStoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .database(let path, _, let message): "\(path): \(message)"
    case .newer(let path, let version, let known):
      "\(path) has version \(version) and this program knows \(known); please install a newer one"
    case .nameInUse(let name, let owner): "the name \(name) is in use by \(owner)"
    case .identifierInUse(let id): "the id \(id) is in use"
    }
  }
}

extension StateStoreError {
  /// Whether the records stand where nothing can be written (SQLITE_READONLY, or the system says so).
  public var isReadOnlyFileSystem: Bool {
    switch self {
    case .system(let error): error.errno == .readOnlyFileSystem
    case .database(_, let code, _): code & 0xff == 8
    default: false
    }
  }
}
