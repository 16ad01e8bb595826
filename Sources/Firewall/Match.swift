/// What rules ask of packets, each as the expressions that do it. They use registers 0 to 3, and
/// the one that is named.
extension [Expression] {
  /// The packet is of IPv4 or IPv6: asked before anything of its header.
  public static func family(isV6: Bool) -> [Expression] {
    [
      .meta(.networkProtocol, into: Register(0)),
      .compare(Register(0), to: [isV6 ? 10 : 2]),
    ]
  }

  /// The packet came in by this device.
  public static func incoming(_ name: String, is isEqual: Bool = true) -> [Expression] {
    [
      .meta(.incomingDeviceName, into: Register(0)),
      .compare(Register(0), isEqual: isEqual, to: deviceName(name)),
    ]
  }

  /// The packet came in by a device of a set.
  public static func incoming(in set: String) -> [Expression] {
    [
      .meta(.incomingDeviceName, into: Register(0)),
      .contains(set: set, key: Register(0)),
    ]
  }

  /// The packet leaves by a device of a set.
  public static func outgoing(in set: String) -> [Expression] {
    [
      .meta(.outgoingDeviceName, into: Register(0)),
      .contains(set: set, key: Register(0)),
    ]
  }

  /// A set of pairs of device names holds the two that the packet passes.
  public static func passing(in set: String) -> [Expression] {
    [
      .meta(.incomingDeviceName, into: Register(0)),
      .meta(.outgoingDeviceName, into: Register(4)),
      .contains(set: set, key: Register(0)),
    ]
  }

  /// The packet belongs to a connection that was let through, or to one that such a one opened.
  public static var established: [Expression] {
    hasBits(.state, 0x2 | 0x4)
  }

  /// The packet's connection was sent elsewhere than it wanted: to a published port.
  public static var isDestinationNAT: [Expression] { hasBits(.status, 1 << 5) }

  /// The destination is an address of this host.
  public static var toThisHost: [Expression] {
    let local: UInt32 = 2  // RTN_LOCAL of linux/rtnetlink.h
    return [
      .destinationAddressType(into: Register(0)),
      .compare(Register(0), to: bytes(of: local)),
    ]
  }

  /// The source is ::1; only behind `family(isV6: true)`.
  public static var loopbackV6Source: [Expression] {
    [
      .payload(.network, offset: 8, length: 16, into: Register(0)),
      .compare(Register(0), to: [UInt8](repeating: 0, count: 15) + [1]),
    ]
  }

  /// The source or destination lies in 127.0.0.0/8; only behind `family(isV6: false)`.
  public static func loopback(source: Bool) -> [Expression] {
    [
      .payload(.network, offset: source ? 12 : 16, length: 4, into: Register(0)),
      .mask(Register(0), [255, 0, 0, 0]),
      .compare(Register(0), to: [127, 0, 0, 0]),
    ]
  }

  /// A set of pairs of ranges holds source and destination; behind `family` of the same kind.
  public static func addresses(isV6: Bool, in set: String) -> [Expression] {
    let length: UInt32 = isV6 ? 16 : 4
    return [
      .payload(.network, offset: isV6 ? 8 : 12, length: length, into: Register(0)),
      .payload(.network, offset: isV6 ? 24 : 16, length: length, into: Register(length / 4)),
      .contains(set: set, key: Register(0)),
    ]
  }

  private static func hasBits(_ key: ConnectionKey, _ bits: UInt32) -> [Expression] {
    [
      .connection(key, into: Register(0)),
      .mask(Register(0), bytes(of: bits)),
      .compare(Register(0), isEqual: false, to: [0, 0, 0, 0]),
    ]
  }
}

/// A device's name as a key: 16 bytes, the rest zero.
public func deviceName(_ name: String) -> [UInt8] {
  let bytes = Array(name.utf8.prefix(15))
  return bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
}

/// A number as it lies in a register, where the kernel put it there itself.
private func bytes(of number: UInt32) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
