internal import CLZMA

/// Decompresses xz with liblzma, several streams in a row too.
final class XZDecoder: StreamDecoder {
  let format = ArchiveFormat.xz
  private let stream: UnsafeMutablePointer<lzma_stream>

  /// The memory that a stream may ask for, in bytes: twice what `xz -9` does.
  private static let memoryLimit: UInt64 = 1 << 27
  /// LZMA_CONCATENATED, a macro that is not imported.
  private static let concatenated: UInt32 = 0x08

  init() throws(ArchiveError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
    let result = lzma_stream_decoder(stream, XZDecoder.memoryLimit, XZDecoder.concatenated)
    guard result == LZMA_OK else {
      stream.deallocate()
      throw .malformed(.xz, "lzma_stream_decoder \(result.rawValue)", offset: 0)
    }
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecodedPart {
    stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_in = input.count
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = output.count
    let result = lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN)
    switch result {
    case LZMA_OK, LZMA_STREAM_END, LZMA_BUF_ERROR: break
    case LZMA_MEMLIMIT_ERROR: throw .malformed(.xz, "it asks for too much memory", offset: 0)
    default: throw .malformed(.xz, "error \(result.rawValue)", offset: stream.pointee.total_out)
    }
    return DecodedPart(
      used: input.count - stream.pointee.avail_in, made: output.count - stream.pointee.avail_out,
      result == LZMA_STREAM_END ? .ended : .inside)
  }
}
