/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
  /// The four bytes as a number, the first the highest.
  case v4(UInt32)
  /// The sixteen bytes as a number, the first the highest.
  case v6(UInt128)

  /// Reads `10.88.0.1` (four decimal numbers) or a text of RFC 4291 such as `fd00::1`, without zone.
  public init?(_ text: some StringProtocol) {
    if text.utf8.contains(UInt8(ascii: ":")) {
      guard let number = IPAddress.sixteenBytes(Substring(text)) else { return nil }
      self = .v6(number)
    } else {
      guard let number = IPAddress.fourBytes(Substring(text)) else { return nil }
      self = .v4(number)
    }
  }

  /// Takes 4 or 16 bytes in network order; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
    case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
    default: return nil
    }
  }

  public var isV6: Bool { if case .v6 = self { true } else { false } }

  /// 32 or 128.
  public var bitCount: Int { isV6 ? 128 : 32 }

  /// The bytes in network order, 4 or 16.
  public var bytes: [UInt8] {
    switch self {
    case .v4(let number): (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
    case .v6(let number):
      (0..<16).map { UInt8(truncatingIfNeeded: number >> (120 - 8 * UInt128($0))) }
    }
  }

  /// The address so many further on; nil behind the last.
  public func advanced(by distance: UInt64) -> IPAddress? {
    switch self {
    case .v4(let number):
      guard let distance = UInt32(exactly: distance) else { return nil }
      let (sum, overflow) = number.addingReportingOverflow(distance)
      return overflow ? nil : .v4(sum)
    case .v6(let number):
      let (sum, overflow) = number.addingReportingOverflow(UInt128(distance))
      return overflow ? nil : .v6(sum)
    }
  }

  /// The number as 128 bits: for comparison within one family.
  var number: UInt128 {
    switch self {
    case .v4(let number): UInt128(number)
    case .v6(let number): number
    }
  }

  /// An address of the same family with this number.
  func sameFamily(_ number: UInt128) -> IPAddress {
    isV6 ? .v6(number) : .v4(UInt32(truncatingIfNeeded: number))
  }

  /// 0.0.0.0 or ::.
  public var isUnspecified: Bool { number == 0 }

  /// 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    switch self {
    case .v4(let number): number >> 24 == 127
    case .v6(let number): number == 1
    }
  }

  /// fe80::/10 or 169.254.0.0/16.
  public var isLinkLocal: Bool {
    switch self {
    case .v4(let number): number >> 16 == 0xA9FE
    case .v6(let number): number >> 118 == 0x3FA
    }
  }

  private static func fourBytes(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var result: UInt32 = 0
    for part in parts {
      // A leading zero means octal to some readers: refused, as Go's net/netip does.
      guard !part.isEmpty, part.utf8.count <= 3, part.utf8.allSatisfy({ 48...57 ~= $0 }),
        part == "0" || part.first != "0", let byte = UInt8(part)
      else { return nil }
      result = result << 8 | UInt32(byte)
    }
    return result
  }

  private static func sixteenBytes(_ text: Substring) -> UInt128? {
    var head = text
    var tail: Substring?
    if let gap = text.firstRange(of: "::") {
      head = text[..<gap.lowerBound]
      tail = text[gap.upperBound...]
    }
    guard let first = groups(head, mayEndInV4: tail == nil) else { return nil }
    guard let tail else {
      return first.count == 8 ? first.reduce(0) { $0 << 16 | UInt128($1) } : nil
    }
    guard let last = groups(tail, mayEndInV4: true), first.count + last.count < 8 else {
      return nil
    }
    let zeros = [UInt16](repeating: 0, count: 8 - first.count - last.count)
    return (first + zeros + last).reduce(0) { $0 << 16 | UInt128($1) }
  }

  private static func groups(_ text: Substring, mayEndInV4: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var result: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (position, part) in parts.enumerated() {
      if mayEndInV4, position == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
        guard let number = fourBytes(part) else { return nil }
        result += [UInt16(number >> 16), UInt16(truncatingIfNeeded: number)]
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
          let group = UInt16(part, radix: 16)
        else { return nil }
        result.append(group)
      }
    }
    return result.count <= 8 ? result : nil
  }
}

extension IPAddress: Comparable {
  /// IPv4 comes before IPv6.
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    left.isV6 == right.isV6 ? left.number < right.number : !left.isV6
  }
}

extension IPAddress: CustomStringConvertible {
  /// `10.88.0.1`, or the text that RFC 5952 recommends for IPv6.
  public var description: String {
    guard case .v6(let number) = self else {
      return bytes.map { String($0) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: number >> (112 - 16 * UInt128($0))) }
    // The first of the longest runs of zeros, if it is longer than one.
    var longest = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = max(end, start + 1)
    }
    let texts = groups.map { String($0, radix: 16) }
    if longest.isEmpty { return texts.joined(separator: ":") }
    return texts[..<longest.lowerBound].joined(separator: ":") + "::"
      + texts[longest.upperBound...].joined(separator: ":")
  }
}
