/// A set of keys, or a map from keys to values or verdicts: nft(8), SETS and MAPS.
public struct FirewallSet: Equatable, Sendable {
  /// What a part of a key is. The kernel only counts the bytes; `nft` prints by the number.
  public enum DataType: UInt32, Sendable {
    case ipv4Address = 7
    case ipv6Address = 8
    case transportProtocol = 12
    case port = 13
    case mark = 19
    case deviceName = 41

    /// How many bytes it takes, in a key of several parts: always whole registers.
    var length: UInt32 {
      switch self {
      case .ipv4Address: 4
      case .ipv6Address, .deviceName: 16
      case .transportProtocol: 4
      case .port, .mark: 4
      }
    }
  }

  /// What a key leads to.
  public enum Content: Equatable, Sendable {
    /// Nothing: it is a set.
    case keys
    case values([DataType])
    case verdicts
  }

  public var name: String
  /// The parts of a key, in their order.
  public var key: [DataType]
  public var content: Content
  /// Whether an element stands for all keys whose every part lies between its first and its last; for
  /// keys of several parts.
  public var holdsRanges = false

  public init(_ name: String, key: [DataType], content: Content = .keys) {
    self.name = name
    self.key = key
    self.content = content
  }

  /// The number that `nft` has for a type of several parts: six bits each.
  static func typeNumber(_ parts: [DataType]) -> UInt32 {
    parts.reduce(0) { $0 << 6 | $1.rawValue }
  }

  static func length(_ parts: [DataType]) -> UInt32 { parts.reduce(0) { $0 + $1.length } }
}

/// An element of a set or map.
public struct FirewallElement: Equatable, Sendable {
  public enum Value: Equatable, Sendable {
    case none
    case bytes([UInt8])
    case verdict(Verdict)
  }

  public var key: [UInt8]
  /// The last key of a range, in a set of ranges.
  public var last: [UInt8]?
  public var value: Value

  public init(_ key: [UInt8], _ value: Value = .none) {
    self.key = key
    self.value = value
  }

  /// All keys between two.
  public init(from first: [UInt8], through last: [UInt8]) {
    key = first
    self.last = last
    value = .none
  }
}
