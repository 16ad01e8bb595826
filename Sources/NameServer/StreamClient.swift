import LinuxSystem
import SystemPackage

/// A connection over TCP: questions and answers, each behind its length (RFC 1035, 4.2.2).
final class StreamClient {
  let socket: SharedDescriptor
  let peer: InternetSocket.Endpoint
  /// The network whose server was asked.
  let network: String
  let token: UInt64
  private var incoming: [UInt8] = []
  private var outgoing: [UInt8] = []
  private(set) var lastUse = MonotonicClock.milliseconds()
  private(set) var isClosed = false

  /// Who says nothing for so long is not waited for, in milliseconds.
  static let patience: Int64 = 10_000
  /// Who asks and does not read is cut off at so many bytes.
  private static let mostOutgoing = 256 * 1024

  init(_ socket: SharedDescriptor, _ peer: InternetSocket.Endpoint, network: String, token: UInt64)
  {
    self.socket = socket
    self.peer = peer
    self.network = network
    self.token = token
  }

  /// Reads what is there, and returns the whole messages of it; an error at the end of the connection.
  func read() throws(SystemError) -> [[UInt8]] {
    let part: [UInt8]
    do throws(SystemError) {
      part = try socket.lent.readSome(limit: 8192)
    } catch {
      if error.errno == .resourceTemporarilyUnavailable { return [] }
      throw error
    }
    guard !part.isEmpty else { throw SystemError("read", "client", .connectionReset) }
    lastUse = MonotonicClock.milliseconds()
    incoming += part
    var messages: [[UInt8]] = []
    while incoming.count >= 2 {
      let length = Int(incoming[0]) << 8 | Int(incoming[1])
      guard incoming.count >= 2 + length else { break }
      messages.append(Array(incoming[2..<2 + length]))
      incoming.removeFirst(2 + length)
    }
    return messages
  }

  /// Sends a message, as much of it as is taken now.
  func send(_ message: [UInt8], _ poller: borrowing Poller) throws(SystemError) {
    guard !isClosed, message.count <= 65535 else { return }
    outgoing += [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    guard outgoing.count < StreamClient.mostOutgoing else {
      throw SystemError("send", "client", .noBufferSpace)
    }
    try flush(poller)
  }

  /// Sends what is left.
  func flush(_ poller: borrowing Poller) throws(SystemError) {
    do throws(SystemError) {
      while !outgoing.isEmpty { outgoing.removeFirst(try socket.lent.writeSome(outgoing)) }
    } catch {
      guard error.errno == .resourceTemporarilyUnavailable else { throw error }
    }
    try poller.modify(
      socket.lent, outgoing.isEmpty ? .readable : [.readable, .writable], token: token)
    lastUse = MonotonicClock.milliseconds()
  }

  func close(_ poller: borrowing Poller) {
    guard !isClosed else { return }
    isClosed = true
    try? poller.remove(socket.lent)
  }
}
