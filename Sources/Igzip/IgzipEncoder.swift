public import Archive
internal import CISAL

/// Compresses to one member of gzip with ISA-L's level 2: some ten times as fast as zlib's default level, for
/// a result that is a few hundredths larger. (Level 3 takes twice the time for a fiftieth less.)
///
/// Equal input gives equal output, however it comes in pieces: the library, whose output depends on what
/// it gets at once, always gets whole blocks. So a layer that is pushed again has the same digest.
public final class IgzipEncoder: ByteSink {
  private let sink: any ByteSink
  private let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
  private let working = UnsafeMutableRawBufferPointer.allocate(
    byteCount: Int(CISAL_LEVEL_2_BUFFER), alignment: 64)
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var filled = 0
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)

  /// - Parameter sink: is finished by `finish` too.
  public init(to sink: any ByteSink) {
    self.sink = sink
    isal_deflate_init(stream)
    stream.pointee.level = 2
    stream.pointee.level_buf = working.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.level_buf_size = UInt32(working.count)
    stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
    stream.pointee.flush = UInt16(NO_FLUSH)
  }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    var rest = bytes
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(block.count - filled))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyMemory(from: piece)
      filled += piece.count
      if filled == block.count { try encodeBlock() }
    }
  }

  public func finish() throws(ArchiveError) {
    stream.pointee.end_of_stream = 1
    try encodeBlock()
    while stream.pointee.internal_state.state != ZSTATE_END { try encode() }
    try sink.finish()
  }

  private func encodeBlock() throws(ArchiveError) {
    stream.pointee.next_in = block.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_in = UInt32(filled)
    filled = 0
    while stream.pointee.avail_in > 0 { try encode() }
  }

  private func encode() throws(ArchiveError) {
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = isal_deflate(stream)
    guard result == COMP_OK else { throw .malformed(.gzip, "isal_deflate \(result)", offset: 0) }
    let count = output.count - Int(stream.pointee.avail_out)
    if count > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<count])) }
  }

  deinit {
    stream.deallocate()
    working.deallocate()
    block.deallocate()
    output.deallocate()
  }
}
