internal import CLZMA

/// Decompresses xz with liblzma, several streams in a row too.
final class XZDecoder: ByteSource {
  private let source: any ByteSource
  private let stream: UnsafeMutablePointer<lzma_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var unread: Range<Int> = 0..<0
  private var inputHasEnded = false
  private var hasEnded = false

  /// The memory that a stream may ask for, in bytes: twice what `xz -9` does.
  private static let memoryLimit: UInt64 = 1 << 27
  /// LZMA_CONCATENATED, a macro that is not imported.
  private static let concatenated: UInt32 = 0x08

  init(_ source: any ByteSource) throws(ArchiveError) {
    self.source = source
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
    let result = lzma_stream_decoder(stream, XZDecoder.memoryLimit, XZDecoder.concatenated)
    guard result == LZMA_OK else {
      stream.deallocate()
      output.deallocate()
      throw .malformed(.xz, "lzma_stream_decoder \(result.rawValue)", offset: 0)
    }
  }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while unread.isEmpty, !hasEnded { try decode() }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: output[unread.lowerBound..<end])
  }

  private func decode() throws(ArchiveError) {
    if stream.pointee.avail_in == 0, !inputHasEnded {
      let input = try source.next(1 << 20)
      inputHasEnded = input.isEmpty
      stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
      stream.pointee.avail_in = input.count
    }
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = output.count
    let result = lzma_code(stream, inputHasEnded ? LZMA_FINISH : LZMA_RUN)
    unread = 0..<(output.count - stream.pointee.avail_out)
    switch result {
    case LZMA_OK: break
    case LZMA_STREAM_END: hasEnded = true
    case LZMA_BUF_ERROR:
      if inputHasEnded { throw .truncated(.xz) }
    case LZMA_MEMLIMIT_ERROR: throw .malformed(.xz, "it asks for too much memory", offset: 0)
    default: throw .malformed(.xz, "error \(result.rawValue)", offset: stream.pointee.total_out)
    }
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
    output.deallocate()
  }
}
