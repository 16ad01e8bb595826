internal import CZstd

/// Decompresses zstd frames with libzstd.
final class ZstdDecoder: ByteSource {
  private let source: any ByteSource
  private let stream: OpaquePointer
  private let output: UnsafeMutableRawBufferPointer
  private var unread: Range<Int> = 0..<0
  private var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
  /// What the last call said is missing of the frame; zero between frames.
  private var isInFrame = false
  private var hasEnded = false
  /// Whether the last call filled the output, so that more may be held back.
  private var outputWasFull = false

  init(_ source: any ByteSource, windowLog: Int) throws(ArchiveError) {
    guard let stream = ZSTD_createDStream() else { throw .malformed(.zstd, "memory", offset: 0) }
    self.source = source
    self.stream = stream
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, CInt(clamping: windowLog))
    output = .allocate(byteCount: max(ZSTD_DStreamOutSize(), 1 << 18), alignment: 64)
  }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while unread.isEmpty, !hasEnded { try decode() }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: output[unread.lowerBound..<end])
  }

  private func decode() throws(ArchiveError) {
    if input.pos == input.size, !outputWasFull {
      let piece = try source.next(1 << 20)
      if piece.isEmpty {
        guard !isInFrame else { throw .truncated(.zstd) }
        hasEnded = true
        return
      }
      input = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
    }
    var buffer = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(stream, &buffer, &input)
    if ZSTD_isError(result) != 0 {
      throw .malformed(.zstd, String(cString: ZSTD_getErrorName(result)), offset: 0)
    }
    isInFrame = result != 0
    outputWasFull = buffer.pos == buffer.size
    unread = 0..<buffer.pos
  }

  deinit {
    ZSTD_freeDStream(stream)
    output.deallocate()
  }
}
