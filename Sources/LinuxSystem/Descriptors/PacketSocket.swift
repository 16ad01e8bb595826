import CLinux
import Glibc
public import SystemPackage

/// IPv4 packets on one device, whole with their headers: what a host without an address can send. See
/// packet(7).
public enum PacketSocket {
  /// A socket that gets the device's IPv4 packets.
  ///
  /// - Parameter link: the device's number.
  public static func open(onLink link: Int32) throws(SystemError) -> OwnedDescriptor {
    let kind = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let number = try systemCall("socket", "packet") {
      CLinux.socket(AF_PACKET, kind, CInt(ipv4.bigEndian))
    }
    let socket = OwnedDescriptor(owning: number)
    try withAddress(link) { (address, length) throws(SystemError) in
      try systemCall("bind", "packet") { CLinux.bind(number, address, length) }
    }
    return socket
  }

  /// Sends a packet to all who are on the line.
  public static func broadcast(
    _ packet: [UInt8], from socket: FileDescriptor, onLink link: Int32
  ) throws(SystemError) {
    try withAddress(link) { (address, length) throws(SystemError) in
      _ = try systemCall("sendto", "packet") { () -> Int in
        packet.withUnsafeBytes {
          sendto(socket.rawValue, $0.baseAddress, $0.count, 0, address, length)
        }
      }
    }
  }

  private static let ipv4: UInt16 = 0x0800

  /// struct sockaddr_ll with the hardware address of all.
  private static func withAddress(
    _ link: Int32, _ body: (__CONST_SOCKADDR_ARG, socklen_t) throws(SystemError) -> Void
  ) throws(SystemError) {
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) {
      $0.storeBytes(of: sa_family_t(AF_PACKET), as: sa_family_t.self)
      $0.storeBytes(of: ipv4.bigEndian, toByteOffset: 2, as: UInt16.self)
      $0.storeBytes(of: link, toByteOffset: 4, as: Int32.self)
      $0[11] = 6
      for position in 12..<18 { $0[position] = 0xFF }
    }
    try withUnsafePointer(to: &storage) { (pointer) throws(SystemError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        (pointer) throws(SystemError) in
        try body(__CONST_SOCKADDR_ARG(__sockaddr__: pointer), 20)
      }
    }
  }
}
