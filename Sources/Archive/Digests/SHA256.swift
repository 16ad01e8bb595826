internal import CCrypto

/// A SHA-256 digest in the making, by libcrypto, which uses the processor's own instructions for it.
public final class SHA256 {
  private var context = SHA256_CTX()

  public init() { SHA256_Init(&context) }

  /// Takes in more bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes so far; more may follow.
  public func value() -> SHA256Value {
    var copy = context
    var bytes = [UInt8](repeating: 0, count: 32)
    SHA256_Final(&bytes, &copy)
    return SHA256Value(bytes: bytes)
  }

  /// The digest of these bytes.
  public static func value(of bytes: [UInt8]) -> SHA256Value {
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.value()
  }
}

/// A SHA-256 digest.
public struct SHA256Value: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The 256 bits, the highest first.
  public var words: (UInt64, UInt64, UInt64, UInt64) {
    func word(_ index: Int) -> UInt64 {
      bytes.dropFirst(8 * index).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
    return (word(0), word(1), word(2), word(3))
  }

  /// Reads 64 hexadecimal digits in lower case, with or without `sha256:` in front.
  public init?(_ text: some StringProtocol) {
    var digits = Array(text.utf8)
    if digits.starts(with: "sha256:".utf8) { digits.removeFirst(7) }
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    var high: UInt8 = 0
    for (index, digit) in digits.enumerated() {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      if index % 2 == 0 { high = value << 4 } else { bytes.append(high | value) }
    }
    self.bytes = bytes
  }

  /// 64 hexadecimal digits in lower case.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// As OCI documents write it: `sha256:…`.
  public var description: String { "sha256:" + hex }
}
