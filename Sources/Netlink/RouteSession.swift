import LinuxSystem
import SystemPackage

/// A dialogue with the kernel about network devices and addresses: one request, then its answer.
public struct RouteSession<Socket: NetlinkSocket & ~Copyable>: ~Copyable {
  private let socket: Socket
  private var sequence: UInt32 = 0

  public init(_ socket: consuming Socket) { self.socket = socket }

  /// Sends a request and waits until the kernel has done it.
  ///
  /// - Parameters:
  ///   - operation: for errors: what is done.
  ///   - subject: for errors: to what.
  mutating func perform(
    _ operation: String, _ subject: String, _ kind: NetlinkRequest.Kind,
    _ flags: NetlinkRequest.Flags = [], _ fill: (inout NetlinkRequest) -> Void
  ) throws(SystemError) {
    let number = try send(kind, flags.union(.acknowledge), fill)
    while true {
      for answer in NetlinkAnswer.messages(in: try socket.receive())
      where answer.sequence == number && answer.kind == .error {
        return try check(answer, operation, subject)
      }
    }
  }

  /// Sends a request for one object, and returns the message that describes it.
  mutating func get(
    _ operation: String, _ subject: String, _ kind: NetlinkRequest.Kind,
    _ fill: (inout NetlinkRequest) -> Void
  ) throws(SystemError) -> NetlinkAnswer {
    let number = try send(kind, [], fill)
    while true {
      for answer in NetlinkAnswer.messages(in: try socket.receive())
      where answer.sequence == number {
        guard answer.kind == .error else { return answer }
        try check(answer, operation, subject)
      }
    }
  }

  /// Sends a request for all objects of a kind; again if they changed while they were listed.
  mutating func list(
    _ operation: String, _ kind: NetlinkRequest.Kind, _ fill: (inout NetlinkRequest) -> Void
  ) throws(SystemError) -> [NetlinkAnswer] {
    for _ in 0..<16 {
      let number = try send(kind, .dump, fill)
      var result: [NetlinkAnswer] = []
      var isComplete = false
      var wasInterrupted = false
      while !isComplete {
        for answer in NetlinkAnswer.messages(in: try socket.receive())
        where answer.sequence == number {
          if answer.flags.contains(.interrupted) { wasInterrupted = true }
          switch answer.kind {
          case .error: try check(answer, operation, "")
          case .done: isComplete = true
          default: result.append(answer)
          }
        }
      }
      if !wasInterrupted { return result }
    }
    throw SystemError(operation, "", .resourceTemporarilyUnavailable)
  }

  private mutating func send(
    _ kind: NetlinkRequest.Kind, _ flags: NetlinkRequest.Flags,
    _ fill: (inout NetlinkRequest) -> Void
  ) throws(SystemError) -> UInt32 {
    sequence &+= 1
    var request = NetlinkRequest(kind, flags, sequence: sequence)
    fill(&request)
    try socket.send(request.finished())
    return sequence
  }

  /// An error message holds a negated errno; zero is the acknowledgement.
  private func check(
    _ answer: NetlinkAnswer, _ operation: String, _ subject: String
  ) throws(SystemError) {
    guard let code = answer.errorCode else {
      throw SystemError(operation, subject, .invalidArgument)
    }
    if code != 0 { throw SystemError(operation, subject, Errno(rawValue: code)) }
  }
}
