import CLinux
import Glibc
public import SystemPackage

/// A kind of file system by its magic number in `linux/magic.h`. See statfs(2).
public struct FileSystemType: RawRepresentable, Equatable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let proc = FileSystemType(rawValue: UInt32(PROC_SUPER_MAGIC))
  public static let sysfs = FileSystemType(rawValue: UInt32(SYSFS_MAGIC))
  public static let tmpfs = FileSystemType(rawValue: UInt32(TMPFS_MAGIC))
  public static let cgroup = FileSystemType(rawValue: UInt32(CGROUP_SUPER_MAGIC))
  public static let cgroup2 = FileSystemType(rawValue: UInt32(CGROUP2_SUPER_MAGIC))
  public static let devpts = FileSystemType(rawValue: UInt32(DEVPTS_SUPER_MAGIC))
  public static let overlay = FileSystemType(rawValue: UInt32(OVERLAYFS_SUPER_MAGIC))
  public static let resctrl = FileSystemType(rawValue: 0x765_5821)
  public static let selinux = FileSystemType(rawValue: UInt32(SELINUX_MAGIC))
}

/// What statfs(2) says of a mounted file system.
public struct FileSystemStatus: Sendable {
  public var type: FileSystemType
  /// The ST_ flags of the mount.
  public var flags: UInt
  /// Bytes of the whole file system.
  public var size: UInt64
  /// Bytes that nothing takes up.
  public var free: UInt64

  /// The attributes of the mount, those of the file system as a whole included.
  public var attributes: MountAttributes {
    var attributes: MountAttributes = []
    if flags & UInt(ST_RDONLY) != 0 { attributes.insert(.readOnly) }
    if flags & UInt(ST_NOSUID) != 0 { attributes.insert(.noSetUserID) }
    if flags & UInt(ST_NODEV) != 0 { attributes.insert(.noDevices) }
    if flags & UInt(ST_NOEXEC) != 0 { attributes.insert(.noExecution) }
    if flags & UInt(ST_NODIRATIME) != 0 { attributes.insert(.noDirectoryAccessTime) }
    // ST_NOSYMFOLLOW of the kernel (5.10), which the C library does not name.
    if flags & 0x2000 != 0 { attributes.insert(.noLinks) }
    // Strict times are the absence of both others.
    if flags & UInt(ST_NOATIME) != 0 {
      attributes.insert(.noAccessTime)
    } else if flags & UInt(ST_RELATIME) == 0 {
      attributes.insert(.strictAccessTime)
    }
    return attributes
  }
}

extension FileDescriptor {
  /// The file system that the open file lies on. See fstatfs(2).
  public func fileSystemStatus(subject: String = "") throws(SystemError) -> FileSystemStatus {
    var status = CLinux.statfs()
    try systemCall("fstatfs", subject) { fstatfs(rawValue, &status) }
    return FileSystemStatus(status)
  }
}

/// The file system that a path lies on. See statfs(2).
public func fileSystemStatus(of path: String) throws(SystemError) -> FileSystemStatus {
  var status = CLinux.statfs()
  try systemCall("statfs", path) { clinux_statfs(path, &status) }
  return FileSystemStatus(status)
}

extension FileSystemStatus {
  fileprivate init(_ status: CLinux.statfs) {
    type = FileSystemType(rawValue: UInt32(truncatingIfNeeded: status.f_type))
    flags = UInt(truncatingIfNeeded: status.f_flags)
    let block = UInt64(truncatingIfNeeded: status.f_frsize > 0 ? status.f_frsize : status.f_bsize)
    size = UInt64(status.f_blocks).multipliedReportingOverflow(by: block).partialValue
    free = UInt64(status.f_bfree).multipliedReportingOverflow(by: block).partialValue
  }
}
