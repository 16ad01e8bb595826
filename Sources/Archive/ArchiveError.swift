public import LinuxSystem

/// Why an archive could not be read, written or unpacked.
public enum ArchiveError: Error, Equatable, Sendable {
  /// A system call failed: reading the input, or making an entry of a layer.
  case system(SystemError)
  /// The bytes are not what their format allows.
  ///
  /// - Parameters:
  ///   - format: which format.
  ///   - fault: what is wrong, in a few words: `checksum`, `size`.
  ///   - offset: where in the uncompressed stream; zero where that is not known.
  case malformed(_ format: ArchiveFormat, _ fault: String, offset: UInt64)
  /// The stream ends where more has to follow.
  case truncated(_ format: ArchiveFormat)
  /// A format that is not written.
  case unsupportedCompression(String)
  /// A limit of `ArchiveLimits` was reached.
  case exceeds(_ limit: ArchiveLimits.Kind, allowed: UInt64)
  /// An entry that would reach outside of its folder or means nothing.
  case refused(path: String, _ refusal: EntryRefusal)
  /// An owner that the user namespace or the id mapping has no number for.
  case unmappedOwner(path: String, user: UInt32, group: UInt32)
  /// A file no longer has the content that the tar-split data recorded.
  case contentDiffers(path: String)
  /// The process that unpacked ended without a report.
  case workerEnded(ExitStatus)
}

/// The formats that errors speak of.
public enum ArchiveFormat: String, Equatable, Sendable {
  case tar, gzip, zstd, bzip2, xz, tarSplit, report
}

/// Why an entry of an archive is refused.
public enum EntryRefusal: String, Equatable, Sendable {
  /// The path leads out of the folder through `..`.
  case pathEscapes
  /// The path is empty where something has to be named, has a NUL in it, or is too long.
  case pathInvalid
  /// A hard link's target leads out of the folder through `..`.
  case linkEscapes
  /// A hard link's target does not exist in the layer.
  case linkTargetMissing
  /// A whiteout of nothing, of `.` or of `..`.
  case whiteoutInvalid
  /// A component of the path is no directory.
  case parentNotDirectory
  /// The entry would replace the folder that is unpacked into.
  case replacesRoot
}

/// How much an archive may ask for.
public struct ArchiveLimits: Equatable, Sendable {
  /// The limits by name, for errors.
  public enum Kind: String, Equatable, Sendable {
    case uncompressedBytes, compressionRatio, headerBytes, sparseRegions, entries,
      extendedAttributes
  }

  /// The most bytes that a stream may decompress to.
  public var uncompressedBytes: UInt64 = 1 << 42
  /// The most bytes of output that one byte of input may become, once `ratioFreeBytes` are out. DEFLATE
  /// itself cannot go beyond 1032, which nothing but zeros comes to.
  public var compressionRatio: UInt64 = 1000
  /// The bytes of output from which on the ratio counts.
  public var ratioFreeBytes: UInt64 = 1 << 30
  /// The most bytes of a PAX header, a GNU long name or a sparse map.
  public var headerBytes = 1 << 20
  /// The most regions of data of a sparse file.
  public var sparseRegions = 1 << 16
  /// The most entries of an archive.
  public var entries: UInt64 = 1 << 24
  /// The largest window of a zstd frame, as a power of two.
  public var zstdWindowLog = 27

  public init() {}
}
