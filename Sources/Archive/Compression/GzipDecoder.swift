internal import CZlib

/// Decompresses gzip with zlib.
final class GzipDecoder: StreamDecoder {
  let format = ArchiveFormat.gzip
  private let stream: UnsafeMutablePointer<z_stream>
  private var isInMember = false
  private var hasMember = false

  init() throws(ArchiveError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for the header of gzip.
    let result = inflateInit2_(stream, 31, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    guard result == Z_OK else {
      stream.deallocate()
      throw .malformed(.gzip, "inflateInit2 \(result)", offset: 0)
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecodedPart {
    if !isInMember, hasMember {
      // What follows the last member as padding of zeros, or as other bytes that are no gzip, ends the
      // stream, as gzip(1) has it.
      guard input.first == 0x1f else { return DecodedPart(used: input.count, made: 0, .ended) }
      inflateReset(stream)
    }
    (isInMember, hasMember) = (true, true)
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isInMember = false
    default:
      let fault = stream.pointee.msg.map { String(cString: $0) } ?? "error \(result)"
      throw .malformed(.gzip, fault, offset: UInt64(stream.pointee.total_out))
    }
    return DecodedPart(
      used: input.count - Int(stream.pointee.avail_in),
      made: output.count - Int(stream.pointee.avail_out), isInMember ? .inside : .between)
  }
}
