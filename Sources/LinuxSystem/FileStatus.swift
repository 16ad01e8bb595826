import CLinux
import Glibc
public import SystemPackage

/// What the kernel says of a file: the part of statx(2) that tells files, mounts and devices apart.
public struct FileStatus: Sendable, Equatable {
  /// The kind of a file, the S_IFMT part of its mode.
  public enum Kind: Sendable { case regular, directory, link, character, block, fifo, socket }

  /// The type and permission bits as in `st_mode`.
  public var mode: UInt32
  public var uid: UInt32
  public var gid: UInt32
  public var size: UInt64
  /// The bytes on the disk.
  public var allocatedSize: UInt64
  /// How many names the file has.
  public var linkCount: UInt32
  public var inode: UInt64
  /// When the contents changed last.
  public var modified: Timestamp
  /// The device number of the file system that holds the file.
  public var fileSystem: DeviceNumber
  /// The device that a character or block node stands for.
  public var device: DeviceNumber
  /// The mount that the file was reached through; zero where the kernel is older than 5.8.
  public var mount: UInt64
  /// Whether the file is the root of a mount; false where the kernel is older than 5.8.
  public var isMountRoot: Bool

  /// The kind of the file; nil for one that no manual knows.
  public var kind: Kind? {
    switch mode_t(mode) & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .directory
    case S_IFLNK: .link
    case S_IFCHR: .character
    case S_IFBLK: .block
    case S_IFIFO: .fifo
    case S_IFSOCK: .socket
    default: nil
    }
  }

  /// The twelve permission bits.
  public var permissions: UInt32 { mode & 0o7777 }

  /// Whether both are the same place: the same file reached through the same mount.
  public func isSamePlace(as other: FileStatus) -> Bool {
    inode == other.inode && fileSystem == other.fileSystem && mount == other.mount
  }
}

/// A device's major and minor number. See makedev(3).
public struct DeviceNumber: Sendable, Equatable {
  public var major: UInt32
  public var minor: UInt32

  public init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// The number as C has it in `dev_t`.
  public var packed: UInt64 { UInt64(clinux_makedev(major, minor)) }

  /// `/dev/null` (mem(4), null(4)).
  public static let null = DeviceNumber(major: 1, minor: 3)
}

extension FileDescriptor {
  /// The status of the open file itself. See statx(2).
  public func status(subject: String = "") throws(SystemError) -> FileStatus {
    try statx(rawValue, "", AT_EMPTY_PATH, subject)
  }

  /// The status of an entry of this directory; of a link, not of where it leads.
  public func status(of name: String) throws(SystemError) -> FileStatus {
    try statx(rawValue, name, AT_SYMLINK_NOFOLLOW, name)
  }
}

private func statx(
  _ directory: CInt, _ path: String, _ flags: CInt, _ subject: String
) throws(SystemError) -> FileStatus {
  var status = CLinux.statx()
  let wanted = UInt32(STATX_BASIC_STATS) | UInt32(STATX_MNT_ID)
  try systemCall("statx", subject) {
    clinux_statx(directory, path, flags | AT_NO_AUTOMOUNT, wanted, &status)
  }
  return FileStatus(
    mode: UInt32(status.stx_mode), uid: status.stx_uid, gid: status.stx_gid, size: status.stx_size,
    allocatedSize: status.stx_blocks &* 512, linkCount: status.stx_nlink,
    inode: status.stx_ino,
    modified: Timestamp(
      seconds: status.stx_mtime.tv_sec, nanoseconds: Int64(status.stx_mtime.tv_nsec)),
    fileSystem: DeviceNumber(major: status.stx_dev_major, minor: status.stx_dev_minor),
    device: DeviceNumber(major: status.stx_rdev_major, minor: status.stx_rdev_minor),
    mount: status.stx_mask & UInt32(STATX_MNT_ID) != 0 ? status.stx_mnt_id : 0,
    isMountRoot: status.stx_attributes & UInt64(STATX_ATTR_MOUNT_ROOT) != 0)
}
