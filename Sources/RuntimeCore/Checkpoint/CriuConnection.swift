import LinuxSystem
import SystemPackage

/// The runtime's end of the conversation with CRIU about one request:
///
///     runtime                                criu
///       request                   ──────▶
///                                 ◀──────      notify: script, pid (with some: descriptors)
///       notify_success            ──────▶      … any number of times …
///                                 ◀──────      response
///       end of the connection     ──────▶
///
/// The messages are in protobuf's format, one a packet (criu.org/RPC; CRIU's images/rpc.proto).
struct CriuConnection {
  /// CRIU has closed its end before it answered.
  struct Closed: Error {}

  /// The largest message that is accepted, in bytes.
  private static let longestMessage = 64 << 10
  /// How many descriptors may come with a message.
  private static let mostDescriptors = 4

  private let socket: SharedDescriptor

  /// - Parameter socket: a Unix socket of sequenced packets.
  init(_ socket: SharedDescriptor) { self.socket = socket }

  /// Makes a request and sees to what CRIU tells, until it answers.
  ///
  /// - Parameter notify: when it throws, CRIU is told to undo what it has done, and the error is thrown
  ///   after that.
  func perform(
    _ request: CriuRequest, notify: (CriuResponse.Notification, [SharedDescriptor]) throws -> Void
  ) throws -> CriuResponse {
    try send(request)
    var failure: (any Error)?
    while true {
      let message: ReceivedMessage
      do {
        message = try receive()
      } catch {
        throw failure ?? error
      }
      let response = try decode(message.bytes)
      guard response.kind == .notify, let notification = response.notification else {
        if let failure { throw failure }
        return try check(response, to: request)
      }
      do {
        try notify(notification, message.descriptors)
      } catch {
        failure = failure ?? error
      }
      try send(CriuRequest(.notify, isNotifySuccess: failure == nil))
    }
  }

  private func send(_ request: CriuRequest) throws {
    do throws(SystemError) {
      try socket.lent.send(request.encoded, with: [])
    } catch  where error.errno == .brokenPipe {
      throw Closed()
    }
  }

  private func receive() throws -> ReceivedMessage {
    do throws(SystemError) {
      let message = try socket.lent.receive(
        bytes: Self.longestMessage, descriptors: Self.mostDescriptors)
      if !message.bytes.isEmpty { return message }
    } catch  where error.errno == .connectionReset {
      // It ended with a packet of ours unread.
    }
    throw Closed()
  }

  private func decode(_ bytes: [UInt8]) throws -> CriuResponse {
    do {
      return try CriuResponse(decoding: bytes)
    } catch is ProtobufReader.Malformed {
      throw RuntimeError.processFailed("criu sent a message without sense")
    }
  }

  private func check(_ response: CriuResponse, to request: CriuRequest) throws -> CriuResponse {
    guard response.isSuccess else {
      var sentence = "criu failed"
      let message = response.errorMessage ?? ""
      let line = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
      if !line.isEmpty { sentence += ": \(line)" }
      if response.errorNumber != 0 {
        sentence += " (\(Errno(rawValue: response.errorNumber)))"
      }
      throw RuntimeError.processFailed(sentence)
    }
    guard response.kind == request.kind else {
      throw RuntimeError.processFailed("criu answered another question")
    }
    return response
  }
}
