/// The hardware address of an Ethernet device.
public struct MACAddress: Hashable, Sendable {
  /// Six bytes.
  public let bytes: [UInt8]

  /// Takes six bytes; nil for any other count.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 6 else { return nil }
    self.bytes = bytes
  }

  /// Reads `92:d0:c6:0a:29:33`, or the same with `-`, or `92d0.c60a.2933`.
  public init?(_ text: some StringProtocol) {
    var bytes: [UInt8] = []
    let isDotted = text.contains(".")
    for part in text.split(omittingEmptySubsequences: false, whereSeparator: { ":-.".contains($0) })
    {
      guard part.utf8.count == (isDotted ? 4 : 2), part.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
        let number = UInt16(part, radix: 16)
      else { return nil }
      if isDotted { bytes.append(UInt8(number >> 8)) }
      bytes.append(UInt8(truncatingIfNeeded: number))
    }
    self.init(bytes: bytes)
  }

  /// Whether a single device can have it: it is not one of a group, and not zero.
  public var isUnicast: Bool { (bytes.first ?? 1) & 1 == 0 && bytes.contains { $0 != 0 } }
}

extension MACAddress: CustomStringConvertible {
  /// Six pairs of lower-case digits with colons.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}
