public import SystemPackage

/// Unpacks a tar stream into a folder, which it never leaves: every path is resolved from the folder's
/// descriptor as if it were `/`, and the last component is never followed.
///
/// What comes from a registry goes through `ConfinedUnpack`, which calls this in a confined child.
public struct LayerUnpacker {
  private let target: FileDescriptor
  private let options: UnpackOptions
  /// What decompresses gzip.
  public var gzip = GzipDecoding.zlib

  /// - Parameter target: the folder, lent; opened for reading, not as a mere place.
  public init(into target: FileDescriptor, _ options: UnpackOptions) {
    self.target = target
    self.options = options
  }

  /// Unpacks a stream, which may be compressed, to its end.
  ///
  /// - Parameters:
  ///   - compression: nil looks at the first bytes.
  ///   - tarSplit: gets the tar-split data as lines, and is finished: a `Compressor` with gzip before a
  ///     file makes of it what containers/storage keeps.
  public func unpack(
    _ source: any ByteSource, compression: Compression? = nil, tarSplit: (any ByteSink)? = nil
  ) throws(ArchiveError) -> UnpackReport {
    try unpack(source, compression, tarSplit, UnpackSession(target, options))
  }

  func unpack(
    _ source: any ByteSource, _ compression: Compression?, _ tarSplit: (any ByteSink)?,
    _ session: UnpackSession
  ) throws(ArchiveError) -> UnpackReport {
    let compressed = HashingSource(source)
    let decompressor = try Decompressor(compressed, compression, limits: options.limits, gzip: gzip)
    let archive = HashingSource(decompressor)
    // What is not compressed is hashed once.
    let isPlain = decompressor.compression == .none
    compressed.isHashing = options.computesDigests && !isPlain
    archive.isHashing = options.computesDigests
    let recorder = tarSplit.map { TarSplitRecorder(to: $0) }
    session.recorder = recorder
    let reader = TarReader(archive, limits: options.limits, recorder: recorder)
    while let entry = try reader.next() { try session.unpack(entry, from: reader) }
    try session.finish()
    try archive.drain()
    try compressed.drain()
    return UnpackReport(
      diffID: archive.digest(), uncompressedSize: archive.count,
      compressedDigest: isPlain ? archive.digest() : compressed.digest(),
      compressedSize: compressed.count,
      compression: decompressor.compression, contentSize: session.contentSize,
      entryCount: session.entryCount, users: session.users.sorted(),
      groups: session.groups.sorted(),
      leftOut: session.leftOut, isReproducible: recorder?.isReproducible ?? false)
  }
}
