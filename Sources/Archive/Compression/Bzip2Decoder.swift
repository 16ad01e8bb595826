internal import CBzip2

/// Decompresses bzip2 with libbz2, several streams in a row too.
final class Bzip2Decoder: ByteSource {
  private let source: any ByteSource
  private let stream: UnsafeMutablePointer<bz_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var unread: Range<Int> = 0..<0
  private var isInStream = false
  private var hasEnded = false
  /// Whether the last call filled the output, so that more may be held back.
  private var outputWasFull = false

  init(_ source: any ByteSource) {
    self.source = source
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
  }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while unread.isEmpty, !hasEnded { try decode() }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: output[unread.lowerBound..<end])
  }

  private func decode() throws(ArchiveError) {
    if stream.pointee.avail_in == 0, !outputWasFull {
      let input = try source.next(1 << 20)
      if input.isEmpty {
        guard !isInStream else { throw .truncated(.bzip2) }
        hasEnded = true
        return
      }
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.assumingMemoryBound(to: CChar.self).baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
    }
    if !isInStream {
      let result = BZ2_bzDecompressInit(stream, 0, 0)
      guard result == BZ_OK else { throw .malformed(.bzip2, "error \(result)", offset: 0) }
      isInStream = true
    }
    stream.pointee.next_out = output.assumingMemoryBound(to: CChar.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = BZ2_bzDecompress(stream)
    unread = 0..<(output.count - Int(stream.pointee.avail_out))
    outputWasFull = stream.pointee.avail_out == 0 && result == BZ_OK
    switch result {
    case BZ_OK: break
    case BZ_STREAM_END:
      BZ2_bzDecompressEnd(stream)
      isInStream = false
    default: throw .malformed(.bzip2, "error \(result)", offset: 0)
    }
  }

  deinit {
    if isInStream { BZ2_bzDecompressEnd(stream) }
    stream.deallocate()
    output.deallocate()
  }
}
