/// Passes a source on, and counts and hashes what passes.
public final class HashingSource: ByteSource {
  private let source: any ByteSource
  private let hash = SHA256()
  /// The bytes that have passed.
  public private(set) var count: UInt64 = 0

  /// Whether what passes is hashed, or counted alone.
  public var isHashing = true

  public init(_ source: any ByteSource) { self.source = source }

  public func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    let piece = try source.next(limit)
    if isHashing { hash.update(piece) }
    count += UInt64(piece.count)
    return piece
  }

  /// The digest of what has passed.
  public func digest() -> SHA256Value { hash.value() }

  /// Reads the source to its end.
  public func drain() throws(ArchiveError) {
    while true { if try next(1 << 18).isEmpty { return } }
  }
}

/// Passes bytes on to a sink, and counts and hashes what passes.
public final class HashingSink: ByteSink {
  private let sink: (any ByteSink)?
  private let hash = SHA256()
  /// The bytes that have passed.
  public private(set) var count: UInt64 = 0

  /// - Parameter sink: where the bytes go; nil only counts and hashes.
  public init(_ sink: (any ByteSink)?) { self.sink = sink }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    hash.update(bytes)
    count += UInt64(bytes.count)
    try sink?.write(bytes)
  }

  /// Finishes the sink too.
  public func finish() throws(ArchiveError) { try sink?.finish() }

  /// The digest of what has passed.
  public func digest() -> SHA256Value { hash.value() }
}
