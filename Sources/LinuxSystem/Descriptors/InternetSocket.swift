import CLinux
import Glibc
public import SystemPackage

/// Sockets of IPv4 and IPv6. See ip(7) and ipv6(7).
public enum InternetSocket {
  /// What goes over the wire.
  public enum Transport: Sendable {
    case tcp, udp, sctp
  }

  /// An address with a port.
  public struct Endpoint: Hashable, Sendable {
    /// 4 or 16 bytes.
    public var address: [UInt8]
    public var port: UInt16

    public init(address: [UInt8], port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// How a socket is bound.
  public struct BindOptions: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// A port whose former connections are not quite over may be taken again.
    public static let reusesAddress = BindOptions(rawValue: 1)
    /// The address may be one that the host does not have yet.
    public static let anyAddress = BindOptions(rawValue: 2)
    /// IPv6 alone; without it a socket of all addresses takes IPv4 too.
    public static let onlyV6 = BindOptions(rawValue: 4)
    /// Calls that would wait fail with `EAGAIN` instead.
    public static let nonBlocking = BindOptions(rawValue: 8)
    /// Datagrams may go to all on a line.
    public static let broadcast = BindOptions(rawValue: 16)
  }

  /// A socket bound to an address of 4 or 16 bytes; 16 zeros are all addresses of both families,
  /// unless `onlyV6` is given. Port 0 is one that is free.
  public static func bind(
    _ transport: Transport, to endpoint: Endpoint, _ options: BindOptions = []
  ) throws(SystemError) -> OwnedDescriptor {
    let socket = try open(transport, isV6: endpoint.address.count == 16, options)
    if options.contains(.reusesAddress) { try set(socket.lent, SOL_SOCKET, SO_REUSEADDR, 1) }
    if options.contains(.broadcast) { try set(socket.lent, SOL_SOCKET, SO_BROADCAST, 1) }
    if options.contains(.anyAddress) { try set(socket.lent, IPPROTO_IP_LEVEL, freeBind, 1) }
    if endpoint.address.count == 16 {
      try set(socket.lent, IPPROTO_IPV6_LEVEL, v6Only, options.contains(.onlyV6) ? 1 : 0)
    }
    try withAddress(endpoint) { (address, length) throws(SystemError) in
      try systemCall("bind", "port \(endpoint.port)") {
        CLinux.bind(socket.number, address, length)
      }
    }
    return socket
  }

  /// A socket that is not bound, to send from.
  public static func open(
    _ transport: Transport, isV6: Bool, _ options: BindOptions = []
  ) throws(SystemError) -> OwnedDescriptor {
    let kind = transport == .udp ? SOCK_DGRAM : SOCK_STREAM
    let flags =
      SOCK_CLOEXEC.rawValue | (options.contains(.nonBlocking) ? SOCK_NONBLOCK.rawValue : 0)
    let number = try systemCall("socket") {
      CLinux.socket(
        isV6 ? AF_INET6 : AF_INET, CInt(kind.rawValue | flags), transport == .sctp ? 132 : 0)
    }
    return OwnedDescriptor(owning: number)
  }

  /// Lets others connect to a bound socket. See listen(2).
  public static func listen(_ socket: FileDescriptor, backlog: CInt = 128) throws(SystemError) {
    try systemCall("listen") { CLinux.listen(socket.rawValue, backlog) }
  }

  /// Connects; with a socket that does not wait, `EINPROGRESS` means that it goes on.
  public static func connect(
    _ socket: FileDescriptor, to endpoint: Endpoint
  ) throws(SystemError) {
    try withAddress(endpoint) { (address, length) throws(SystemError) in
      try systemCall("connect", "port \(endpoint.port)") {
        CLinux.connect(socket.rawValue, address, length)
      }
    }
  }

