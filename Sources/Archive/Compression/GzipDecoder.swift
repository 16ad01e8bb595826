internal import CZlib

/// Decompresses gzip with zlib.
final class GzipDecoder: ByteSource {
  private let source: any ByteSource
  private let stream: UnsafeMutablePointer<z_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var unread: Range<Int> = 0..<0
  private var state = State.betweenMembers
  private var hasMember = false
  /// Whether the last call filled the output, so that more may be held back.
  private var outputWasFull = false

  private enum State { case betweenMembers, inMember, ended }

  init(_ source: any ByteSource) throws(ArchiveError) {
    self.source = source
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for the header of gzip.
    let result = inflateInit2_(stream, 31, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    guard result == Z_OK else {
      stream.deallocate()
      output.deallocate()
      throw .malformed(.gzip, "inflateInit2 \(result)", offset: 0)
    }
  }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    while unread.isEmpty, state != .ended { try decode() }
    let end = unread.lowerBound + min(limit, unread.count)
    defer { unread = end..<unread.upperBound }
    return UnsafeRawBufferPointer(rebasing: output[unread.lowerBound..<end])
  }

  private func decode() throws(ArchiveError) {
    if stream.pointee.avail_in == 0, !outputWasFull {
      let input = try source.next(1 << 20)
      if input.isEmpty {
        guard state == .betweenMembers, hasMember else { throw .truncated(.gzip) }
        state = .ended
        return
      }
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
    }
    if state == .betweenMembers, !(try beginMember()) { return }
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    unread = 0..<(output.count - Int(stream.pointee.avail_out))
    outputWasFull = stream.pointee.avail_out == 0 && result != Z_STREAM_END
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: state = .betweenMembers
    default:
      let fault = stream.pointee.msg.map { String(cString: $0) } ?? "error \(result)"
      throw .malformed(.gzip, fault, offset: UInt64(stream.pointee.total_out))
    }
  }

  /// Begins another member; what follows the last one as padding of zeros, or as other bytes that are
  /// no gzip, ends the stream, as gzip(1) has it.
  private func beginMember() throws(ArchiveError) -> Bool {
    if hasMember {
      guard let first = stream.pointee.next_in?.pointee, first == 0x1f else {
        stream.pointee.avail_in = 0
        state = .ended
        while !(try source.next(1 << 18)).isEmpty {}
        return false
      }
      inflateReset(stream)
    }
    hasMember = true
    state = .inMember
    return true
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }
}
