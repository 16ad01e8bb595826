import CLinux
import Glibc
public import SystemPackage

/// Where the symbolic link at a path leads, as it is written. See readlink(2).
public func linkTarget(of path: String) throws(SystemError) -> String {
  try FileDescriptor(rawValue: AT_FDCWD).linkTarget(of: path)
}

/// Links and device nodes among the entries of an open directory.
extension FileDescriptor {
  /// Where a symbolic link of this directory leads, as it is written. See readlinkat(2).
  public func linkTarget(of name: String) throws(SystemError) -> String {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = try systemCall("readlink", name) {
      readlinkat(rawValue, name, &target, target.count)
    }
    return String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Creates a symbolic link in this directory. See symlinkat(2).
  public func makeLink(_ name: String, to target: String) throws(SystemError) {
    try systemCall("symlink", name) { symlinkat(target, rawValue, name) }
  }

  /// Creates a device node, a FIFO, a socket or an empty file in this directory; the mode is less
  /// the umask. See mknodat(2).
  ///
  /// - Parameter mode: the permissions.
  public func makeNode(
    _ name: String, _ kind: FileStatus.Kind, _ device: DeviceNumber, mode: UInt32
  ) throws(SystemError) {
    let format: mode_t
    switch kind {
    case .character: format = S_IFCHR
    case .block: format = S_IFBLK
    case .fifo: format = S_IFIFO
    case .socket: format = S_IFSOCK
    case .regular: format = S_IFREG
    default: throw SystemError("mknod", name, .invalidArgument)
    }
    try systemCall("mknod", name) {
      mknodat(rawValue, name, format | mode_t(mode & 0o7777), dev_t(device.packed))
    }
  }

  /// Changes the owner of this open file; of a link itself where it was opened so. See fchownat(2).
  public func changeOwner(uid: UInt32, gid: UInt32, subject: String = "") throws(SystemError) {
    try systemCall("chown", subject) { fchownat(rawValue, "", uid, gid, AT_EMPTY_PATH) }
  }

  /// Changes the permissions of this open file, which must not be a mere place. See fchmod(2).
  public func changeMode(to mode: UInt32, subject: String = "") throws(SystemError) {
    try systemCall("chmod", subject) { fchmod(rawValue, mode_t(mode)) }
  }
}

/// Sets an extended attribute of a file. See setxattr(2).
public func setExtendedAttribute(
  _ path: String, _ name: String, to value: String
) throws(SystemError) {
  let bytes = Array(value.utf8)
  try systemCall("setxattr \(name)", path) { setxattr(path, name, bytes, bytes.count, 0) }
}

/// The same with a value of bytes; of a link itself where none is followed. See lsetxattr(2).
public func setExtendedAttribute(
  _ path: String, _ name: String, to value: [UInt8], followingLinks: Bool
) throws(SystemError) {
  try systemCall("setxattr \(name)", path) {
    followingLinks
      ? setxattr(path, name, value, value.count, 0) : lsetxattr(path, name, value, value.count, 0)
  }
}

extension FileDescriptor {
  /// Changes the permission bits of this open file. See fchmod(2).
  public func changeMode(_ mode: UInt32, subject: String = "") throws(SystemError) {
    try systemCall("chmod", subject) { fchmod(rawValue, mode_t(mode & 0o7777)) }
  }
}
