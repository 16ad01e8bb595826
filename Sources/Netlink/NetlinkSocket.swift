import CLinux
import Glibc
public import LinuxSystem
import SystemPackage

/// What carries netlink messages to the kernel and back. A test puts one of its own in the place.
public protocol NetlinkSocket: ~Copyable {
  /// Sends one datagram of requests.
  func send(_ bytes: [UInt8]) throws(SystemError)
  /// Receives one datagram of answers.
  func receive() throws(SystemError) -> [UInt8]
}

/// A socket to the kernel's routing and network devices, of the network namespace that the process
/// is in when it is made. See rtnetlink(7).
public struct RouteSocket: NetlinkSocket, ~Copyable {
  private let descriptor: OwnedDescriptor

  /// The kernel makes no datagram longer than this.
  private static let longestAnswer = 32 * 1024

  public init() throws(SystemError) {
    let number = try systemCall("socket", "netlink") {
      socket(AF_NETLINK, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }
    descriptor = OwnedDescriptor(owning: number)
  }

  public func send(_ bytes: [UInt8]) throws(SystemError) {
    // Without an address it goes to the kernel.
    let count = try systemCall("send", "netlink") {
      bytes.withUnsafeBytes { Glibc.send(descriptor.number, $0.baseAddress, $0.count, 0) }
    }
    guard count == bytes.count else { throw SystemError("send", "netlink", .messageTooLong) }
  }

  public func receive() throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    // Untouched memory costs nothing: most answers are some dozen bytes.
    let bytes = [UInt8](unsafeUninitializedCapacity: RouteSocket.longestAnswer) { buffer, count in
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
