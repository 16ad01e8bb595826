import Foundation

/// TCP sockets on 127.0.0.1.
enum Loopback {
  /// A new socket bound to a port, any free one for 0; nil where that cannot be.
  static func bound(to port: UInt16) -> (socket: Int32, port: UInt16)? {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(number, __CONST_SOCKADDR_ARG(__sockaddr__: address), length) == 0
          && getsockname(number, __SOCKADDR_ARG(__sockaddr__: address), &length) == 0
      }
    }
    if isBound { return (number, UInt16(bigEndian: address.sin_port)) }
    close(number)
    return nil
  }

  /// A port that nobody listens on.
  static func freePort() throws -> UInt16 {
    guard let (socket, port) = bound(to: 0) else { throw HarnessError("no free port") }
    close(socket)
    return port
  }

  /// Whether somebody listens on a port.
  static func answers(_ port: UInt16) -> Bool {
    let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(probe) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(
          probe, __CONST_SOCKADDR_ARG(__sockaddr__: $0), socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    } == 0
  }
}
