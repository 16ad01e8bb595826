import LinuxSystem
import SystemPackage

/// The folder that holds the containers' state when no other is named.
struct RootFolder {
  let path: String
  /// Whether it is a user's, in the folder that $XDG_RUNTIME_DIR names.
  let isUsers: Bool

  /// `/run/ocirun` for root, `$XDG_RUNTIME_DIR/ocirun` for everybody else.
  static var standard: RootFolder {
    if isForUser, let folder = CurrentProcess.environmentVariable("XDG_RUNTIME_DIR"),
      !folder.isEmpty
    {
      return RootFolder(path: "\(folder)/ocirun", isUsers: true)
    }
    return RootFolder(path: "/run/ocirun", isUsers: false)
  }

  /// Whether the caller is no root, or only root of a user namespace that a user made.
  private static var isForUser: Bool {
    if CurrentProcess.effectiveUserID != 0 { return true }
    guard CurrentProcess.isInUserNamespace else { return false }
    return CurrentProcess.environmentVariable("USER") != "root"
  }

  /// The path, once a user's folder is there. Its sticky bit keeps it from being cleared away, as
  /// the XDG Base Directory Specification has it.
  func prepared() throws -> String {
    if isUsers {
      try makeDirectories(path, mode: 0o700)
      let folder = try openFile(path, [.readOnly, .directory])
      try folder.lent.changeMode(0o1700, subject: path)
    }
    return path
  }
}
