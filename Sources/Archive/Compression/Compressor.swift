internal import CZlib

/// Compresses what is written to it, and writes that to another sink.
public final class Compressor: ByteSink {
  private let encoder: any ByteSink

  /// - Parameters:
  ///   - compression: the format; bzip2 and xz are not written (`unsupportedCompression`).
  ///   - level: 1–9 for gzip, 1–22 for zstd; nil is the format's default (6 and 3).
  ///   - sink: is finished by `finish` too.
  public init(
    _ compression: Compression, level: Int? = nil, to sink: any ByteSink
  ) throws(ArchiveError) {
    switch compression {
    case .none: encoder = sink
    case .gzip: encoder = try GzipEncoder(level: level, to: sink)
    case .zstd: encoder = try ZstdEncoder(level: level, to: sink)
    case .bzip2, .xz: throw .unsupportedCompression(compression.rawValue)
    }
  }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    try encoder.write(bytes)
  }

  public func finish() throws(ArchiveError) { try encoder.finish() }
}

/// One member of gzip without name and time, so that equal input gives equal output.
private final class GzipEncoder: ByteSink {
  private let sink: any ByteSink
  private let stream: UnsafeMutablePointer<z_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)

  init(level: Int?, to sink: any ByteSink) throws(ArchiveError) {
    self.sink = sink
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let level = level.map { CInt(max(0, min($0, 9))) } ?? Z_DEFAULT_COMPRESSION
    let result = deflateInit2_(
      stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    guard result == Z_OK else {
      stream.deallocate()
      output.deallocate()
      throw .malformed(.gzip, "deflateInit2 \(result)", offset: 0)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    var rest = bytes
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(piece.count)
      while stream.pointee.avail_in > 0 { _ = try encode(Z_NO_FLUSH) }
    }
  }

  func finish() throws(ArchiveError) {
    while try encode(Z_FINISH) != Z_STREAM_END {}
    try sink.finish()
  }

  private func encode(_ flush: CInt) throws(ArchiveError) -> CInt {
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = deflate(stream, flush)
    guard result == Z_OK || result == Z_STREAM_END else {
      throw .malformed(.gzip, "deflate \(result)", offset: 0)
    }
    let count = output.count - Int(stream.pointee.avail_out)
    if count > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<count])) }
    return result
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }
}
