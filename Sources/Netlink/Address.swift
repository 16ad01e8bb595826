public import LinuxSystem

/// An address of a network device. See rtnetlink(7), RTM_NEWADDR.
public struct Address: Equatable, Sendable {
  /// AF_INET or AF_INET6.
  public var family: UInt8
  public var prefixLength: UInt8
  /// 0 is global, higher is narrower.
  public var scope: UInt8
  /// The number of its device.
  public var linkIndex: UInt32
  /// The address itself, 4 or 16 bytes.
  public var local: [UInt8]
  /// The other end of a line between two; the address itself on any other.
  public var peer: [UInt8]
  public var broadcast: [UInt8]?
  /// The flags, IFA_F_… of linux/if_addr.h.
  public var flags: UInt32

  /// Whether it was set by somebody, and not learnt from the network for a time.
  public var isPermanent: Bool { flags & 0x80 != 0 }
  /// Whether it counts everywhere, and not on one link or machine alone.
  public var isGlobal: Bool { scope == 0 }

  fileprivate static let fixedLength = 8

  // The attributes, IFA_… of linux/if_addr.h.
  fileprivate static let peerAttribute: UInt16 = 1
  fileprivate static let localAttribute: UInt16 = 2
  fileprivate static let broadcastAttribute: UInt16 = 4
  fileprivate static let flagsAttribute: UInt16 = 8

  fileprivate init?(_ answer: NetlinkAnswer) {
    let attributes = answer.attributes(after: Address.fixedLength)
    guard answer.kind == .newAddress, let family = answer.body.number(at: 0, as: UInt8.self),
      let prefixLength = answer.body.number(at: 1, as: UInt8.self),
      let shortFlags = answer.body.number(at: 2, as: UInt8.self),
      let scope = answer.body.number(at: 3, as: UInt8.self),
      let linkIndex = answer.body.number(at: 4, as: UInt32.self),
      // IPv6 names only the second unless there is another end.
      let peer = attributes[Address.peerAttribute] ?? attributes[Address.localAttribute]
    else { return nil }
    self.family = family
    self.prefixLength = prefixLength
    self.scope = scope
    self.linkIndex = linkIndex
    self.peer = Array(peer)
    local = Array(attributes[Address.localAttribute] ?? peer)
    broadcast = attributes[Address.broadcastAttribute].map { Array($0) }
    flags = attributes[Address.flagsAttribute]?.number(at: 0, as: UInt32.self) ?? UInt32(shortFlags)
  }
}

extension NetlinkRequest {
  /// The fixed part of messages about addresses: struct ifaddrmsg.
  fileprivate mutating func appendAddress(
    family: UInt8, prefixLength: UInt8, scope: UInt8, linkIndex: UInt32
  ) {
    append(family)
    append(prefixLength)
    append(UInt8(0))
    append(scope)
    append(linkIndex)
  }
}

extension RouteSession where Socket: ~Copyable {
  /// The addresses of a device.
  public mutating func addresses(of index: Int32) throws(SystemError) -> [Address] {
    let answers = try list("list addresses", .getAddress) {
      $0.appendAddress(family: 0, prefixLength: 0, scope: 0, linkIndex: 0)
    }
    return answers.compactMap { Address($0) }.filter { $0.linkIndex == UInt32(bitPattern: index) }
  }

  /// Gives a device an address that it does not have.
  public mutating func add(_ address: Address, to index: Int32) throws(SystemError) {
    try perform("add address", "to device \(index)", .newAddress, [.create, .exclusive]) {
      $0.appendAddress(
        family: address.family, prefixLength: address.prefixLength, scope: address.scope,
        linkIndex: UInt32(bitPattern: index))
      $0.attribute(Address.localAttribute, address.local)
      $0.attribute(Address.peerAttribute, address.peer)
      if let broadcast = address.broadcast {
        $0.attribute(Address.broadcastAttribute, broadcast)
      }
    }
  }
}
