public import LinuxSystem

/// A network device that is to be made: ip-link(8), `add`.
public struct NewLink: Sendable {
  /// What it is made of, with what only this kind has.
  public enum Kind: Sendable {
    case bridge(filtersVLANs: Bool)
    /// Two devices that are each other's line; the other end may begin its life in another namespace.
    case veth(peer: Peer)
    /// A device of its own hardware address on the parent's line.
    case macvlan(MacvlanMode)
    /// A device with the parent's hardware address.
    case ipvlan(IpvlanMode)
    /// The packets of the parent that carry this tag.
    case vlan(id: UInt16)
    /// Devices with a routing table of their own.
    case vrf(table: UInt32)
    case dummy
  }

  /// MACVLAN_MODE_… of linux/if_link.h.
  public enum MacvlanMode: UInt32, Sendable {
    case `private` = 1
    case vepa = 2
    case bridge = 4
    case passthru = 8
  }

  /// IPVLAN_MODE_… of linux/if_link.h.
  public enum IpvlanMode: UInt16, Sendable {
    case l2 = 0
    case l3 = 1
    case l3s = 2
  }

  /// A veth's other end.
  public struct Peer: Sendable {
    public var name: String
    public var hardwareAddress: [UInt8]?
    public var mtu: UInt32?
    /// The number of its namespace's open file; nil for the session's own.
    public var namespace: CInt?

    public init(name: String) { self.name = name }
  }

  /// A `%d` in it is a number that is free.
  public var name: String
  public var kind: Kind
  public var hardwareAddress: [UInt8]?
  public var mtu: UInt32?
  /// The bridge or VRF that it becomes part of.
  public var master: Int32?
  /// The device that it stands on.
  public var parent: Int32?
  /// Not for a veth, whose other end is not there yet.
  public var isUp = false
  /// The number of the open file of the namespace in which it begins its life; nil for the
  /// session's own.
  public var namespace: CInt?
  /// Of a macvlan: how many a broadcast may go to before it waits in a queue; -1 for no queue.
  public var broadcastLimit: Int32?

  public init(name: String, _ kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

extension RouteSession where Socket: ~Copyable {
  /// Makes a device; `EEXIST` if its name is taken.
  ///
  /// All that it shall be is in one message: to change a device afterwards, above all to move it to
  /// another namespace, makes the kernel wait for all readers of it, some milliseconds each time.
  public mutating func add(_ link: NewLink) throws(SystemError) {
    try perform("add network device", link.name, .newLink, [.create, .exclusive]) {
      $0.appendLink(index: 0, flags: link.isUp ? Link.up : 0, change: link.isUp ? Link.up : 0)
      $0.attribute(Link.Attribute.name, link.name)
      if let address = link.hardwareAddress {
        $0.attribute(Link.Attribute.hardwareAddress, address)
      }
      if let mtu = link.mtu { $0.attribute(Link.Attribute.mtu, mtu) }
      if let parent = link.parent { $0.attribute(Link.Attribute.parent, parent) }
      if let master = link.master { $0.attribute(Link.Attribute.master, master) }
      if let namespace = link.namespace {
        $0.attribute(Link.Attribute.namespace, UInt32(bitPattern: namespace))
      }
      $0.nested(Link.Attribute.info, isMarked: false) {
        $0.attribute(Link.Attribute.infoKind, Array(link.kind.name.utf8))
        $0.appendData(of: link)
      }
    }
  }
}

extension NewLink.Kind {
  var name: String {
    switch self {
    case .bridge: "bridge"
    case .veth: "veth"
    case .macvlan: "macvlan"
    case .ipvlan: "ipvlan"
    case .vlan: "vlan"
    case .vrf: "vrf"
    case .dummy: "dummy"
    }
  }
}

extension NetlinkRequest {
  fileprivate mutating func appendData(of link: NewLink) {
    let data = Link.Attribute.infoData
    switch link.kind {
    case .bridge(let filtersVLANs):
      guard filtersVLANs else { return }
      nested(data, isMarked: false) { $0.attribute(7, UInt8(1)) }  // IFLA_BR_VLAN_FILTERING
    case .veth(let peer):
      nested(data, isMarked: false) {
        $0.nested(1, isMarked: false) {  // VETH_INFO_PEER
          $0.appendLink(index: 0)
          $0.attribute(Link.Attribute.name, peer.name)
          if let address = peer.hardwareAddress {
            $0.attribute(Link.Attribute.hardwareAddress, address)
          }
          if let mtu = peer.mtu { $0.attribute(Link.Attribute.mtu, mtu) }
          if let namespace = peer.namespace {
            $0.attribute(Link.Attribute.namespace, UInt32(bitPattern: namespace))
          }
        }
      }
    case .macvlan(let mode):
      nested(data, isMarked: false) {
        $0.attribute(1, mode.rawValue)  // IFLA_MACVLAN_MODE
        if let limit = link.broadcastLimit { $0.attribute(9, limit) }  // IFLA_MACVLAN_BC_CUTOFF
      }
    case .ipvlan(let mode):
      nested(data, isMarked: false) { $0.attribute(1, mode.rawValue) }  // IFLA_IPVLAN_MODE
    case .vlan(let id):
      nested(data, isMarked: false) { $0.attribute(1, id) }  // IFLA_VLAN_ID
    case .vrf(let table):
      nested(data, isMarked: false) { $0.attribute(1, table) }  // IFLA_VRF_TABLE
    case .dummy: break
    }
  }
}
