import Testing

@testable import Seccomp

@Suite struct Blake2bTests {
  /// "abc" is the input of RFC 7693, appendix A; the digests of 32 bytes come from Python's hashlib.
  /// 256 bytes end exactly at a block's border.
  @Test(arguments: [
    (Array("abc".utf8), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
    ([], "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
    (pattern(256), "582f782226018ec33076bd8d1c42413530ac7e1126260ffc0f306ba3befc3f24"),
    (pattern(1000), "b372d0608f720c8c3dd41e9c8eecb10143b41abe520b616607e754bf79c08331"),
  ])
  func digestsAsOthersDo(bytes: [UInt8], expected: String) {
    var digest = Blake2b()
    bytes.withUnsafeBytes { digest.update($0) }
    let result = digest.finish()
    #expect(hexadecimal(result) == expected)
  }

  @Test func doesNotDependOnPieces() {
    let bytes = pattern(1000)
    var digest = Blake2b()
    var start = 0
    for length in [0, 1, 127, 128, 129, 256, 359] {
      bytes[start..<start + length].withUnsafeBytes { digest.update($0) }
      start += length
    }
    #expect(start == bytes.count)
    let result = digest.finish()
    #expect(
      hexadecimal(result) == "b372d0608f720c8c3dd41e9c8eecb10143b41abe520b616607e754bf79c08331")
  }

  @Test func tellsListsOfStringsApart() {
    var first = Blake2b()
    first.update("ab")
    first.update("c")
    var second = Blake2b()
    second.update("a")
    second.update("bc")
    let digests = (first.finish(), second.finish())
    #expect(digests.0 != digests.1)
  }
}

private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
