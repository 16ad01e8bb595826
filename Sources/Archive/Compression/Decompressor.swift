/// A stream decompressed: gzip (RFC 1952, several members too), zstd (RFC 8878, several frames and
/// zstd:chunked), bzip2, xz, or as it is.
public final class Decompressor: ByteSource {
  /// How the stream is compressed.
  public let compression: Compression
  private let decoder: any ByteSource
  private let compressed: CountingSource
  private let limits: ArchiveLimits
  private var produced: UInt64 = 0

  /// - Parameters:
  ///   - source: the compressed stream.
  ///   - compression: how it is compressed; nil looks at its first bytes.
  ///   - limits: what it may decompress to.
  ///   - gzip: what decompresses gzip.
  public init(
    _ source: any ByteSource, _ compression: Compression? = nil,
    limits: ArchiveLimits = ArchiveLimits(), gzip: GzipDecoding = .zlib
  ) throws(ArchiveError) {
    self.limits = limits
    compressed = CountingSource(source)
    var input: any ByteSource = compressed
    if let compression {
      self.compression = compression
    } else {
      let (magic, found) = try Decompressor.sniff(compressed)
      self.compression = found
      input = PrefixedSource(magic, then: compressed)
    }
    switch self.compression {
    case .none: decoder = input
    case .gzip: decoder = try gzip.decode(input)
    case .bzip2: decoder = DecodedStream(input, Bzip2Decoder(), mayBeEmpty: true)
    case .xz: decoder = DecodedStream(input, try XZDecoder())
    case .zstd:
      decoder = DecodedStream(
        input, try ZstdDecoder(windowLog: limits.zstdWindowLog), mayBeEmpty: true)
    }
  }

  private static func sniff(_ source: any ByteSource) throws(ArchiveError) -> ([UInt8], Compression)
  {
    let magic = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Compression.magicLength, alignment: 8)
    defer { magic.deallocate() }
    let count = try source.fill(magic)
    let start = UnsafeRawBufferPointer(rebasing: magic[..<count])
    return (Array(start), Compression.sniff(start))
  }

  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    let piece = try decoder.next(limit)
    produced += UInt64(piece.count)
    if produced > limits.uncompressedBytes {
      throw .exceeds(.uncompressedBytes, allowed: limits.uncompressedBytes)
    }
    if produced > limits.ratioFreeBytes, produced / limits.compressionRatio > compressed.count {
      throw .exceeds(.compressionRatio, allowed: limits.compressionRatio)
    }
    return piece
  }
}

/// Counts what passes.
final class CountingSource: ByteSource {
  private let source: any ByteSource
  private(set) var count: UInt64 = 0

  init(_ source: any ByteSource) { self.source = source }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    let piece = try source.next(limit)
    count += UInt64(piece.count)
    return piece
  }
}
