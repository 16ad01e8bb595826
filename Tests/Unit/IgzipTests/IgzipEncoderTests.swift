import Archive
import Igzip
import Testing

struct IgzipEncoderTests {
  /// Bytes of which half can be compressed.
  private static func sample(_ count: Int) -> [UInt8] {
    var state: UInt64 = 88_172_645_463_325_252
    return (0..<count).map { index in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return index / 4096 % 2 == 0 ? UInt8(truncatingIfNeeded: state) : UInt8(index / 64 % 7)
    }
  }

  private static func compressed(_ bytes: [UInt8], pieces: Int) throws -> [UInt8] {
    let sink = MemorySink()
    let encoder = IgzipEncoder(to: sink)
    for start in stride(from: 0, to: bytes.count, by: max(1, pieces)) {
      try encoder.write(Array(bytes[start..<min(start + pieces, bytes.count)]))
    }
    try encoder.finish()
    return sink.bytes
  }

  @Test(arguments: [0, 1, 1000, 70_000, 3_000_001]) func zlibReadsIt(count: Int) throws {
    let bytes = Self.sample(count)
    let packed = try Self.compressed(bytes, pieces: 262_144)
    #expect(packed.prefix(2) == [0x1f, 0x8b])
    if count > 100_000 { #expect(packed.count < count * 6 / 10) }
    let plain = try Decompressor(MemorySource(packed))
    #expect(try plain.readAll(limit: count + 1, .uncompressedBytes) == bytes)
    let again = try Decompressor(MemorySource(packed), gzip: IgzipDecoder.decoding)
    #expect(try again.readAll(limit: count + 1, .uncompressedBytes) == bytes)
  }

  @Test func piecesDoNotMatter() throws {
    let bytes = Self.sample(500_000)
    let first = try Self.compressed(bytes, pieces: 500_000)
    for pieces in [1000, 65_536, 300_001] {
      #expect(try Self.compressed(bytes, pieces: pieces) == first)
    }
  }
}
