public import LinuxSystem
public import Netlink
import SystemPackage

/// A dialogue with nf_tables of the network namespace that its socket was made in.
public struct FirewallSession<Socket: NetlinkSocket & ~Copyable>: ~Copyable {
  private let socket: Socket

  public init(_ socket: consuming Socket) { self.socket = socket }

  /// Has the kernel make all changes of a batch, or none.
  ///
  /// - Throws: the reason for the first change that cannot be made: `ENOENT` where the table is not
  ///   there, `EEXIST` for something exclusive that is.
  public mutating func commit(_ batch: FirewallBatch) throws(SystemError) {
    guard !batch.isEmpty else { return }
    for _ in 0..<16 {
      do throws(SystemError) {
        return try send(batch)
      } catch {
        // Somebody else changed the tables in between: the kernel asks to begin anew.
        guard error.errno == .resourceTemporarilyUnavailable || error.errno == .interrupted else {
          throw error
        }
      }
    }
    throw SystemError("change firewall", batch.table, .resourceTemporarilyUnavailable)
  }

  /// Sends a question and returns the first message that answers it.
  func answer(to request: [UInt8]) throws(SystemError) -> NetlinkAnswer {
    try socket.send(request)
    while true {
      if let answer = NetlinkAnswer.messages(in: try socket.receive()).first { return answer }
    }
  }

  private func send(_ batch: FirewallBatch) throws(SystemError) {
    try socket.send(batch.datagram())
    let last = UInt32(truncatingIfNeeded: batch.messages.count)
    var failure: SystemError?
    while true {
      for answer in NetlinkAnswer.messages(in: try socket.receive()) {
        guard let code = answer.errorCode else { continue }
        if code != 0, failure == nil {
          failure = SystemError(
            "change firewall", "\(batch.table), change \(answer.sequence)", Errno(rawValue: code))
        }
        // The batch as a whole has number 0: then no change is answered by itself.
        if answer.sequence == last || answer.sequence == 0 {
          if let failure { throw failure }
          return
        }
      }
    }
  }
}
