import Testing

@testable import Archive

@Suite struct DigestTests {
  @Test func sha256OfKnownTexts() {
    #expect(
      SHA256.value(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    let value = SHA256.value(of: Array("abc".utf8))
    #expect(value.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(SHA256Value(value.description) == value)
    #expect(SHA256Value("sha256:BA") == nil)
  }

  /// The check value of CRC-64/GO-ISO, and its independence of how the bytes come in.
  @Test func crc64OfKnownText() {
    var crc = CRC64()
    Array("123456789".utf8).withUnsafeBytes { crc.update($0) }
    #expect(crc.value == 0xb909_56c7_75a4_1001)
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var whole = CRC64()
    var pieces = CRC64()
    bytes.withUnsafeBytes { whole.update($0) }
    for byte in bytes { withUnsafeBytes(of: byte) { pieces.update($0) } }
    #expect(whole.value == pieces.value)
  }
}
