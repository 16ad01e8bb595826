import Netlink

/// Changes to one table of the `inet` family, which the kernel makes all or none.
public struct FirewallBatch: Sendable {
  /// Where a chain meets packets.
  public struct BaseChain: Equatable, Sendable {
    public enum Kind: String, Sendable { case filter, nat }
    /// NF_INET_… of linux/netfilter.h.
    public enum Hook: UInt32, Sendable {
      case prerouting = 0
      case input = 1
      case forward = 2
      case output = 3
      case postrouting = 4
    }

    public var kind: Kind
    public var hook: Hook
    /// The lower comes first; -100 is usual for changed destinations, 100 for changed sources.
    public var priority: Int32

    public init(_ kind: Kind, _ hook: Hook, priority: Int32) {
      self.kind = kind
      self.hook = hook
      self.priority = priority
    }
  }

  public let table: String
  private(set) var messages: [[UInt8]] = []

  /// So many elements fit into one message, whose attributes may have 64 KiB.
  private static let elementsPerMessage = 256
  private static let inet: UInt8 = 1

  /// NFT_MSG_… of linux/netfilter/nf_tables.h.
  private enum Message: UInt16 {
    case newTable = 0
    case deleteTable = 2
    case newChain = 3
    case newRule = 6
    case newSet = 9
    case newElements = 12
    case deleteElements = 14
  }

  public init(table: String) { self.table = table }

  public var isEmpty: Bool { messages.isEmpty }

  /// Creates the table; `EEXIST` if it is there.
  public mutating func createTable() {
    message(.newTable, [.create, .exclusive]) {
      $0.attribute(1, $1)
      $0.bigEndian(2, 0)
    }
  }

  /// Removes the table with all that is in it.
  public mutating func deleteTable() {
    message(.deleteTable, []) { $0.attribute(1, $1) }
  }

  /// Creates a chain: a base chain where packets come by themselves, or one that is jumped to.
  public mutating func createChain(_ name: String, _ base: BaseChain? = nil) {
    message(.newChain, [.create]) {
      $0.attribute(1, $1)
      $0.attribute(3, name)
      guard let base else { return }
      $0.nested(4) {
        $0.bigEndian(1, base.hook.rawValue)
        $0.bigEndian(2, UInt32(bitPattern: base.priority))
      }
      $0.bigEndian(5, 1)  // NF_ACCEPT where no rule decides.
      $0.attribute(7, base.kind.rawValue)
    }
  }

  /// Appends a rule to a chain.
  public mutating func addRule(_ chain: String, _ expressions: [Expression]) {
    message(.newRule, [.create, .append]) {
      $0.attribute(1, $1)
      $0.attribute(2, chain)
      $0.nested(4) { list in expressions.forEach { list.append($0) } }
    }
  }

  /// Creates a set or map.
  public mutating func createSet(_ set: FirewallSet) {
    // The kernel finds sets of one batch by their number before it knows their names.
    let number = UInt32(truncatingIfNeeded: messages.count)
    message(.newSet, [.create]) {
      $0.attribute(1, $1)
      $0.attribute(2, set.name)
      $0.bigEndian(3, set.flags)
      $0.bigEndian(4, FirewallSet.typeNumber(set.key))
      $0.bigEndian(5, FirewallSet.length(set.key))
      switch set.content {
      case .keys: break
      case .values(let parts):
        $0.bigEndian(6, FirewallSet.typeNumber(parts))
        $0.bigEndian(7, FirewallSet.length(parts))
      case .verdicts: $0.bigEndian(6, 0xFFFF_FF00)
      }
      if set.holdsRanges {
        $0.nested(9) { description in  // NFTA_SET_DESC
          description.nested(2) { parts in  // NFTA_SET_DESC_CONCAT
            for part in set.key { parts.nested(1) { $0.bigEndian(1, part.length) } }
          }
        }
      }
      $0.bigEndian(10, number)
      // For `nft` alone: names of devices are in the machine's order of bytes, as nft has it
      // (NFTNL_UDATA_SET_KEYBYTEORDER).
      if set.key == [.deviceName] { $0.attribute(13, [0, 4, 1, 0, 0, 0]) }
    }
  }

  /// Adds elements to a set or map.
  ///
  /// - Parameter exclusive: whether a key that is there already is `EEXIST`; otherwise only one that
  ///   leads to something else is.
  public mutating func addElements(
    _ set: String, _ elements: [FirewallElement], exclusive: Bool = false
  ) {
    appendElements(.newElements, exclusive ? [.create, .exclusive] : [.create], set, elements)
  }

  /// Removes elements by their keys; `ENOENT` if one is not there.
  public mutating func removeElements(_ set: String, _ elements: [FirewallElement]) {
    appendElements(.deleteElements, [], set, elements)
  }

  private mutating func appendElements(
    _ kind: Message, _ flags: NetlinkRequest.Flags, _ set: String, _ elements: [FirewallElement]
  ) {
    var rest = elements[...]
    while !rest.isEmpty {
      let part = rest.prefix(FirewallBatch.elementsPerMessage)
      rest = rest.dropFirst(part.count)
      message(kind, flags) {
        $0.attribute(1, $1)
        $0.attribute(2, set)
        $0.nested(3) { list in part.forEach { list.append($0) } }
      }
    }
  }

  private mutating func message(
    _ kind: Message, _ flags: NetlinkRequest.Flags,
    _ fill: (inout NetlinkRequest, _ table: String) -> Void
  ) {
    let tables: UInt16 = 10 << 8  // NFNL_SUBSYS_NFTABLES
    var request = NetlinkRequest(
      .init(rawValue: tables | kind.rawValue), flags,
      sequence: UInt32(truncatingIfNeeded: messages.count + 1))
    request.appendHeader(family: FirewallBatch.inet, resource: 0)
    fill(&request, table)
    messages.append(request.finished())
  }

  /// The whole batch as one datagram: a begin, the changes numbered from 1, an end. The last change
  /// is acknowledged.
  func datagram() -> [UInt8] {
    var result: [UInt8] = []
    var begin = NetlinkRequest(.init(rawValue: 16), [], sequence: 0)  // NFNL_MSG_BATCH_BEGIN
    begin.appendHeader(family: 0, resource: 10)
    result += begin.finished()
    for message in messages.dropLast() { result += message }
    if var last = messages.last {
      last[6] |= UInt8(truncatingIfNeeded: NetlinkRequest.Flags.acknowledge.rawValue)
      result += last
    }
    var end = NetlinkRequest(
      .init(rawValue: 17), [], sequence: UInt32(truncatingIfNeeded: messages.count + 1))
    end.appendHeader(family: 0, resource: 10)
    return result + end.finished()
  }
}

extension FirewallSet {
  /// NFT_SET_… of linux/netfilter/nf_tables.h: a map, of ranges, of several parts.
  fileprivate var flags: UInt32 { (content == .keys ? 0 : 0x8) | (holdsRanges ? 0x4 | 0x80 : 0) }
}

extension NetlinkRequest {
  /// struct nfgenmsg: the version is 0.
  mutating func appendHeader(family: UInt8, resource: UInt16) {
    append(family)
    append(UInt8(0))
    append(resource.bigEndian)
  }

  fileprivate mutating func append(_ element: FirewallElement) {
    nested(1) {
      $0.data(1, element.key)
      switch element.value {
      case .none: break
      case .bytes(let bytes): $0.data(2, bytes)
      case .verdict(let verdict): $0.data(2, verdict)
      }
      if let last = element.last { $0.data(10, last) }
    }
  }
}
