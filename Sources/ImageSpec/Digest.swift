public import JSON

/// The digest of a blob, valid by construction: `sha256:` and 64 lower-case hexadecimal digits.
///
/// What is not valid never becomes a path or an address. SHA-256 is the one algorithm that registries
/// and stores use; a digest of another one is not valid.
public struct Digest: Hashable, Sendable {
  /// The 64 hexadecimal digits.
  public let hex: String

  /// The name before the colon.
  public var algorithm: String { "sha256" }

  /// Takes `sha256:…` apart; nil where it is anything else.
  public init?(_ text: some StringProtocol) {
    guard text.hasPrefix("sha256:") else { return nil }
    self.init(hex: text.dropFirst(7))
  }

  /// A digest by its 64 lower-case hexadecimal digits; nil where they are anything else.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.count == 64, hex.utf8.allSatisfy(isLowerHexadecimal) else { return nil }
    self.hex = String(hex)
  }

  /// A digest by its 256 bits, the highest first.
  public init(words: (UInt64, UInt64, UInt64, UInt64)) {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 60, through: 0, by: -4) {
        text.append(digits[Int(word >> shift & 15)])
      }
    }
    hex = String(decoding: text, as: UTF8.self)
  }

  /// The first 12 digits, as tables show them.
  public var short: String { String(hex.prefix(12)) }
}

func isLowerHexadecimal(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}

extension Digest: CustomStringConvertible {
  /// `sha256:…`.
  public var description: String { "sha256:" + hex }
}

extension Digest: Comparable {
  public static func < (a: Digest, b: Digest) -> Bool { a.hex < b.hex }
}

extension Digest: JSONValue {
  public init(from node: JSONNode) throws(JSONError) {
    guard let digest = Digest(try node.string()) else {
      throw node.mismatch("sha256: and 64 hexadecimal digits")
    }
    self = digest
  }

  public func write(to output: JSONOutput) { output.string(description) }
}
