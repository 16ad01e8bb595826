import CLinux
import Glibc
public import LinuxSystem
import Netlink
public import SystemPackage

/// Hears when a table of the firewall is removed, as by `nft flush ruleset`, or another is made that
/// changes what the first one is good for, as by a reload of firewalld.
public struct FirewallWatch: ~Copyable {
  private let socket: KernelSocket
  private let table: String
  private let other: String

  private static let group: UInt32 = 7  // NFNLGRP_NFTABLES
  private static let tables: UInt16 = 10 << 8

  /// - Parameters:
  ///   - table: whose removal is waited for, of the family inet, in the namespace that the process is in.
  ///   - other: whose making is waited for.
  public init(table: String, other: String) throws(SystemError) {
    let socket = try KernelSocket.listening(.netfilter, to: FirewallWatch.group)
    try socket.lent.setNonBlocking(true)
    try FirewallWatch.passOverElements(socket.lent)
    self.table = table
    self.other = other
    self.socket = socket
  }

  /// Readable when something has changed.
  public var descriptor: FileDescriptor { socket.lent }

  /// Reads what has come; whether a table was removed or made, or something was missed.
  public func sawChange() -> Bool {
    var result = false
    while true {
      do throws(SystemError) {
        for answer in NetlinkAnswer.messages(in: try socket.receive())
        where matters(answer) { result = true }
      } catch {
        // Too much at once for us: it may have been that.
        if error.errno == .noBufferSpace { result = true }
        if error.errno != .noBufferSpace || result { return result }
      }
    }
  }

  private func matters(_ answer: NetlinkAnswer) -> Bool {
    // NFT_MSG_DELTABLE or NFT_MSG_NEWTABLE: struct nfgenmsg, then NFTA_TABLE_NAME.
    if answer.isOfKind(FirewallWatch.tables | 2) { return answer.text(of: 1, after: 4) == table }
    return answer.isOfKind(FirewallWatch.tables) && answer.text(of: 1, after: 4) == other
  }

  /// Has the kernel drop messages that begin with a change of elements: each container that starts or
  /// ends makes some, and none of them is ours to hear. See socket(7), SO_ATTACH_FILTER.
  private static func passOverElements(_ socket: FileDescriptor) throws(SystemError) {
    // The filter reads numbers in network order.
    func seen(_ kind: UInt16) -> UInt32 {
      UInt32(UInt16(bigEndian: FirewallWatch.tables | kind))
    }
    var program = [
      sock_filter(code: 0x28, jt: 0, jf: 0, k: 4),  // The first message's type.
      sock_filter(code: 0x15, jt: 2, jf: 0, k: seen(12)),  // NEWSETELEM
      sock_filter(code: 0x15, jt: 1, jf: 0, k: seen(14)),  // DELSETELEM
      sock_filter(code: 0x06, jt: 0, jf: 0, k: .max),
      sock_filter(code: 0x06, jt: 0, jf: 0, k: 0),
    ]
    let number = socket.rawValue
    try program.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
      var filter = sock_fprog(len: UInt16(buffer.count), filter: buffer.baseAddress)
      try systemCall("setsockopt", "SO_ATTACH_FILTER") {
        setsockopt(
          number, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
          socklen_t(MemoryLayout<sock_fprog>.size))
      }
    }
  }
}
