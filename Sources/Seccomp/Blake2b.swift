/// The digest BLAKE2b with 32 bytes of output and no key (RFC 7693).
///
/// It names and checks cache files. It takes half the time of SHA-256 on a processor without
/// instructions for either.
struct Blake2b: ~Copyable {
  /// Length of a digest in bytes.
  static let digestLength = 32

  private var state: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  private let block: UnsafeMutableRawBufferPointer
  private var filled = 0
  private var total: UInt64 = 0

  init() {
    let iv = Self.initialization
    // The parameter block: 32 bytes of digest, no key, fan-out and depth 1.
    let parameters: UInt64 = 0x0101_0000 | UInt64(Self.digestLength)
    state = (iv[0] ^ parameters, iv[1], iv[2], iv[3], iv[4], iv[5], iv[6], iv[7])
    block = .allocate(byteCount: Self.blockLength, alignment: 8)
  }

  deinit { block.deallocate() }

  /// Adds bytes to what is digested.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset < bytes.count {
      // The last block is compressed with another flag, so a full one waits for more bytes.
      if filled == Self.blockLength {
        total &+= UInt64(Self.blockLength)
        compress(last: false)
        filled = 0
      }
      let count = min(Self.blockLength - filled, bytes.count - offset)
      UnsafeMutableRawBufferPointer(rebasing: block[filled..<filled + count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
      filled += count
      offset += count
    }
  }

  /// Adds a number of fixed width, little-endian.
  mutating func update(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { update($0) }
  }

  /// Adds a string with its length, so that no two lists of strings give the same bytes.
  mutating func update(_ string: String) {
    var string = string
    string.withUTF8 { utf8 in
      update(UInt32(truncatingIfNeeded: utf8.count))
      update(UnsafeRawBufferPointer(utf8))
    }
  }

  /// The digest of all that was added.
  consuming func finish() -> [UInt8] {
    total &+= UInt64(filled)
    UnsafeMutableRawBufferPointer(rebasing: block[filled...]).initializeMemory(
      as: UInt8.self, repeating: 0)
    compress(last: true)
    let words = [state.0, state.1, state.2, state.3]
    return [UInt8](unsafeUninitializedCapacity: Self.digestLength) { bytes, count in
      for (index, word) in words.enumerated() {
        UnsafeMutableRawBufferPointer(bytes).storeBytes(
          of: word.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
      }
      count = Self.digestLength
    }
  }

  private mutating func compress(last: Bool) {
    let (h0, h1, h2, h3, h4, h5, h6, h7) = state
    let iv = Self.initialization
    // Local words, not an array: they stay in registers for the better part.
    var (v0, v1, v2, v3) = (h0, h1, h2, h3)
    var (v4, v5, v6, v7) = (h4, h5, h6, h7)
    var (v8, v9, v10, v11) = (iv[0], iv[1], iv[2], iv[3])
    var (v12, v13, v14, v15) = (iv[4] ^ total, iv[5], last ? ~iv[6] : iv[6], iv[7])
    Self.order.withUnsafeBytes { order in
      let block = UnsafeRawBufferPointer(block)
      for round in 0..<12 {
        let row = 16 * (round % 10)
        @inline(__always) func word(_ index: Int) -> UInt64 {
          let offset = 8 * Int(order[row + index])
          return UInt64(littleEndian: block.load(fromByteOffset: offset, as: UInt64.self))
        }
        Self.mix(&v0, &v4, &v8, &v12, word(0), word(1))
        Self.mix(&v1, &v5, &v9, &v13, word(2), word(3))
        Self.mix(&v2, &v6, &v10, &v14, word(4), word(5))
        Self.mix(&v3, &v7, &v11, &v15, word(6), word(7))
        Self.mix(&v0, &v5, &v10, &v15, word(8), word(9))
        Self.mix(&v1, &v6, &v11, &v12, word(10), word(11))
        Self.mix(&v2, &v7, &v8, &v13, word(12), word(13))
        Self.mix(&v3, &v4, &v9, &v14, word(14), word(15))
      }
    }
    state = (
      h0 ^ v0 ^ v8, h1 ^ v1 ^ v9, h2 ^ v2 ^ v10, h3 ^ v3 ^ v11,
      h4 ^ v4 ^ v12, h5 ^ v5 ^ v13, h6 ^ v6 ^ v14, h7 ^ v7 ^ v15
    )
  }

  /// The function G of the RFC.
  @inline(__always)
  private static func mix(
    _ a: inout UInt64, _ b: inout UInt64, _ c: inout UInt64, _ d: inout UInt64,
    _ x: UInt64, _ y: UInt64
  ) {
    a = a &+ b &+ x
    d = rotated(d ^ a, 32)
    c = c &+ d
    b = rotated(b ^ c, 24)
    a = a &+ b &+ y
    d = rotated(d ^ a, 16)
    c = c &+ d
    b = rotated(b ^ c, 63)
  }

  /// The word rotated to the right.
  @inline(__always)
  private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
    (word &>> count) | (word &<< (64 &- count))
  }

  private static let blockLength = 128

  private static let initialization: [UInt64] = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
  ]

  /// In which order each round takes the words of the block; ten rounds, then again from the first.
  private static let order: [UInt8] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
    7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
    9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
    2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
    12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
    13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
    6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
    10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
  ]
}
