public import LinuxSystem

/// One entry of a tar archive: what its headers say, those of PAX and GNU included.
///
/// Names are bytes: no encoding is guaranteed in a file system, and what is not UTF-8 has to survive.
public struct TarEntry: Equatable, Sendable {
  /// What kind of file an entry is.
  public enum Kind: UInt8, Equatable, Sendable {
    case regular = 0x30
    case hardLink, symbolicLink, character, block, directory, fifo
  }

  public var kind: Kind
  /// The path as it stands in the archive, with a slash at the end for most directories.
  public var path: [UInt8]
  /// Where a hard or symbolic link leads; empty for other kinds.
  public var linkTarget: [UInt8] = []
  /// The twelve permission bits.
  public var mode: UInt32
  public var user: UInt32
  public var group: UInt32
  public var userName: [UInt8] = []
  public var groupName: [UInt8] = []
  /// The size of a regular file with its holes; zero for other kinds.
  public var size: UInt64 = 0
  /// The moment of the last change.
  public var modified: TarTime
  /// The moment of the last access, where the archive has it.
  public var accessed: TarTime?
  /// What a character or block device stands for.
  public var device = DeviceNumber(major: 0, minor: 0)
  /// In the order of their names.
  public var extendedAttributes: [ExtendedAttribute] = []
  /// Where a sparse file has data, rising and within `size`; nil for one without holes.
  public var dataRegions: [DataRegion]?

  public init(
    _ kind: Kind, _ path: [UInt8], mode: UInt32, user: UInt32 = 0, group: UInt32 = 0,
    size: UInt64 = 0, modified: TarTime = TarTime(seconds: 0)
  ) {
    self.kind = kind
    self.path = path
    self.mode = mode
    self.user = user
    self.group = group
    self.size = size
    self.modified = modified
  }

  /// The path for people to read.
  public var pathText: String { String(decoding: path, as: UTF8.self) }
}

/// A moment as archives have it.
public struct TarTime: Equatable, Sendable {
  /// Since 1970, UTC; may be negative.
  public var seconds: Int64
  /// 0 to 999,999,999.
  public var nanoseconds: UInt32

  public init(seconds: Int64, nanoseconds: UInt32 = 0) {
    self.seconds = seconds
    self.nanoseconds = min(nanoseconds, 999_999_999)
  }
}

/// An extended attribute of a file. See xattr(7).
public struct ExtendedAttribute: Equatable, Sendable {
  /// With its class: `security.capability`.
  public var name: String
  public var value: [UInt8]

  public init(_ name: String, _ value: [UInt8]) {
    self.name = name
    self.value = value
  }
}

/// A stretch of a sparse file that has data.
public struct DataRegion: Equatable, Sendable {
  public var offset: UInt64
  public var length: UInt64

  public init(offset: UInt64, length: UInt64) {
    self.offset = offset
    self.length = length
  }

  /// The offset behind it. No region is made whose end would overflow.
  var end: UInt64 { offset &+ length }
}
