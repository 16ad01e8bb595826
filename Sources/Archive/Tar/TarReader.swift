/// Reads a tar archive entry by entry: ustar, PAX and GNU, with long names, sparse files and extended
/// attributes.
public final class TarReader {
  /// - Parameter source: the uncompressed archive.
  public init(_ source: any ByteSource, limits: ArchiveLimits = ArchiveLimits()) {
  }

  /// The next entry, whose content `nextContent` gives; nil at the end. What was not read of the last
  /// one is passed over.
  public func next() throws(ArchiveError) -> TarEntry? { nil }

  /// The next bytes of the entry's content, which come from its data regions one after another; none at
  /// their end.
  public func nextContent(_ limit: Int = 1 << 18) throws(ArchiveError) -> UnsafeRawBufferPointer {
    throw .truncated(.tar)
  }
}
