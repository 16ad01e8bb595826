/// An address with the length of its network's prefix: `10.88.0.0/16` as a network, or
/// `10.88.0.5/16` as an address in one.
public struct Subnet: Hashable, Sendable {
  public var address: IPAddress
  /// 0 to 32 or 128.
  public var prefixLength: Int

  /// - Returns: nil for a prefix longer than the address.
  public init?(_ address: IPAddress, _ prefixLength: Int) {
    guard (0...address.bitCount).contains(prefixLength) else { return nil }
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Reads `ADDRESS/PREFIX`.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), parts[1].utf8.count <= 3,
      parts[1].utf8.allSatisfy({ 48...57 ~= $0 }), let prefixLength = Int(parts[1])
    else { return nil }
    self.init(address, prefixLength)
  }

  /// 0.0.0.0/0, the destination of the default route.
  public static let everything = Subnet(unchecked: .v4(0), 0)
  /// ::/0.
  public static let everythingV6 = Subnet(unchecked: .v6(0), 0)

  private init(unchecked address: IPAddress, _ prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  private var hostBits: UInt128 {
    let count = address.bitCount - prefixLength
    return count == 128 ? .max : (1 << UInt128(count)) - 1
  }

  /// The network: with all bits behind the prefix zero.
  public var network: Subnet {
    var result = self
    result.address = first
    return result
  }

  /// The lowest address.
  public var first: IPAddress { address.sameFamily(address.number & ~hostBits) }
  /// The highest address; of an IPv4 network the one for broadcasts.
  public var last: IPAddress { address.sameFamily(address.number | hostBits) }

  public var isV6: Bool { address.isV6 }

  public func contains(_ other: IPAddress) -> Bool {
    other.isV6 == isV6 && first.number <= other.number && other.number <= last.number
  }

  /// Whether the two share an address.
  public func overlaps(_ other: Subnet) -> Bool {
    isV6 == other.isV6 && first.number <= other.last.number && other.first.number <= last.number
  }

  /// The addresses that a host can have: without the network's own and, in IPv4, that for
  /// broadcasts. In networks of two addresses or one, all.
  public var hosts: ClosedRange<IPAddress> {
    if hostBits < 2 { return first...last }
    let lowest = address.sameFamily(first.number + 1)
    return lowest...(isV6 ? last : address.sameFamily(last.number - 1))
  }
}

extension Subnet {
  /// Whether its addresses are such as hosts have: not for loopback, one line only, or many at once.
  var isForHosts: Bool {
    let special: [Subnet?] =
      isV6
      ? [Subnet("::1/128"), Subnet("fe80::/10"), Subnet("ff00::/8")]
      : [Subnet("127.0.0.0/8"), Subnet("169.254.0.0/16"), Subnet("224.0.0.0/3")]
    return prefixLength > 0 && !special.contains { $0?.overlaps(self) ?? false }
  }
}

extension Subnet: CustomStringConvertible {
  public var description: String { "\(address)/\(prefixLength)" }
}
