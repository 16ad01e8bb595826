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

  /// AF_INET and AF_INET6.
  public static let familyV4: UInt8 = 2
  public static let familyV6: UInt8 = 10

  fileprivate static let fixedLength = 8
  /// IFA_F_NODAD: nobody is asked whether another has the address, which takes a second or two.
  fileprivate static let withoutDetection: UInt32 = 0x02

  // The attributes, IFA_… of linux/if_addr.h.
  fileprivate static let peerAttribute: UInt16 = 1
  fileprivate static let localAttribute: UInt16 = 2
  fileprivate static let broadcastAttribute: UInt16 = 4
  fileprivate static let flagsAttribute: UInt16 = 8

  /// An address that is to be set: global, and of an IPv4 network with the broadcast address of it.
  ///
  /// - Parameters:
  ///   - bytes: 4 or 16.
  ///   - detectsDuplicates: whether IPv6 first asks whether another has it.
  public init(_ bytes: [UInt8], prefixLength: UInt8, detectsDuplicates: Bool = false) {
    family = bytes.count == 16 ? Address.familyV6 : Address.familyV4
    self.prefixLength = prefixLength
    scope = 0
    linkIndex = 0
    local = bytes
    peer = bytes
    flags = bytes.count == 16 && !detectsDuplicates ? Address.withoutDetection : 0
    if bytes.count == 4, prefixLength < 31 {
      broadcast = bytes.enumerated().map { position, byte in
        let bits = min(max(Int(prefixLength) - 8 * position, 0), 8)
        return byte | UInt8(truncatingIfNeeded: 0xFF >> bits)
      }
    }
  }

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

  fileprivate mutating func append(_ address: Address, of index: Int32) {
    appendAddress(
      family: address.family, prefixLength: address.prefixLength, scope: address.scope,
      linkIndex: UInt32(bitPattern: index))
    attribute(Address.localAttribute, address.local)
    attribute(Address.peerAttribute, address.peer)
    if let broadcast = address.broadcast {
      attribute(Address.broadcastAttribute, broadcast)
    }
    if address.flags & Address.withoutDetection != 0 {
      attribute(Address.flagsAttribute, Address.withoutDetection)
    }
  }
}

extension RouteSession where Socket: ~Copyable {
  /// The addresses of a device.
  public mutating func addresses(of index: Int32) throws(SystemError) -> [Address] {
    try addresses().filter { $0.linkIndex == UInt32(bitPattern: index) }
  }

  /// The addresses of all devices.
  public mutating func addresses() throws(SystemError) -> [Address] {
    let answers = try list("list addresses", .getAddress) {
      $0.appendAddress(family: 0, prefixLength: 0, scope: 0, linkIndex: 0)
    }
    return answers.compactMap { Address($0) }
  }

  /// Gives a device an address that it does not have.
  public mutating func add(_ address: Address, to index: Int32) throws(SystemError) {
    try perform("add address", "to device \(index)", .newAddress, [.create, .exclusive]) {
      $0.append(address, of: index)
    }
  }

  /// Takes an address from a device.
  public mutating func remove(_ address: Address, from index: Int32) throws(SystemError) {
    try perform("remove address", "from device \(index)", .deleteAddress) {
      $0.append(address, of: index)
    }
  }
}
