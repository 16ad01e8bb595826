/// How a layer is unpacked.
public struct UnpackOptions: Equatable, Sendable {
  /// What becomes of whiteouts (`.wh.name`, `.wh..wh..opq`).
  public enum Whiteouts: Equatable, Sendable {
    /// Overlay's own form: a character device 0:0, and an attribute on opaque folders.
    case overlay(OverlayAttributes)
    /// What lies in the folder already is deleted: for drivers that unpack over a copy of the parent.
    case deletion
    /// They are ordinary files: for archives that are no layers, as those of `import` and `cp`.
    case kept
  }

  /// The class of overlay's attributes.
  public enum OverlayAttributes: String, Equatable, Sendable {
    /// Needs CAP_SYS_ADMIN in the first user namespace.
    case trusted
    /// For mounts with `userxattr`, in a user namespace.
    case user

    /// The name of the attribute of an opaque folder, whose value is `y`.
    public var opaque: String { rawValue + ".overlay.opaque" }
  }

  public var whiteouts: Whiteouts
  /// From the numbers in the archive to those on disk, as the caller's user namespace sees them.
  public var owners: OwnerMapping = .identity
  /// Whether a device that may not be made (EPERM), as in every user namespace, is left out.
  public var skipsDevices = false
  /// Whether an owner that cannot be given (EPERM, EINVAL) is left as it is: storage.conf's
  /// `ignore_chown_errors`.
  public var ignoresOwnerFailures = false
  /// Whether an extended attribute that may not be set (EPERM) is left out: as in a user namespace.
  /// One that the file system does not have (ENOTSUP) always is.
  public var skipsForbiddenAttributes = false
  /// Whether entries keep the owner of the archive; otherwise all get the caller's.
  public var keepsOwners = true
  /// The owner, with the numbers of the archive, that every entry gets in its own one's place.
  public var owner: Owner?
  /// Whether devices are left out.
  public var ignoresDevices = false
  /// Whether a folder may take the place of something else, and the other way round; otherwise that fails
  /// with `ENOTDIR` or `EISDIR`.
  public var replacesOtherKinds = true
  /// Whether digests are computed; otherwise those of the report mean nothing.
  public var computesDigests = true
  public var limits = ArchiveLimits()
  /// Whether paths are resolved as where there is no openat2(2); for tests.
  var walks = false

  /// A user and a group.
  public struct Owner: Equatable, Sendable {
    public var user: UInt32
    public var group: UInt32

    public init(user: UInt32, group: UInt32) {
      self.user = user
      self.group = group
    }
  }

  public init(whiteouts: Whiteouts) { self.whiteouts = whiteouts }
}

/// A mapping of user and group numbers: from those in an archive to those on disk, or back.
public struct OwnerMapping: Equatable, Sendable {
  /// A stretch of numbers.
  public struct Range: Equatable, Sendable {
    /// The first number inside the container and the archive.
    public var container: UInt32
    /// The first number on disk.
    public var host: UInt32
    public var size: UInt32

    public init(container: UInt32, host: UInt32, size: UInt32) {
      self.container = container
      self.host = host
      self.size = size
    }
  }

  /// Empty: every number is itself.
  public var users: [Range]
  /// Empty: every number is itself.
  public var groups: [Range]

  public init(users: [Range], groups: [Range]) {
    self.users = users
    self.groups = groups
  }

  public static let identity = OwnerMapping(users: [], groups: [])

  func hostUser(_ number: UInt32) -> UInt32? { OwnerMapping.host(number, users) }
  func hostGroup(_ number: UInt32) -> UInt32? { OwnerMapping.host(number, groups) }
  func containerUser(_ number: UInt32) -> UInt32? { OwnerMapping.container(number, users) }
  func containerGroup(_ number: UInt32) -> UInt32? { OwnerMapping.container(number, groups) }

  private static func host(_ number: UInt32, _ ranges: [Range]) -> UInt32? {
    if ranges.isEmpty { return number }
    for range in ranges where number >= range.container && number - range.container < range.size {
      let (host, overflow) = range.host.addingReportingOverflow(number - range.container)
      return overflow ? nil : host
    }
    return nil
  }

  private static func container(_ number: UInt32, _ ranges: [Range]) -> UInt32? {
    if ranges.isEmpty { return number }
    for range in ranges where number >= range.host && number - range.host < range.size {
      let (inside, overflow) = range.container.addingReportingOverflow(number - range.host)
      return overflow ? nil : inside
    }
    return nil
  }
}

/// What was unpacked.
public struct UnpackReport: Equatable, Sendable {
  /// The digest of the uncompressed archive: a layer's diff id.
  public var diffID: SHA256Value
  /// The bytes of the uncompressed archive.
  public var uncompressedSize: UInt64
  /// The digest of the bytes as they came in.
  public var compressedDigest: SHA256Value
  /// The bytes as they came in.
  public var compressedSize: UInt64
  /// How the archive was compressed.
  public var compression: Compression
  /// The sizes of the regular files, added up.
  public var contentSize: UInt64
  public var entryCount: UInt64
  /// The owners that occur, rising, with the numbers of the archive: containers/storage's `uidset`.
  public var users: [UInt32]
  /// Likewise `gidset`.
  public var groups: [UInt32]
  /// Devices, owners and attributes that the options allowed to be left out.
  public var leftOut: UInt64
  /// Whether the tar-split data brings the archive back: not where two entries have one path.
  public var isReproducible: Bool
}
