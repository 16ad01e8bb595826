internal import CCrypto

/// NaCl's secretbox: XSalsa20 and Poly1305. libcrypto has the second alone.
enum SecretBox {
  /// The message in a box; nil where the key or the nonce is not the one that closed it.
  static func open(_ box: [UInt8], nonce: [UInt8], key: [UInt8]) -> [UInt8]? {
    guard key.count == 32, nonce.count == 24, box.count >= 16 else { return nil }
    let inner = Salsa20(key: key, block: Array(nonce[..<16])).hashed()
    let cipher = box[16...]
    // The first 32 bytes of the stream are the key of the authenticator.
    let stream = Salsa20.stream(
      key: inner, nonce: Array(nonce[16...]), count: 32 + cipher.count)
    guard let tag = poly1305(Array(cipher), key: Array(stream[..<32])),
      CRYPTO_memcmp(tag, box, 16) == 0
    else { return nil }
    return zip(cipher, stream[32...]).map { $0 ^ $1 }
  }

  private static func poly1305(_ message: [UInt8], key: [UInt8]) -> [UInt8]? {
    guard let algorithm = EVP_MAC_fetch(nil, "POLY1305", nil) else { return nil }
    defer { EVP_MAC_free(algorithm) }
    guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
    defer { EVP_MAC_CTX_free(context) }
    var tag = [UInt8](repeating: 0, count: 16)
    var length = 0
    guard EVP_MAC_init(context, key, key.count, nil) == 1,
      EVP_MAC_update(context, message, message.count) == 1,
      EVP_MAC_final(context, &tag, &length, tag.count) == 1, length == 16
    else { return nil }
    return tag
  }
}

/// One block of Salsa20: D. J. Bernstein, "The Salsa20 family of stream ciphers".
struct Salsa20 {
  private var words: [UInt32]

  /// - Parameter block: 16 bytes: a nonce of 8 and a counter of 8.
  init(key: [UInt8], block: [UInt8]) {
    let constant = Self.littleEndian(Array("expand 32-byte k".utf8))
    let (key, block) = (Self.littleEndian(key), Self.littleEndian(block))
    words =
      [constant[0]] + key[..<4] + [constant[1]] + block + [constant[2]] + key[4...]
      + [constant[3]]
  }

  /// HSalsa20: a key from a key and 16 bytes of a nonce.
  func hashed() -> [UInt8] {
    let mixed = rounds()
    return Self.bytes([0, 5, 10, 15, 6, 7, 8, 9].map { mixed[$0] })
  }

  static func stream(key: [UInt8], nonce: [UInt8], count: Int) -> [UInt8] {
    var stream: [UInt8] = []
    var counter: UInt64 = 0
    while stream.count < count {
      let number = (0..<8).map { UInt8(truncatingIfNeeded: counter >> ($0 * 8)) }
      let block = Salsa20(key: key, block: nonce + number)
      stream += bytes(zip(block.words, block.rounds()).map { $0 &+ $1 })
      counter += 1
    }
    return Array(stream.prefix(count))
  }

  private func rounds() -> [UInt32] {
    var x = words
    func quarter(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
      func turned(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value << count | value >> (32 - count)
      }
      x[b] ^= turned(x[a] &+ x[d], 7)
      x[c] ^= turned(x[b] &+ x[a], 9)
      x[d] ^= turned(x[c] &+ x[b], 13)
      x[a] ^= turned(x[d] &+ x[c], 18)
    }
    for _ in 0..<10 {
      quarter(0, 4, 8, 12)
      quarter(5, 9, 13, 1)
      quarter(10, 14, 2, 6)
      quarter(15, 3, 7, 11)
      quarter(0, 1, 2, 3)
      quarter(5, 6, 7, 4)
      quarter(10, 11, 8, 9)
      quarter(15, 12, 13, 14)
    }
    return x
  }

  private static func littleEndian(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { place in
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32($1 * 8) }
    }
  }

  private static func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }
}
