public import LinuxSystem
public import SystemPackage

/// A network device. See rtnetlink(7), RTM_NEWLINK.
public struct Link: Equatable, Sendable {
  /// Its number in its network namespace.
  public var index: Int32
  public var name: String
  /// Whether it is in use.
  public var isUp: Bool
  /// The most bytes of a packet.
  public var mtu: UInt32
  /// Its hardware address; empty where it has none.
  public var hardwareAddress: [UInt8]
  /// The number of the bridge or VRF that it is part of.
  public var master: Int32?
  /// The number of the device that it stands on, or of a veth's other end, in whichever namespace
  /// that is.
  public var parent: Int32?
  /// What made it: `bridge`, `veth`, `macvlan`; nil for a real device.
  public var kind: String?

  /// The loopback device is the first of every network namespace.
  public static let loopbackIndex: Int32 = 1

  static let fixedLength = 16
  static let up: UInt32 = 0x1

  /// The attributes, IFLA_… of linux/if_link.h.
  enum Attribute {
    static let hardwareAddress: UInt16 = 1
    static let name: UInt16 = 3
    static let mtu: UInt16 = 4
    static let parent: UInt16 = 5
    static let master: UInt16 = 10
    static let info: UInt16 = 18
    static let addressFamilies: UInt16 = 26
    static let namespace: UInt16 = 28
    static let infoKind: UInt16 = 1
    static let infoData: UInt16 = 2
  }

  init?(_ answer: NetlinkAnswer) {
    let attributes = answer.attributes(after: Link.fixedLength)
    guard answer.kind == .newLink, let index = answer.body.number(at: 4, as: Int32.self),
      let flags = answer.body.number(at: 8, as: UInt32.self),
      let name = attributes[Attribute.name]
    else { return nil }
    self.index = index
    self.name = name.text
    isUp = flags & Link.up != 0
    mtu = attributes[Attribute.mtu]?.number(at: 0, as: UInt32.self) ?? 0
    hardwareAddress = attributes[Attribute.hardwareAddress].map { Array($0) } ?? []
    master = attributes[Attribute.master]?.number(at: 0, as: Int32.self)
    parent = attributes[Attribute.parent]?.number(at: 0, as: Int32.self)
    kind = attributes[Attribute.info]?.attributes[Attribute.infoKind]?.text
  }
}

extension NetlinkRequest {
  /// The fixed part of messages about links: struct ifinfomsg.
  mutating func appendLink(
    family: UInt8 = 0, index: Int32, flags: UInt32 = 0, change: UInt32 = 0
  ) {
    append(family)
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
      $0.attribute(Link.Attribute.name, name)
    }
    guard let link = Link(answer) else {
      throw SystemError("find network device", name, .invalidArgument)
    }
    return link
  }

  /// All devices of the namespace.
  public mutating func links() throws(SystemError) -> [Link] {
    try list("list network devices", .getLink) { $0.appendLink(index: 0) }.compactMap(Link.init)
  }

  /// Puts a device into use, or out of it.
  public mutating func setUp(_ isUp: Bool, _ index: Int32) throws(SystemError) {
    let operation = isUp ? "set network device up" : "set network device down"
    try perform(operation, "number \(index)", .newLink) {
      $0.appendLink(index: index, flags: isUp ? Link.up : 0, change: Link.up)
    }
  }

  /// Puts a bridge's port into use; packets may leave by it that came in by it, as those of a
  /// container to itself by way of the host (bridge(8), `hairpin on`).
  public mutating func setUpPort(_ index: Int32) throws(SystemError) {
    try perform("set bridge port up", "number \(index)", .newLink) {
      $0.appendLink(index: index, flags: Link.up, change: Link.up)
      $0.nested(Link.Attribute.info, isMarked: false) {
        $0.attribute(4, Array("bridge".utf8))  // IFLA_INFO_SLAVE_KIND
        $0.nested(5, isMarked: false) { $0.attribute(4, UInt8(1)) }  // IFLA_BRPORT_MODE
      }
    }
  }

  /// Waits until a bridge's port and the bridge carry packets, which the kernel decides in its own time after both
  /// ends of the line are in use; at most some 100 ms.
  public mutating func waitForPort(_ index: Int32) throws(SystemError) {
    let forwarding: UInt8 = 3  // BR_STATE_FORWARDING
    for _ in 0..<100 {
      // A kernel of 6.9 or later does the deferred work when it is asked.
      let answer = try get("find network device", "number \(index)", .getLink) {
        $0.appendLink(index: index)
      }
      let port = answer.attributes(after: Link.fixedLength)[Link.Attribute.info]?
        .attributes[5]?.attributes[1]  // IFLA_INFO_SLAVE_DATA, IFLA_BRPORT_STATE
      let attributes = answer.attributes(after: Link.fixedLength)
      if port?.first == forwarding {
        guard let bridge = attributes[Link.Attribute.master]?.number(at: 0, as: Int32.self),
          try !isOperational(bridge)
        else { return }
      }
      MonotonicClock.sleep(milliseconds: 1)
    }
  }

  /// Whether a device passes packets on: until then it drops what is to leave by it (IFLA_OPERSTATE, RFC
  /// 2863).
  private mutating func isOperational(_ index: Int32) throws(SystemError) -> Bool {
    let answer = try get("find network device", "number \(index)", .getLink) {
      $0.appendLink(index: index)
    }
    let state = answer.attributes(after: Link.fixedLength)[16]?.first
    return state == 6 || state == 0  // IF_OPER_UP, IF_OPER_UNKNOWN
  }

  /// Gives a device that is not in use another name.
  public mutating func rename(_ index: Int32, to name: String) throws(SystemError) {
    try perform("rename network device", "to \(name)", .newLink) {
      $0.appendLink(index: index)
      $0.attribute(Link.Attribute.name, name)
    }
  }

  /// Makes a device part of a bridge or VRF.
  public mutating func setMaster(
    _ master: Int32, of index: Int32
  ) throws(SystemError) {
    try perform("set master of network device", "number \(index)", .newLink) {
      $0.appendLink(index: index)
      $0.attribute(Link.Attribute.master, master)
    }
  }

  /// Removes a device, with a veth also its other end.
  public mutating func deleteLink(_ index: Int32) throws(SystemError) {
    try perform("delete network device", "number \(index)", .deleteLink) {
      $0.appendLink(index: index)
    }
  }

  /// Removes a device; `ENODEV` if there is none of this name.
  public mutating func deleteLink(named name: String) throws(SystemError) {
    try perform("delete network device", name, .deleteLink) {
      $0.appendLink(index: 0)
      $0.attribute(Link.Attribute.name, name)
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
      $0.attribute(Link.Attribute.name, name)
      $0.attribute(Link.Attribute.namespace, UInt32(bitPattern: namespace.rawValue))
    }
  }

  /// Lets a bridge's port carry only one VLAN, untagged on the port's side (bridge(8), `vlan add`).
  public mutating func setPortVLAN(_ vlan: UInt16, of index: Int32) throws(SystemError) {
    let bridgeFamily: UInt8 = 7
    let portVLANUntagged: UInt16 = 0x2 | 0x4
    try perform("set VLAN of network device", "number \(index)", .setLink) {
      $0.appendLink(family: bridgeFamily, index: index)
      $0.nested(Link.Attribute.addressFamilies, isMarked: false) {
        // IFLA_BRIDGE_VLAN_INFO with struct bridge_vlan_info.
        let info = [portVLANUntagged, vlan].flatMap { number in
          withUnsafeBytes(of: number) { Array($0) }
        }
        $0.attribute(2, info)
      }
    }
  }
}
