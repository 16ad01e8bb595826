public import LinuxSystem

/// Which table routes packets: ip-rule(8).
public struct RoutingRule: Equatable, Sendable {
  /// AF_INET or AF_INET6.
  public var family: UInt8
  /// The lower comes first.
  public var priority: UInt32
  /// The table that is looked up.
  public var table: UInt32
  /// Only packets from this source: 4 or 16 bytes and a prefix length.
  public var source: [UInt8]
  public var sourcePrefixLength: UInt8
  /// Only packets that the firewall has marked so.
  public var mark: UInt32?

  public init(
    family: UInt8, priority: UInt32, table: UInt32, source: [UInt8] = [],
    sourcePrefixLength: UInt8 = 0, mark: UInt32? = nil
  ) {
    self.family = family
    self.priority = priority
    self.table = table
    self.source = source
    self.sourcePrefixLength = sourcePrefixLength
    self.mark = mark
  }

  fileprivate static let fixedLength = 12
  // The attributes, FRA_… of linux/fib_rules.h.
  fileprivate static let sourceAttribute: UInt16 = 2
  fileprivate static let priorityAttribute: UInt16 = 6
  fileprivate static let markAttribute: UInt16 = 10
  fileprivate static let tableAttribute: UInt16 = 15

  fileprivate init?(_ answer: NetlinkAnswer) {
    let attributes = answer.attributes(after: RoutingRule.fixedLength)
    guard answer.kind == .newRule, let family = answer.body.number(at: 0, as: UInt8.self),
      let prefixLength = answer.body.number(at: 2, as: UInt8.self)
    else { return nil }
    self.family = family
    sourcePrefixLength = prefixLength
    source = attributes[RoutingRule.sourceAttribute].map { Array($0) } ?? []
    priority = attributes[RoutingRule.priorityAttribute]?.number(at: 0, as: UInt32.self) ?? 0
    table = attributes[RoutingRule.tableAttribute]?.number(at: 0, as: UInt32.self) ?? 0
    mark = attributes[RoutingRule.markAttribute]?.number(at: 0, as: UInt32.self)
  }
}

extension NetlinkRequest {
  /// The fixed part of messages about rules: struct fib_rule_hdr.
  fileprivate mutating func appendRule(family: UInt8, sourcePrefixLength: UInt8, action: UInt8) {
    for byte in [family, 0, sourcePrefixLength, 0, 0, 0, 0, action] { append(byte) }
    append(UInt32(0))
  }

  fileprivate mutating func append(_ rule: RoutingRule) {
    let lookUpTable: UInt8 = 1
    appendRule(
      family: rule.family, sourcePrefixLength: rule.sourcePrefixLength, action: lookUpTable)
    if !rule.source.isEmpty { attribute(RoutingRule.sourceAttribute, rule.source) }
    attribute(RoutingRule.priorityAttribute, rule.priority)
    if let mark = rule.mark { attribute(RoutingRule.markAttribute, mark) }
    attribute(RoutingRule.tableAttribute, rule.table)
  }
}

extension RouteSession where Socket: ~Copyable {
  /// The rules of both families.
  public mutating func rules() throws(SystemError) -> [RoutingRule] {
    try list("list routing rules", .getRule) {
      $0.appendRule(family: 0, sourcePrefixLength: 0, action: 0)
    }.compactMap { RoutingRule($0) }
  }

  /// Adds a rule; `EEXIST` if there is the same.
  public mutating func add(_ rule: RoutingRule) throws(SystemError) {
    try perform("add routing rule", "\(rule.priority)", .newRule, [.create, .exclusive]) {
      $0.append(rule)
    }
  }

  /// Removes a rule.
  public mutating func remove(_ rule: RoutingRule) throws(SystemError) {
    try perform("remove routing rule", "\(rule.priority)", .deleteRule) { $0.append(rule) }
  }
}
