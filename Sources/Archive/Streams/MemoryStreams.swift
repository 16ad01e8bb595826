/// Bytes in memory as a source.
public final class MemorySource: ByteSource {
  private let storage: UnsafeMutableRawBufferPointer
  private var position = 0
  /// The most that one call gives: for tests of what reads in pieces.
  private let pieceSize: Int

  public init(_ bytes: [UInt8], pieceSize: Int = .max) {
    storage = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
    storage.copyBytes(from: bytes)
    self.pieceSize = max(pieceSize, 1)
    count = bytes.count
  }

  private let count: Int

  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    let end = position + min(limit, pieceSize, count - position)
    defer { position = end }
    return UnsafeRawBufferPointer(rebasing: storage[position..<end])
  }

  deinit { storage.deallocate() }
}

/// A sink that keeps the bytes in memory.
public final class MemorySink: ByteSink {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    self.bytes.append(contentsOf: bytes)
  }

  public func finish() throws(ArchiveError) {}
}
