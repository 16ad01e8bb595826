public import LinuxSystem
public import SystemPackage

/// A network device. See rtnetlink(7), RTM_NEWLINK.
public struct Link: Equatable, Sendable {
  /// Its number in its network namespace.
  public var index: Int32
  public var name: String
  /// Whether it is in use.
  public var isUp: Bool

  /// The loopback device is the first of every network namespace.
  public static let loopbackIndex: Int32 = 1

  fileprivate static let fixedLength = 16
  fileprivate static let up: UInt32 = 0x1

  // The attributes, IFLA_… of linux/if_link.h.
  fileprivate static let nameAttribute: UInt16 = 3
  fileprivate static let namespaceAttribute: UInt16 = 28

  fileprivate init?(_ answer: NetlinkAnswer) {
    guard answer.kind == .newLink, let index = answer.body.number(at: 4, as: Int32.self),
      let flags = answer.body.number(at: 8, as: UInt32.self),
      let name = answer.attributes(after: Link.fixedLength)[Link.nameAttribute]
    else { return nil }
    self.index = index
    self.name = name.text
    isUp = flags & Link.up != 0
  }
}

extension NetlinkRequest {
  /// The fixed part of messages about links: struct ifinfomsg.
  fileprivate mutating func appendLink(index: Int32, flags: UInt32 = 0, change: UInt32 = 0) {
    append(UInt8(0))  // Any family.
    append(UInt8(0))
    append(UInt16(0))  // Any type.
    append(index)
    append(flags)
    append(change)
  }
}

extension RouteSession where Socket: ~Copyable {
  /// The device of a name; `ENODEV` if there is none.
  public mutating func link(named name: String) throws(SystemError) -> Link {
    let answer = try get("find network device", name, .getLink) {
      $0.appendLink(index: 0)
      $0.attribute(Link.nameAttribute, name)
    }
    guard let link = Link(answer) else {
      throw SystemError("find network device", name, .invalidArgument)
    }
    return link
  }

  /// Puts a device into use, or out of it.
  public mutating func setUp(_ isUp: Bool, _ index: Int32) throws(SystemError) {
    let operation = isUp ? "set network device up" : "set network device down"
    try perform(operation, "number \(index)", .newLink) {
      $0.appendLink(index: index, flags: isUp ? Link.up : 0, change: Link.up)
    }
  }

  /// Gives a device that is not in use another name.
  public mutating func rename(_ index: Int32, to name: String) throws(SystemError) {
    try perform("rename network device", "to \(name)", .newLink) {
      $0.appendLink(index: index)
      $0.attribute(Link.nameAttribute, name)
    }
  }

  /// Moves a device to another network namespace and names it, in one step: in between it could
  /// meet a device of its old name there.
  ///
  /// - Parameter namespace: a file of /proc/PID/ns.
  public mutating func move(
    _ index: Int32, to namespace: FileDescriptor, as name: String
  ) throws(SystemError) {
    try perform("move network device", name, .newLink) {
      $0.appendLink(index: index)
      $0.attribute(Link.nameAttribute, name)
      $0.attribute(Link.namespaceAttribute, UInt32(bitPattern: namespace.rawValue))
    }
  }
}
