import CLinux
import Glibc
public import SystemPackage

// A mount by its descriptor (Linux 5.2; attributes 5.12). It is built where nobody sees it, then
// attached on a directory or file that is a descriptor as well: no path is resolved twice.

/// Whether the kernel has all of these calls, and no filter blocks them.
public func hasMountDescriptors() -> Bool {
  // No structure is that short: the answer of a kernel that has the call is EINVAL.
  mount_setattr(-1, "", CUnsignedInt(AT_EMPTY_PATH), nil, 0) < 0
    && currentErrno() == .invalidArgument
}

/// A copy of the mount that a path lies on, from that path on; attached nowhere. See open_tree(2).
///
/// - Parameter recursive: with all mounts below it.
public func cloneMount(_ path: String, recursive: Bool) throws(SystemError) -> OwnedDescriptor {
  let flags = CUnsignedInt(OPEN_TREE_CLONE) | CUnsignedInt(O_CLOEXEC) | recursiveFlag(recursive)
  return OwnedDescriptor(
    owning: try systemCall("open_tree", path) { open_tree(AT_FDCWD, path, flags) })
}

/// A read-only mount of one file alone, attached nowhere. A program that is executed from it cannot be
/// written to by anybody who finds its file, whatever he may do.
public func readOnlyMount(ofFile path: String) throws(SystemError) -> OwnedDescriptor {
  let mount = try cloneMount(path, recursive: false)
  try mount.lent.changeMount(set: [.readOnly, .noDevices], subject: path)
  return mount
}

extension FileDescriptor {
  /// A copy of the mount that this file lies on, from the file on; attached nowhere.
  /// The file's mount must be one of this mount namespace. See open_tree(2).
  public func cloneMount(
    recursive: Bool, subject: String = ""
  ) throws(SystemError) -> OwnedDescriptor {
    let flags =
      CUnsignedInt(OPEN_TREE_CLONE) | CUnsignedInt(O_CLOEXEC) | CUnsignedInt(AT_EMPTY_PATH)
      | recursiveFlag(recursive)
    return OwnedDescriptor(
      owning: try systemCall("open_tree", subject) { open_tree(rawValue, "", flags) })
  }

  /// Attaches this mount, on top of what may be mounted there, on `target`. See move_mount(2).
  public func attachMount(to target: FileDescriptor, subject: String = "") throws(SystemError) {
    let flags = CUnsignedInt(MOVE_MOUNT_F_EMPTY_PATH) | CUnsignedInt(MOVE_MOUNT_T_EMPTY_PATH)
    try systemCall("move_mount", subject) {
      move_mount(rawValue, "", target.rawValue, "", flags)
    }
  }

  /// Attaches this mount at a path of the host, following links. See move_mount(2).
  public func attachMount(toPath path: String) throws(SystemError) {
    let flags = CUnsignedInt(MOVE_MOUNT_F_EMPTY_PATH) | CUnsignedInt(MOVE_MOUNT_T_SYMLINKS)
    try systemCall("move_mount", path) { move_mount(rawValue, "", AT_FDCWD, path, flags) }
  }

  /// Changes this mount. See mount_setattr(2).
  ///
  /// - Parameters:
  ///   - userNamespace: the user namespace whose mappings the mount applies to owners from now on.
  ///   - recursive: also all mounts below.
  public func changeMount(
    set: MountAttributes = [], clear: MountAttributes = [], propagation: MountPropagation? = nil,
    userNamespace: FileDescriptor? = nil, recursive: Bool = false, subject: String = ""
  ) throws(SystemError) {
    var change = CLinux.mount_attr()
    change.attr_set = set.rawValue
    change.attr_clr = clear.rawValue
    change.propagation = UInt64(propagation?.flag.rawValue ?? 0)
    if let userNamespace {
      change.attr_set |= UInt64(MOUNT_ATTR_IDMAP)
      change.userns_fd = UInt64(userNamespace.rawValue)
    }
    let flags = CUnsignedInt(AT_EMPTY_PATH) | recursiveFlag(recursive)
    try systemCall("mount_setattr", subject) {
      mount_setattr(rawValue, "", flags, &change, MemoryLayout<CLinux.mount_attr>.size)
    }
  }
}

private func recursiveFlag(_ recursive: Bool) -> CUnsignedInt {
  recursive ? CUnsignedInt(AT_RECURSIVE) : 0
}
