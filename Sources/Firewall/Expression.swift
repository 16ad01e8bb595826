import Netlink

/// One step of a rule: it loads, compares or decides. See nft(8) for what they mean together.
///
/// A rule is done when a comparison fails or a verdict is reached.
public enum Expression: Equatable, Sendable {
  /// Loads what is known beside the packet's bytes.
  case meta(MetaKey, into: Register)
  /// Loads bytes of a header.
  case payload(Header, offset: UInt32, length: UInt32, into: Register)
  /// Loads something of the packet's connection.
  case connection(ConnectionKey, into: Register)
  /// Gives the packet, or its connection, the mark of a register.
  case setMark(ofConnection: Bool, from: Register)
  /// Loads what kind of address the destination is to this host: RTN_LOCAL and its kin.
  case destinationAddressType(into: Register)
  /// Goes on if a register is (or is not) this.
  case compare(Register, isEqual: Bool = true, to: [UInt8])
  /// Ands a register with a mask.
  case mask(Register, [UInt8])
  /// Goes on if a set holds the key that begins at a register, or holds it not.
  case contains(set: String, key: Register, isInverted: Bool = false)
  /// Looks the key up in a map and loads its value; ends the rule where there is none.
  case map(name: String, key: Register, into: Register)
  /// Looks the key up in a verdict map and follows the verdict.
  case verdictMap(name: String, key: Register)
  /// Changes a connection's destination to the address and port of these registers.
  case destinationNAT(isV6: Bool, address: Register, port: Register?)
  /// Gives a connection the address of the device that it leaves by.
  case masquerade
  /// Sends a connection to this host, to the port of a register.
  case redirect(port: Register)
  case load([UInt8], into: Register)
  case verdict(Verdict)
}

/// Four bytes of a rule's memory, 0 to 15; longer values take several in a row.
public struct Register: Equatable, Sendable {
  public let number: UInt32
  public init(_ number: UInt32) { self.number = number }

  /// NFT_REG32_00 of linux/netfilter/nf_tables.h is the first.
  fileprivate var kernelNumber: UInt32 { 8 + number }
}

/// NFT_META_… of linux/netfilter/nf_tables.h.
public enum MetaKey: UInt32, Sendable {
  case incomingDeviceName = 6
  case outgoingDeviceName = 7
  case networkProtocol = 15
  case transportProtocol = 16
}

/// NFT_PAYLOAD_…: where an offset counts from.
public enum Header: UInt32, Sendable {
  case network = 1
  case transport = 2
}

/// NFT_CT_… of linux/netfilter/nf_tables.h.
public enum ConnectionKey: UInt32, Sendable {
  /// A bit set, `ConnectionState`.
  case state = 0
  /// A bit set, IPS_… of linux/netfilter/nf_conntrack_common.h.
  case status = 2
  /// What the firewall itself has put there.
  case mark = 3
}

/// What a rule decides.
public enum Verdict: Equatable, Sendable {
  case accept, drop, `return`
  /// Goes to a chain and comes back at its end.
  case jump(String)
  /// Goes to a chain for good.
  case goto(String)

  fileprivate var code: Int32 {
    switch self {
    case .drop: 0
    case .accept: 1
    case .jump: -3
    case .goto: -4
    case .return: -5
    }
  }

  fileprivate var chain: String? {
    switch self {
    case .jump(let chain), .goto(let chain): chain
    default: nil
    }
  }
}

extension NetlinkRequest {
  /// Numbers of nf_tables are in network order, whatever the machine's is.
  mutating func bigEndian(_ type: UInt16, _ value: UInt32) { attribute(type, value.bigEndian) }

  /// A value or a verdict: NFTA_DATA_….
  mutating func data(_ type: UInt16, _ value: [UInt8]) {
    nested(type) { $0.attribute(1, value) }
  }

  mutating func data(_ type: UInt16, _ verdict: Verdict) {
    nested(type) {
      $0.nested(2) {
        $0.bigEndian(1, UInt32(bitPattern: verdict.code))
        if let chain = verdict.chain { $0.attribute(2, chain) }
      }
    }
  }

  /// One expression as an element of a list: its name and what only its kind has.
  mutating func append(_ expression: Expression) {
    nested(1) {
      $0.attribute(1, expression.name)
      $0.nested(2) { $0.appendData(of: expression) }
    }
  }

  // The numbers are NFTA_…_… of linux/netfilter/nf_tables.h, in the order of their enumerations.
  private mutating func appendData(of expression: Expression) {
    switch expression {
    case .meta(let key, let register):
      bigEndian(1, register.kernelNumber)
      bigEndian(2, key.rawValue)
    case .payload(let header, let offset, let length, let register):
      bigEndian(1, register.kernelNumber)
      bigEndian(2, header.rawValue)
      bigEndian(3, offset)
      bigEndian(4, length)
    case .connection(let key, let register):
      bigEndian(1, register.kernelNumber)
      bigEndian(2, key.rawValue)
    case .setMark(let ofConnection, let register):
      bigEndian(2, 3)  // NFT_META_MARK and NFT_CT_MARK
      bigEndian(ofConnection ? 4 : 3, register.kernelNumber)
    case .destinationAddressType(let register):
      bigEndian(1, register.kernelNumber)
      bigEndian(2, 3)  // NFT_FIB_RESULT_ADDRTYPE
      bigEndian(3, 2)  // NFTA_FIB_F_DADDR
    case .compare(let register, let isEqual, let value):
      bigEndian(1, register.kernelNumber)
      bigEndian(2, isEqual ? 0 : 1)
      data(3, value)
    case .mask(let register, let mask):
      bigEndian(1, register.kernelNumber)
      bigEndian(2, register.kernelNumber)
      bigEndian(3, UInt32(truncatingIfNeeded: mask.count))
      data(4, mask)
      data(5, [UInt8](repeating: 0, count: mask.count))
    case .contains(let set, let key, let isInverted):
      attribute(1, set)
      bigEndian(2, key.kernelNumber)
      if isInverted { bigEndian(5, 1) }
    case .map(let name, let key, let register):
      attribute(1, name)
      bigEndian(2, key.kernelNumber)
      bigEndian(3, register.kernelNumber)
    case .verdictMap(let name, let key):
      attribute(1, name)
      bigEndian(2, key.kernelNumber)
      bigEndian(3, 0)  // NFT_REG_VERDICT
    case .destinationNAT(let isV6, let address, let port):
      bigEndian(1, 1)  // NFT_NAT_DNAT
      bigEndian(2, isV6 ? 10 : 2)
      bigEndian(3, address.kernelNumber)
      if let port { bigEndian(5, port.kernelNumber) }
    case .masquerade: break
    case .redirect(let port): bigEndian(1, port.kernelNumber)
    case .load(let value, let register):
      bigEndian(1, register.kernelNumber)
      data(2, value)
    case .verdict(let verdict):
      bigEndian(1, 0)  // NFT_REG_VERDICT
      data(2, verdict)
    }
  }
}

extension Expression {
  fileprivate var name: String {
    switch self {
    case .meta: "meta"
    case .payload: "payload"
    case .connection: "ct"
    case .setMark(let ofConnection, _): ofConnection ? "ct" : "meta"
    case .destinationAddressType: "fib"
    case .compare: "cmp"
    case .mask: "bitwise"
    case .contains, .map, .verdictMap: "lookup"
    case .destinationNAT: "nat"
    case .masquerade: "masq"
    case .redirect: "redir"
    case .load, .verdict: "immediate"
    }
  }
}
