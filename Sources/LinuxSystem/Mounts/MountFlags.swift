import CLinux

/// The flags of mount(2).
public struct MountFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }

  private init(_ constant: Int) { rawValue = UInt(constant) }

  public static let readOnly = MountFlags(MS_RDONLY)
  public static let noSetUserID = MountFlags(MS_NOSUID)
  public static let noDevices = MountFlags(MS_NODEV)
  public static let noExecution = MountFlags(MS_NOEXEC)
  public static let synchronous = MountFlags(MS_SYNCHRONOUS)
  public static let remount = MountFlags(MS_REMOUNT)
  public static let mandatoryLocks = MountFlags(MS_MANDLOCK)
  public static let synchronousDirectories = MountFlags(MS_DIRSYNC)
  public static let noLinks = MountFlags(MS_NOSYMFOLLOW)
  public static let noAccessTime = MountFlags(MS_NOATIME)
  public static let noDirectoryAccessTime = MountFlags(MS_NODIRATIME)
  public static let bind = MountFlags(MS_BIND)
  public static let move = MountFlags(MS_MOVE)
  public static let recursive = MountFlags(MS_REC)
  public static let silent = MountFlags(MS_SILENT)
  public static let unbindable = MountFlags(MS_UNBINDABLE)
  public static let isPrivate = MountFlags(MS_PRIVATE)
  public static let slave = MountFlags(MS_SLAVE)
  public static let shared = MountFlags(MS_SHARED)
  public static let relativeAccessTime = MountFlags(MS_RELATIME)
  public static let inodeVersion = MountFlags(MS_I_VERSION)
  public static let strictAccessTime = MountFlags(MS_STRICTATIME)
  public static let lazyTime = MountFlags(MS_LAZYTIME)
}

/// What one mount allows, apart from its file system: the attributes of mount_setattr(2).
public struct MountAttributes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let readOnly = MountAttributes(rawValue: UInt64(MOUNT_ATTR_RDONLY))
  public static let noSetUserID = MountAttributes(rawValue: UInt64(MOUNT_ATTR_NOSUID))
  public static let noDevices = MountAttributes(rawValue: UInt64(MOUNT_ATTR_NODEV))
  public static let noExecution = MountAttributes(rawValue: UInt64(MOUNT_ATTR_NOEXEC))
  /// Access times are written when older than the last change: the kernel's choice, no bit at all.
  public static let relativeAccessTime: MountAttributes = []
  public static let noAccessTime = MountAttributes(rawValue: UInt64(MOUNT_ATTR_NOATIME))
  public static let strictAccessTime = MountAttributes(rawValue: UInt64(MOUNT_ATTR_STRICTATIME))
  /// The field of the three above: to be cleared whenever one of them is set.
  public static let accessTimes = MountAttributes(rawValue: UInt64(MOUNT_ATTR__ATIME))
  public static let noDirectoryAccessTime = MountAttributes(rawValue: UInt64(MOUNT_ATTR_NODIRATIME))
  public static let noLinks = MountAttributes(rawValue: UInt64(MOUNT_ATTR_NOSYMFOLLOW))

  /// The same as mount(2) has it, as far as it concerns one mount and not the file system.
  public init(_ flags: MountFlags) {
    self = []
    if flags.contains(.readOnly) { insert(.readOnly) }
    if flags.contains(.noSetUserID) { insert(.noSetUserID) }
    if flags.contains(.noDevices) { insert(.noDevices) }
    if flags.contains(.noExecution) { insert(.noExecution) }
    if flags.contains(.noLinks) { insert(.noLinks) }
    if flags.contains(.noDirectoryAccessTime) { insert(.noDirectoryAccessTime) }
    // The order of mount(2): strictatime undoes the others.
    if flags.contains(.strictAccessTime) {
      insert(.strictAccessTime)
    } else if flags.contains(.noAccessTime) {
      insert(.noAccessTime)
    }
  }
}

extension MountFlags {
  /// The flags of mount(2) that stand for the attributes of a mount.
  public init(_ attributes: MountAttributes) {
    self = []
    if attributes.contains(.readOnly) { insert(.readOnly) }
    if attributes.contains(.noSetUserID) { insert(.noSetUserID) }
    if attributes.contains(.noDevices) { insert(.noDevices) }
    if attributes.contains(.noExecution) { insert(.noExecution) }
    if attributes.contains(.noLinks) { insert(.noLinks) }
    if attributes.contains(.noDirectoryAccessTime) { insert(.noDirectoryAccessTime) }
    if attributes.contains(.strictAccessTime) {
      insert(.strictAccessTime)
    } else {
      insert(attributes.contains(.noAccessTime) ? .noAccessTime : .relativeAccessTime)
    }
  }
}

/// Whether mounts below one mount are passed on to its copies, and taken over from them.
/// See mount_namespaces(7).
public enum MountPropagation: Sendable {
  case shared, slave, isPrivate, unbindable

  /// The flag of mount(2) that stands for it.
  public var flag: MountFlags {
    switch self {
    case .shared: .shared
    case .slave: .slave
    case .isPrivate: .isPrivate
    case .unbindable: .unbindable
    }
  }
}
