internal import CBzip2

/// Decompresses bzip2 with libbz2, several streams in a row too.
final class Bzip2Decoder: StreamDecoder {
  let format = ArchiveFormat.bzip2
  private let stream: UnsafeMutablePointer<bz_stream>
  private var isInStream = false

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
  }

  deinit {
    if isInStream { BZ2_bzDecompressEnd(stream) }
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecodedPart {
    if !isInStream {
      let result = BZ2_bzDecompressInit(stream, 0, 0)
      guard result == BZ_OK else { throw .malformed(.bzip2, "error \(result)", offset: 0) }
      isInStream = true
    }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: CChar.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.assumingMemoryBound(to: CChar.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = BZ2_bzDecompress(stream)
    switch result {
    case BZ_OK: break
    case BZ_STREAM_END:
      BZ2_bzDecompressEnd(stream)
      isInStream = false
    default: throw .malformed(.bzip2, "error \(result)", offset: 0)
    }
    return DecodedPart(
      used: input.count - Int(stream.pointee.avail_in),
      made: output.count - Int(stream.pointee.avail_out), isInStream ? .inside : .between)
  }
}
