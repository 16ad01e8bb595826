internal import CZstd

/// Frames of zstd: one, unless frames are ended by hand.
final class ZstdEncoder: ByteSink {
  private let sink: any ByteSink
  private let stream: OpaquePointer
  private let output: UnsafeMutableRawBufferPointer

  init(level: Int?, to sink: any ByteSink) throws(ArchiveError) {
    guard let stream = ZSTD_createCStream() else { throw .malformed(.zstd, "memory", offset: 0) }
    self.sink = sink
    self.stream = stream
    let level = CInt(max(1, min(level ?? 3, Int(ZSTD_maxCLevel()))))
    ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
    output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 64)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while input.pos < input.size { _ = try encode(&input, ZSTD_e_continue) }
  }

  /// What is written next begins another frame, which can be read without this one.
  func endFrame() throws(ArchiveError) {
    var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    while try encode(&input, ZSTD_e_end) != 0 {}
  }

  func finish() throws(ArchiveError) {
    try endFrame()
    try sink.finish()
  }

  private func encode(
    _ input: inout ZSTD_inBuffer, _ end: ZSTD_EndDirective
  ) throws(ArchiveError) -> Int {
    var buffer = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_compressStream2(stream, &buffer, &input, end)
    if ZSTD_isError(result) != 0 {
      throw .malformed(.zstd, String(cString: ZSTD_getErrorName(result)), offset: 0)
    }
    if buffer.pos > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<buffer.pos])) }
    return Int(clamping: result)
  }

  deinit {
    ZSTD_freeCStream(stream)
    output.deallocate()
  }
}
