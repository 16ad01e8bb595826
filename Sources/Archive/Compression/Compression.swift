/// How a stream is compressed.
public enum Compression: String, Equatable, Sendable, CaseIterable {
  case none, gzip, zstd
  /// Only read, not written.
  case bzip2, xz

  /// How many bytes `sniff` wants to see.
  static let magicLength = 6

  /// Recognises a format by the first bytes of a stream; what is none of them is `none`.
  static func sniff(_ start: UnsafeRawBufferPointer) -> Compression {
    if start.starts(with: [0x1f, 0x8b, 0x08]) { return .gzip }
    if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return .zstd }
    // A skippable frame of zstd.
    if start.count >= 4, start[0] & 0xf0 == 0x50, start[1...3].elementsEqual([0x2a, 0x4d, 0x18]) {
      return .zstd
    }
    if start.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return .xz }
    if start.starts(with: Array("BZh".utf8)), start.count > 3, (0x31...0x39).contains(start[3]) {
      return .bzip2
    }
    return .none
  }
}

/// What decompresses gzip. `zlib` is in every program; a faster library may be at hand in one that is not
/// static.
public struct GzipDecoding: Sendable {
  let decode: @Sendable (any ByteSource) throws(ArchiveError) -> any ByteSource

  public init(_ decode: @escaping @Sendable (any ByteSource) throws(ArchiveError) -> any ByteSource)
  {
    self.decode = decode
  }

  public static let zlib = GzipDecoding { (source) throws(ArchiveError) in
    DecodedStream(source, try GzipDecoder())
  }
}

/// Puts bytes that were looked at back in front of their source.
final class PrefixedSource: ByteSource {
  private let prefix: MemorySource
  private var isPrefixRead = false
  private let rest: any ByteSource

  init(_ prefix: [UInt8], then rest: any ByteSource) {
    self.prefix = MemorySource(prefix)
    self.rest = rest
  }

  func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
    if !isPrefixRead {
      let piece = try prefix.next(limit)
      if !piece.isEmpty { return piece }
      isPrefixRead = true
    }
    return try rest.next(limit)
  }
}
