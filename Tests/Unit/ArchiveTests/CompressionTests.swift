import Testing

@testable import Archive

@Suite struct CompressionTests {
  private static let text: [UInt8] = (0..<300_000).map {
    UInt8(truncatingIfNeeded: $0 / 7 ^ $0 % 11)
  }

  private func compressed(_ compression: Compression, _ bytes: [UInt8] = text) throws -> [UInt8] {
    let sink = MemorySink()
    let compressor = try Compressor(compression, to: sink)
    try compressor.write(bytes)
    try compressor.finish()
    return sink.bytes
  }

  private func decompressed(
    _ bytes: [UInt8], pieceSize: Int = .max, limits: ArchiveLimits = ArchiveLimits()
  ) throws -> [UInt8] {
    let source = try Decompressor(MemorySource(bytes, pieceSize: pieceSize), limits: limits)
    return try source.readAll(limit: 1 << 24, .uncompressedBytes)
  }

  @Test(arguments: [Compression.none, .gzip, .zstd], [1, 1000, .max])
  func comesBack(_ compression: Compression, _ pieceSize: Int) throws {
    let bytes = try compressed(compression)
    #expect(try decompressed(bytes, pieceSize: pieceSize) == Self.text)
    #expect(try Decompressor(MemorySource(bytes)).compression == compression)
  }

  @Test(arguments: [Compression.gzip, .zstd])
  func severalMembersAreOneStream(_ compression: Compression) throws {
    let bytes = try compressed(compression) + compressed(compression, [1, 2, 3])
    #expect(try decompressed(bytes, pieceSize: 7000) == Self.text + [1, 2, 3])
  }

  @Test func gzipMayBePadded() throws {
    #expect(try decompressed(compressed(.gzip) + [0, 0, 0, 0]) == Self.text)
  }

  @Test(arguments: [Compression.gzip, .zstd])
  func damageIsAnError(_ compression: Compression) throws {
    let bytes = try compressed(compression)
    #expect(throws: ArchiveError.self) { try decompressed(Array(bytes.dropLast(3))) }
    var damaged = bytes
    damaged[bytes.count / 2] ^= 0x10
    #expect(throws: ArchiveError.self) { try decompressed(damaged) }
  }

  @Test func bombsAreStopped() throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 22)
    var limits = ArchiveLimits()
    limits.uncompressedBytes = 1 << 20
    #expect(throws: ArchiveError.exceeds(.uncompressedBytes, allowed: 1 << 20)) {
      try decompressed(compressed(.gzip, zeros), limits: limits)
    }
    limits = ArchiveLimits()
    limits.ratioFreeBytes = 1 << 20
    limits.compressionRatio = 100
    for compression in [Compression.gzip, .zstd] {
      #expect(throws: ArchiveError.exceeds(.compressionRatio, allowed: 100)) {
        try decompressed(compressed(compression, zeros), limits: limits)
      }
    }
  }

  /// What bzip2(1) and xz(1) made of `text` 40 times.
  @Test(arguments: [
    (
      Compression.bzip2,
      "QlpoOTFBWSZTWQcVDIgAAE/BgAAQAgAEQCAAMM00CpMlCMIojCPF3JFOFCQBxUMiAA=="
    ),
    (
      .xz,
      "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADHAAtdADoZS3gPXh0HyEAAAAAVoDpv5r6bWwABJ8gBAAAALCUluLHEZ/sCAAAAAARZWg=="
    ),
  ])
  func otherFormatsAreRead(_ compression: Compression, _ text: String) throws {
    guard let bytes = base64Decoded(text.utf8) else { return }
    let source = try Decompressor(MemorySource(bytes, pieceSize: 7))
    #expect(source.compression == compression)
    #expect(
      try source.readAll(limit: 1 << 16, .uncompressedBytes)
        == Array(String(repeating: "text\n", count: 40).utf8))
    #expect(throws: ArchiveError.self) { try decompressed(Array(bytes.dropLast(9))) }
    #expect(throws: ArchiveError.unsupportedCompression(compression.rawValue)) {
      _ = try Compressor(compression, to: MemorySink())
    }
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 0x40
      _ = try? decompressed(damaged)
    }
  }

  /// Bytes changed at random: an error or other bytes, never a trap.
  @Test func mutatedStreamsDoNotTrap() throws {
    var state: UInt64 = 1
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    for compression in [Compression.gzip, .zstd] {
      let bytes = try compressed(compression, Array(Self.text.prefix(20_000)))
      for _ in 0..<200 {
        var mutated = bytes
        for _ in 0...random(4) { mutated[random(mutated.count)] = UInt8(random(256)) }
        _ = try? decompressed(mutated, pieceSize: 1 + random(3000))
      }
    }
  }
}
