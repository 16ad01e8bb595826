import CLinux
import Glibc

// The calls that take paths. Inside a container's tree a path is never used, but that of a
// descriptor.

/// Mounts, binds, moves or changes a mount. See mount(2).
public func mount(
  _ source: String, on target: String, type: String = "", _ flags: MountFlags, data: String = ""
) throws(SystemError) {
  try systemCall("mount", target) {
    Glibc.mount(source, target, type, flags.rawValue, data.isEmpty ? nil : data)
  }
}

/// How a mount is taken away: the flags of umount2(2).
public struct UnmountFlags: OptionSet, Sendable {
  public let rawValue: CInt
  public init(rawValue: CInt) { self.rawValue = rawValue }

  /// Out of sight at once, closed when the last user is gone.
  public static let detach = UnmountFlags(rawValue: CInt(MNT_DETACH))
  /// A link at the end of the path is an error.
  public static let noFollow = UnmountFlags(rawValue: CInt(UMOUNT_NOFOLLOW))
}

/// Takes the topmost mount at a path away. See umount2(2).
public func unmount(_ target: String, _ flags: UnmountFlags = []) throws(SystemError) {
  try systemCall("umount", target) { umount2(target, flags.rawValue) }
}

/// Makes `newRoot` the root of this mount namespace and puts the old one on `oldRoot`.
/// See pivot_root(2).
public func pivotRoot(_ newRoot: String, puttingOldOn oldRoot: String) throws(SystemError) {
  try systemCall("pivot_root", newRoot) { clinux_pivot_root(newRoot, oldRoot) }
}

/// Makes a path this process's root directory. See chroot(2).
public func changeRoot(_ path: String) throws(SystemError) {
  try systemCall("chroot", path) { chroot(path) }
}
