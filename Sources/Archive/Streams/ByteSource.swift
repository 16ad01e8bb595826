/// Where bytes come from, piece by piece and without copies: a file, a decompressor, memory.
public protocol ByteSource: AnyObject {
  /// The next bytes, and moves on behind them.
  ///
  /// - Parameter limit: the most bytes that are wanted, at least 1.
  /// - Returns: at least one byte, or none at the end of the stream. They stay valid until the next call.
  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer
}

extension ByteSource {
  /// Fills the whole buffer, or as much as there is before the end.
  ///
  /// - Returns: how many bytes were filled in.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let piece = try next(buffer.count - filled)
      if piece.isEmpty { break }
      UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: piece)
      filled += piece.count
    }
    return filled
  }

  /// Reads all that is left; a stream of more than `limit` bytes is an error.
  public func readAll(limit: Int, _ kind: ArchiveLimits.Kind) throws(ArchiveError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try next(1 << 16)
      if piece.isEmpty { return bytes }
      guard bytes.count + piece.count <= limit else {
        throw .exceeds(kind, allowed: UInt64(limit))
      }
      bytes.append(contentsOf: piece)
    }
  }
}

/// Where bytes go to, piece by piece.
public protocol ByteSink: AnyObject {
  /// Takes the bytes, which are valid only during the call.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError)
  /// Writes what is still held back, and whatever ends the format. Nothing is written after it.
  func finish() throws(ArchiveError)
}

extension ByteSink {
  /// Writes an array of bytes.
  public func write(_ bytes: [UInt8]) throws(ArchiveError) {
    // Not withUnsafeBytes with a typed throw, which copies: see SE-0413.
    let result = bytes.withUnsafeBytes { (bytes) -> ArchiveError? in
      do throws(ArchiveError) { try write(bytes) } catch { return error }
      return nil
    }
    if let result { throw result }
  }

  /// Writes all that is left of a source, and does not finish.
  public func write(from source: any ByteSource) throws(ArchiveError) {
    while true {
      let piece = try source.next(1 << 18)
      if piece.isEmpty { return }
      try write(piece)
    }
  }
}
