import CLinux
import Glibc
public import SystemPackage

/// How a Unix socket delimits what is sent. See unix(7).
public enum SocketKind: Sendable {
  /// A stream of bytes.
  case stream
  /// Messages, in order, with a connection.
  case sequencedPacket
  /// Messages without a connection.
  case datagram

  var rawValue: CInt {
    switch self {
    case .stream: CInt(SOCK_STREAM.rawValue)
    case .sequencedPacket: CInt(SOCK_SEQPACKET.rawValue)
    case .datagram: CInt(SOCK_DGRAM.rawValue)
    }
  }
}

/// Two Unix sockets that are connected to each other. See socketpair(2).
///
/// The ends are optional so that each can be closed by itself: `pair.second = nil`.
public struct SocketPair: ~Copyable, Sendable {
  public var first: OwnedDescriptor?
  public var second: OwnedDescriptor?

  public init(_ kind: SocketKind) throws(SystemError) {
    var ends: (CInt, CInt) = (-1, -1)
    try withUnsafeMutableBytes(of: &ends) { (ends) throws(SystemError) in
      let numbers = ends.bindMemory(to: CInt.self)
      try systemCall("socketpair") {
        socketpair(AF_UNIX, kind.rawValue | CInt(SOCK_CLOEXEC.rawValue), 0, numbers.baseAddress)
      }
    }
    first = OwnedDescriptor(owning: ends.0)
    second = OwnedDescriptor(owning: ends.1)
  }
}

/// A Unix socket by its path in the file system.
public enum UnixSocket {
  /// Connects to the socket that listens at a path.
  public static func connect(
    _ kind: SocketKind, to path: String
  ) throws(SystemError) -> OwnedDescriptor {
    let socket = try make(kind)
    try withAddress(path) { (address, length) throws(SystemError) in
      try systemCall("connect", path) { CLinux.connect(socket.number, address, length) }
    }
    return socket
  }

  /// Makes a socket at a path, which must not be there.
  ///
  /// - Parameter backlog: how many may wait to be accepted; `nil` for a datagram socket.
  public static func listen(
    _ kind: SocketKind, at path: String, backlog: CInt? = 16
  ) throws(SystemError) -> OwnedDescriptor {
    let socket = try make(kind)
    try withAddress(path) { (address, length) throws(SystemError) in
      try systemCall("bind", path) { bind(socket.number, address, length) }
    }
    if let backlog { try systemCall("listen", path) { CLinux.listen(socket.number, backlog) } }
    return socket
  }

  /// Waits for the next connection.
  public static func accept(_ listener: FileDescriptor) throws(SystemError) -> OwnedDescriptor {
    let number = try systemCall("accept4") {
      accept4(listener.rawValue, __SOCKADDR_ARG(), nil, CInt(SOCK_CLOEXEC.rawValue))
    }
    return OwnedDescriptor(owning: number)
  }

  private static func make(_ kind: SocketKind) throws(SystemError) -> OwnedDescriptor {
    let number = try systemCall("socket") {
      CLinux.socket(AF_UNIX, kind.rawValue | CInt(SOCK_CLOEXEC.rawValue), 0)
    }
    return OwnedDescriptor(owning: number)
  }

  /// An address holds 107 bytes: a longer path goes by way of its open directory. A name that begins
  /// with `@` is one of Linux's abstract ones (unix(7)).
  private static func withAddress(
    _ path: String, _ body: (__CONST_SOCKADDR_ARG, socklen_t) throws(SystemError) -> Void
  ) throws(SystemError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    var name = path
    var length = MemoryLayout<sockaddr_un>.size
    if path.hasPrefix("@") {
      name = "\0" + path.dropFirst()
      length = length - capacity + name.utf8.count
    }
    var directory: SharedDescriptor?
    if path.utf8.count >= capacity, let slash = path.lastIndex(of: "/") {
      let opened = try openFile(String(path[...slash]), [.path, .directory])
      name = "/proc/self/fd/\(opened.number)/\(path[path.index(after: slash)...])"
      directory = SharedDescriptor(opened)
    }
    guard name.utf8.count < capacity, !name.utf8.dropFirst().contains(0) else {
      throw SystemError("socket address", path, .fileNameTooLong)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
    try withUnsafePointer(to: &address) { (pointer) throws(SystemError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        (pointer) throws(SystemError) in
        try body(
          __CONST_SOCKADDR_ARG(__sockaddr__: pointer), socklen_t(length))
      }
    }
    withExtendedLifetime(directory) {}
  }
}
