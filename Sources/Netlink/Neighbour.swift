public import LinuxSystem

/// Which hardware address has a network address: ip-neighbour(8).
public struct Neighbour: Equatable, Sendable {
  /// The number of the device on whose line it is.
  public var linkIndex: Int32
  /// 4 or 16 bytes.
  public var address: [UInt8]
  /// Empty while it is not known.
  public var hardwareAddress: [UInt8]
  /// NUD_… of linux/neighbour.h: 0x80 is permanent.
  public var state: UInt16

  public static let permanent: UInt16 = 0x80
  fileprivate static let fixedLength = 12

  public init(
    linkIndex: Int32, address: [UInt8], hardwareAddress: [UInt8],
    state: UInt16 = Neighbour.permanent
  ) {
    self.linkIndex = linkIndex
    self.address = address
    self.hardwareAddress = hardwareAddress
    self.state = state
  }

  fileprivate init?(_ answer: NetlinkAnswer) {
    let attributes = answer.attributes(after: Neighbour.fixedLength)
    guard answer.kind == .newNeighbour, let index = answer.body.number(at: 4, as: Int32.self),
      let state = answer.body.number(at: 8, as: UInt16.self), let address = attributes[1]
    else { return nil }
    linkIndex = index
    self.state = state
    self.address = Array(address)
    hardwareAddress = attributes[2].map { Array($0) } ?? []
  }
}

extension NetlinkRequest {
  /// The fixed part of messages about neighbours: struct ndmsg.
  fileprivate mutating func appendNeighbour(family: UInt8, linkIndex: Int32, state: UInt16) {
    append(family)
    append(UInt8(0))
    append(UInt16(0))
    append(linkIndex)
    append(state)
    append(UInt16(0))  // No flags, any type.
  }
}

extension RouteSession where Socket: ~Copyable {
  /// The neighbours of a family, AF_INET or AF_INET6.
  public mutating func neighbours(family: UInt8) throws(SystemError) -> [Neighbour] {
    try list("list neighbours", .getNeighbour) {
      $0.appendNeighbour(family: family, linkIndex: 0, state: 0)
    }.compactMap { Neighbour($0) }
  }

  /// Sets a neighbour, in the place of what was known of it.
  public mutating func set(_ neighbour: Neighbour) throws(SystemError) {
    try perform(
      "set neighbour", "of device \(neighbour.linkIndex)", .newNeighbour, [.create, .replace]
    ) {
      $0.appendNeighbour(
        family: neighbour.address.count == 16 ? Address.familyV6 : Address.familyV4,
        linkIndex: neighbour.linkIndex, state: neighbour.state)
      $0.attribute(1, neighbour.address)  // NDA_DST
      $0.attribute(2, neighbour.hardwareAddress)  // NDA_LLADDR
    }
  }
}
