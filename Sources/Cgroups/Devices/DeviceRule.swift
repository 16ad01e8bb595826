import RuntimeSpec

/// What may be done with a device node.
struct DeviceAccess: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  // The bits of BPF_DEVCG_ACC_* (linux/bpf.h).
  static let mknod = DeviceAccess(rawValue: 1)
  static let read = DeviceAccess(rawValue: 2)
  static let write = DeviceAccess(rawValue: 4)
  static let all: DeviceAccess = [.read, .write, .mknod]

  /// From letters of `rwm`; nil where there is another letter or none at all.
  init?(letters: some StringProtocol) {
    var access: DeviceAccess = []
    for letter in letters.utf8 {
      switch letter {
      case UInt8(ascii: "r"): access.insert(.read)
      case UInt8(ascii: "w"): access.insert(.write)
      case UInt8(ascii: "m"): access.insert(.mknod)
      default: return nil
      }
    }
    if access.isEmpty { return nil }
    self = access
  }

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// As `devices.allow` and `DeviceAllow=` want it.
  var letters: String {
    (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.mknod) ? "m" : "")
  }
}

/// The devices that a rule is about: one, or many by a wildcard.
struct DevicePattern: Hashable, Comparable, Sendable {
  enum Kind: UInt8, Sendable {
    case block = 98  // "b"
    case character = 99  // "c"
  }

  var kind: Kind
  /// Any when nil.
  var major: UInt32?
  /// Any when nil.
  var minor: UInt32?

  /// By major, minor and kind; wildcards stand first.
  static func < (left: DevicePattern, right: DevicePattern) -> Bool {
    let (a, b) = (left.order, right.order)
    return (a.0, a.1, a.2) < (b.0, b.1, b.2)
  }

  private var order: (Int64, Int64, UInt8) {
    (major.map(Int64.init) ?? -1, minor.map(Int64.init) ?? -1, kind.rawValue)
  }

  /// As `devices.allow` wants it: `c 1:3`, `b *:*`.
  var text: String {
    let number = { (value: UInt32?) in value.map { "\($0)" } ?? "*" }
    return "\(kind == .block ? "b" : "c") \(number(major)):\(number(minor))"
  }
}

/// One rule of `linux.resources.devices`, checked.
struct DeviceRule: Equatable, Sendable {
  var isAllowed: Bool
  /// Every device of both kinds when nil; then `access` does not matter.
  var pattern: DevicePattern?
  var access: DeviceAccess

  /// - Parameter field: where the rule stands, for errors.
  init(_ rule: Spec.Linux.Resources.DeviceRule, field: String) throws(CgroupError) {
    guard let letters = rule.access, !letters.isEmpty else {
      throw .invalidValue(
        field: "\(field).access", value: "\"\"", reason: "name one or more of r, w and m")
    }
    guard let access = DeviceAccess(letters: letters) else {
      throw .invalidValue(
        field: "\(field).access", value: letters, reason: "only r, w and m can be named")
    }
    isAllowed = rule.allow
    self.access = access
    let major = try Self.number(rule.major, field: "\(field).major")
    let minor = try Self.number(rule.minor, field: "\(field).minor")
    switch rule.type {
    case .character: pattern = DevicePattern(kind: .character, major: major, minor: minor)
    case .block: pattern = DevicePattern(kind: .block, major: major, minor: minor)
    case .all, nil: pattern = nil
    }
  }

  init(
    allow kind: DevicePattern.Kind, _ major: UInt32?, _ minor: UInt32?,
    _ access: DeviceAccess = .all
  ) {
    isAllowed = true
    pattern = DevicePattern(kind: kind, major: major, minor: minor)
    self.access = access
  }

  private static func number(_ value: Int64?, field: String) throws(CgroupError) -> UInt32? {
    guard let value, value != -1 else { return nil }
    // The kernel has 12 bits of major and 20 of minor; the program compares signed 32 bits.
    guard value >= 0, value <= Int64(Int32.max) else {
      throw .invalidValue(field: field, value: "\(value)", reason: "not a device number")
    }
    return UInt32(value)
  }
}

extension DeviceRule {
  /// What every container may use whatever its rules say: making any node, the devices that the
  /// runtime puts into /dev, its terminals, and /dev/net/tun, which engines have come to expect.
  static let always: [DeviceRule] = [
    DeviceRule(allow: .character, nil, nil, .mknod),
    DeviceRule(allow: .block, nil, nil, .mknod),
    DeviceRule(allow: .character, 1, 3),  // null
    DeviceRule(allow: .character, 1, 8),  // random
    DeviceRule(allow: .character, 1, 7),  // full
    DeviceRule(allow: .character, 5, 0),  // tty
    DeviceRule(allow: .character, 1, 5),  // zero
    DeviceRule(allow: .character, 1, 9),  // urandom
    DeviceRule(allow: .character, 136, nil),  // pts/*
    DeviceRule(allow: .character, 5, 2),  // ptmx
    DeviceRule(allow: .character, 10, 200),  // net/tun
  ]

  /// The rules of a configuration, checked, with those that always apply after them.
  static func merged(
    _ rules: [Spec.Linux.Resources.DeviceRule]?
  ) throws(CgroupError) -> [DeviceRule] {
    var merged: [DeviceRule] = []
    for (index, rule) in (rules ?? []).enumerated() {
      merged.append(try DeviceRule(rule, field: "linux.resources.devices[\(index)]"))
    }
    return merged + always
  }
}
