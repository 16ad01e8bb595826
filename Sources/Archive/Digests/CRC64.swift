/// The CRC-64 of ISO 3309 as Go's hash/crc64 computes it with its ISO table: what tar-split data keeps
/// of a file's content.
///
/// The polynomial is x⁶⁴ + x⁴ + x³ + x + 1: so sparse that eight bytes at once are a few shifts, without
/// a table.
struct CRC64 {
  private var remainder: UInt64 = .max

  /// The checksum of all bytes so far.
  var value: UInt64 { ~remainder }

  /// The checksum as eight bytes, the highest first.
  var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = remainder
    var offset = 0
    while bytes.count - offset >= 8 {
      crc ^= UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      // Bits are reflected: a multiplication by x is a shift to the right. What falls off is at most
      // four bits, which the same product folds back in.
      let high = crc << 63 ^ crc << 61 ^ crc << 60
      crc = CRC64.product(crc) ^ CRC64.product(high)
      offset += 8
    }
    while offset < bytes.count {
      crc ^= UInt64(bytes[offset])
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xD800_0000_0000_0000) }
      offset += 1
    }
    remainder = crc
  }

  /// Times x⁴ + x³ + x + 1.
  private static func product(_ value: UInt64) -> UInt64 {
    value ^ value >> 1 ^ value >> 3 ^ value >> 4
  }
}
