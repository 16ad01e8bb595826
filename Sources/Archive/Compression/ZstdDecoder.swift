internal import CZstd

/// Decompresses zstd frames with libzstd.
final class ZstdDecoder: StreamDecoder {
  let format = ArchiveFormat.zstd
  private let stream: OpaquePointer

  init(windowLog: Int) throws(ArchiveError) {
    guard let stream = ZSTD_createDStream() else { throw .malformed(.zstd, "memory", offset: 0) }
    self.stream = stream
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, CInt(clamping: windowLog))
  }

  deinit { ZSTD_freeDStream(stream) }

  func decode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecodedPart {
    var piece = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var buffer = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(stream, &buffer, &piece)
    if ZSTD_isError(result) != 0 {
      throw .malformed(.zstd, String(cString: ZSTD_getErrorName(result)), offset: 0)
    }
    return DecodedPart(used: piece.pos, made: buffer.pos, result == 0 ? .between : .inside)
  }
}
