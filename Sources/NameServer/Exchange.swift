import LinuxSystem
import SystemPackage

/// A question that others are asked: to one server after the other, until one answers.
final class Exchange {
  /// Who waits for the answer.
  enum Asker {
    case datagram(from: SharedDescriptor, to: InternetSocket.Endpoint)
    case stream(StreamClient)
  }

  /// For one server so long, in milliseconds.
  static let patience: Int64 = 2500

  let query: DNSQuery
  let asker: Asker
  let token: UInt64
  private let message: [UInt8]
  private var servers: ArraySlice<[UInt8]>
  private(set) var socket: SharedDescriptor?
  private(set) var deadline: Int64 = 0
  /// Over TCP: what is still to be sent, and what has come.
  private var outgoing: [UInt8] = []
  private var incoming: [UInt8] = []
  private let id: UInt16

  /// - Parameter message: as it came; it goes out under another number, which nobody can guess.
  init(
    _ query: DNSQuery, _ message: [UInt8], servers: [[UInt8]], asker: Asker, token: UInt64
  ) {
    self.query = query
    self.asker = asker
    self.token = token
    self.servers = servers.prefix(3)
    id = UInt16.random(in: 0...UInt16.max)
    var message = message
    message.replaceSubrange(0..<2, with: [UInt8(id >> 8), UInt8(truncatingIfNeeded: id)])
    self.message = message
  }

  private var isStream: Bool { if case .stream = asker { true } else { false } }

  /// Asks the next server; false where there is none left.
  func askNext(_ poller: borrowing Poller) -> Bool {
    close(poller)
    while let server = servers.popFirst() {
      do throws(SystemError) {
        // A socket of its own for each question: its port is as hard to guess as the number.
        let transport: InternetSocket.Transport = isStream ? .tcp : .udp
        let socket = SharedDescriptor(
          try InternetSocket.open(transport, isV6: server.count == 16, .nonBlocking))
        do throws(SystemError) {
          try InternetSocket.connect(socket.lent, to: .init(address: server, port: 53))
        } catch {
          guard isStream, error.errno == .nowInProgress else { throw error }
        }
        if isStream {
          outgoing = [UInt8(message.count >> 8 & 0xFF), UInt8(message.count & 0xFF)] + message
          incoming = []
          try poller.add(socket.lent, .writable, token: token)
        } else {
          _ = try socket.lent.writeSome(message)
          try poller.add(socket.lent, .readable, token: token)
        }
        self.socket = socket
        deadline = MonotonicClock.milliseconds() + Exchange.patience
        return true
      } catch {
        continue
      }
    }
    return false
  }

  func close(_ poller: borrowing Poller) {
    if let socket { try? poller.remove(socket.lent) }
    socket = nil
  }

  /// Goes on when the socket can: the whole answer under the asker's number, nothing where more has to
  /// come; an error where this server is of no use.
  func advance(_ poller: borrowing Poller) throws(SystemError) -> [UInt8]? {
    guard let socket else { return nil }
    guard isStream else {
      let answer = try socket.lent.readSome(limit: 65535)
      return accepted(answer)
    }
    if !outgoing.isEmpty {
      let count = try socket.lent.writeSome(outgoing)
      outgoing.removeFirst(count)
      if outgoing.isEmpty { try poller.modify(socket.lent, .readable, token: token) }
      return nil
    }
    let part = try socket.lent.readSome(limit: 65537 - incoming.count)
    guard !part.isEmpty else { throw SystemError("read", "name server", .connectionReset) }
    incoming += part
    guard incoming.count >= 2 else { return nil }
    let length = Int(incoming[0]) << 8 | Int(incoming[1])
    guard incoming.count >= 2 + length else { return nil }
    guard let answer = accepted(Array(incoming[2..<2 + length])) else {
      throw SystemError("read", "name server", .protocolError)
    }
    return answer
  }

  /// An answer to exactly this question; whatever else comes is passed over.
  private func accepted(_ answer: [UInt8]) -> [UInt8]? {
    let end = DNSQuery.headerLength + query.question.count
    guard answer.count >= DNSQuery.headerLength, answer[0] == UInt8(id >> 8),
      answer[1] == UInt8(truncatingIfNeeded: id), answer[2] & 0x80 != 0
    else { return nil }
    if answer[4] != 0 || answer[5] != 0 {
      guard answer.count >= end,
        answer[DNSQuery.headerLength..<end].map({ (65...90 ~= $0) ? $0 + 32 : $0 })
          == query.question.map({ (65...90 ~= $0) ? $0 + 32 : $0 })
      else { return nil }
    }
    var result = answer
    result.replaceSubrange(
      0..<2, with: [UInt8(query.id >> 8), UInt8(truncatingIfNeeded: query.id)])
    return result
  }
}
