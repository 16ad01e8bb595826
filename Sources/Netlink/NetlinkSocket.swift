import CLinux
import Glibc
public import LinuxSystem
public import SystemPackage

/// What carries netlink messages to the kernel and back. A test puts one of its own in the place.
public protocol NetlinkSocket: ~Copyable {
  /// Sends one datagram of requests.
  func send(_ bytes: [UInt8]) throws(SystemError)
  /// Receives one datagram of answers.
  func receive() throws(SystemError) -> [UInt8]
}

/// A socket to a part of the kernel, for the network namespace that the process is in when it is
/// made. See netlink(7).
public struct KernelSocket: NetlinkSocket, ~Copyable {
  /// The part of the kernel.
  public enum Part: CInt, Sendable {
    /// Devices, addresses, routes: rtnetlink(7).
    case route = 0
    /// nf_tables and connection tracking.
    case netfilter = 12
  }

  private let descriptor: OwnedDescriptor

  /// The kernel makes no datagram longer than this.
  private static let longestAnswer = 32 * 1024

  public init(_ part: Part) throws(SystemError) {
    let number = try systemCall("socket", "netlink") {
      socket(AF_NETLINK, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), part.rawValue)
    }
    descriptor = OwnedDescriptor(owning: number)
    // An error then repeats only the header of the message that it is about.
    setOption(SOL_NETLINK, 10, 1)
  }

  /// A socket that hears of changes by a multicast group of the part: netlink(7), NETLINK_ADD_MEMBERSHIP.
  public static func listening(
    _ part: Part, to group: UInt32
  ) throws(SystemError) -> KernelSocket {
    let socket = try KernelSocket(part)
    var group = group
    let number = socket.lent.rawValue
    // A socket without an address of its own counts as the kernel's and hears nothing.
    try systemCall("bind", "netlink") { clinux_bind_netlink(number) }
    try systemCall("setsockopt", "netlink") {
      setsockopt(number, SOL_NETLINK, 1, &group, socklen_t(MemoryLayout<UInt32>.size))
    }
    return socket
  }

  /// Takes over a socket that another process has made, in the namespace that it was in.
  public init(owning descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

  /// The socket's descriptor, lent.
  public var lent: FileDescriptor { descriptor.lent }

  /// Lets one datagram be this long, if it is more than is usual.
  public func reserve(_ count: Int) {
    // SO_SNDBUF counts twice, and the kernel adds its own structures.
    if count > 64 * 1024 {
      setOption(SOL_SOCKET, SO_SNDBUFFORCE, CInt(clamping: count * 2 + 65536))
    }
  }

  /// What fails here fails again, with its reason, when something is sent.
  private func setOption(_ level: CInt, _ name: CInt, _ value: CInt) {
    var value = value
    setsockopt(descriptor.number, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
  }

  public func send(_ bytes: [UInt8]) throws(SystemError) {
    reserve(bytes.count)
    // Without an address it goes to the kernel.
    let count = try systemCall("send", "netlink") {
      bytes.withUnsafeBytes { Glibc.send(descriptor.number, $0.baseAddress, $0.count, 0) }
    }
    guard count == bytes.count else { throw SystemError("send", "netlink", .messageTooLong) }
  }

  public func receive() throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    // Untouched memory costs nothing: most answers are some dozen bytes.
    let bytes = [UInt8](unsafeUninitializedCapacity: KernelSocket.longestAnswer) { buffer, count in
      do throws(SystemError) {
        let length = try systemCall("recv", "netlink") {
          recv(descriptor.number, buffer.baseAddress, buffer.count, CInt(MSG_TRUNC))
        }
        if length > buffer.count { throw SystemError("recv", "netlink", .messageTooLong) }
        count = length
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