  /// Takes the next connection, with who made it; nil where nobody waits.
  public static func accept(
    _ listener: FileDescriptor
  ) throws(SystemError) -> (connection: SharedDescriptor, peer: Endpoint)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    do throws(SystemError) {
      let number = try withUnsafeMutablePointer(to: &storage) { (pointer) throws(SystemError) in
        try systemCall("accept4") {
          clinux_accept4(
            listener.rawValue, pointer, &length,
            CInt(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
        }
      }
      return (SharedDescriptor(OwnedDescriptor(owning: number)), endpoint(storage))
    } catch {
      if error.errno == .resourceTemporarilyUnavailable { return nil }
      throw error
    }
  }

  /// Sends one datagram.
  public static func send(
    _ bytes: [UInt8], from socket: FileDescriptor, to endpoint: Endpoint
  ) throws(SystemError) {
    try withAddress(endpoint) { (address, length) throws(SystemError) in
      _ = try systemCall("sendto") { () -> Int in
        bytes.withUnsafeBytes {
          sendto(socket.rawValue, $0.baseAddress, $0.count, 0, address, length)
        }
      }
    }
  }

  /// Takes the next datagram, with who sent it; nil where none waits.
  public static func receive(
    from socket: FileDescriptor, limit: Int
  ) throws(SystemError) -> (bytes: [UInt8], peer: Endpoint)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var bytes = [UInt8](repeating: 0, count: limit)
    do throws(SystemError) {
      let count = try withUnsafeMutablePointer(to: &storage) { (pointer) throws(SystemError) in
        try systemCall("recvfrom") {
          bytes.withUnsafeMutableBytes {
            clinux_recvfrom(socket.rawValue, $0.baseAddress, $0.count, 0, pointer, &length)
          }
        }
      }
      bytes.removeLast(limit - count)
      return (bytes, endpoint(storage))
    } catch {
      if error.errno == .resourceTemporarilyUnavailable { return nil }
      throw error
    }
  }

  /// The port that a socket is bound to.
  public static func port(of socket: FileDescriptor) throws(SystemError) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = try withUnsafeMutablePointer(to: &storage) { (pointer) throws(SystemError) in
      try systemCall("getsockname") { clinux_getsockname(socket.rawValue, pointer, &length) }
    }
    return endpoint(storage).port
  }

  // Constants whose macros Swift does not see: linux/in.h, linux/in6.h.
  private static let IPPROTO_IP_LEVEL: CInt = 0
  private static let IPPROTO_IPV6_LEVEL: CInt = 41
  private static let freeBind: CInt = 15
  private static let v6Only: CInt = 26

  private static func set(
    _ socket: FileDescriptor, _ level: CInt, _ name: CInt, _ value: CInt
  ) throws(SystemError) {
    var value = value
    try systemCall("setsockopt") {
      setsockopt(socket.rawValue, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }
  }

  private static func withAddress(
    _ endpoint: Endpoint, _ body: (__CONST_SOCKADDR_ARG, socklen_t) throws(SystemError) -> Void
  ) throws(SystemError) {
    var storage = sockaddr_storage()
    let length: Int
    if endpoint.address.count == 16 {
      length = MemoryLayout<sockaddr_in6>.size
      withUnsafeMutableBytes(of: &storage) {
        $0.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
        $0.storeBytes(of: endpoint.port.bigEndian, toByteOffset: 2, as: UInt16.self)
        for (position, byte) in endpoint.address.enumerated() { $0[8 + position] = byte }
      }
    } else {
      length = MemoryLayout<sockaddr_in>.size
      withUnsafeMutableBytes(of: &storage) {
        $0.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
        $0.storeBytes(of: endpoint.port.bigEndian, toByteOffset: 2, as: UInt16.self)
        for (position, byte) in endpoint.address.prefix(4).enumerated() { $0[4 + position] = byte }
      }
    }
    try withUnsafePointer(to: &storage) { (pointer) throws(SystemError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        (pointer) throws(SystemError) in
        try body(__CONST_SOCKADDR_ARG(__sockaddr__: pointer), socklen_t(length))
      }
    }
  }

  private static func endpoint(_ storage: sockaddr_storage) -> Endpoint {
    withUnsafeBytes(of: storage) {
      let port = UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
      let isV6 = Int32(storage.ss_family) == AF_INET6
      return Endpoint(address: Array(isV6 ? $0[8..<24] : $0[4..<8]), port: port)
    }
  }
}
