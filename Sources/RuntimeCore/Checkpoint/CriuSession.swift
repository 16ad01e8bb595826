import LinuxSystem
import SystemPackage

/// One run of `criu swrk`, which serves one request.
struct CriuSession: ~Copyable {
  /// What CRIU has for standard input, output and error; restored processes can inherit them.
  enum StandardStreams { case none, inherited }

  /// The longest sentence about why CRIU could not be started, in bytes.
  private static let longestFailure = 4096
  /// The socket's number in CRIU; further descriptors follow it.
  static let socketNumber: CInt = 3

  let process: ProcessHandle
  /// `nil` once the conversation is over.
  private var connection: CriuConnection?
  private let program: String

  private init(process: consuming ProcessHandle, connection: CriuConnection, program: String) {
    self.process = process
    self.connection = connection
    self.program = program
  }

  /// Starts CRIU.
  ///
  /// - Parameters:
  ///   - descriptors: what CRIU gets open under the numbers from `socketNumber + 1` on.
  ///   - prepare: done in the new process before it becomes CRIU.
  static func start(
    _ program: String, streams: StandardStreams, descriptors: [SharedDescriptor] = [],
    prepare: () throws -> Void = {}
  ) throws -> CriuSession {
    var sockets = try SocketPair(.sequencedPacket)
    var failures = try Pipe()
    guard let ours = sockets.first.take(), let theirs = sockets.second.take(),
      let reading = failures.reading.take(), let writing = failures.writing.take()
    else { throw SystemError("socketpair", "", .badFileDescriptor) }
    let connection = CriuConnection(SharedDescriptor(ours))
    let arguments = ArgumentVector([program, "swrk", "\(Self.socketNumber)"])
    let environment = ArgumentVector(CurrentProcess.environment())
    let process: ProcessHandle
    switch try Clone.clone() {
    case .child:
      let all = [SharedDescriptor(theirs)] + descriptors
      become(program, arguments, environment, failures: SharedDescriptor(writing)) {
        try prepare()
        try install(all, streams)
      }
    case .parent(let handle):
      process = handle
    }
    // What stays open here would hide that CRIU has ended.
    try theirs.close()
    try writing.close()
    let failure = try reading.lent.readToEnd(limit: longestFailure)
    if !failure.isEmpty {
      _ = try? process.wait()
      throw RuntimeError.step(
        "starting \(program)", RuntimeError.processFailed(String(decoding: failure, as: UTF8.self)))
    }
    return CriuSession(process: process, connection: connection, program: program)
  }

  /// Becomes the program; if that fails, says why to the parent and ends.
  private static func become(
    _ program: String, _ arguments: ArgumentVector, _ environment: ArgumentVector,
    failures: SharedDescriptor, after prepare: () throws -> Void
  ) -> Never {
    // Away from the numbers that others are given.
    guard let failures = try? failures.lent.duplicated(minimum: highNumber) else {
      CurrentProcess.exit(127)
    }
    do {
      try prepare()
      try CurrentProcess.execute(program, arguments, environment)
    } catch {
      try? failures.lent.writeAll("\(error)")
      try? failures.close()
      CurrentProcess.exit(127)
    }
  }

  /// Puts descriptors where CRIU expects them, and resets what a program inherits of signals.
  private static func install(_ descriptors: [SharedDescriptor], _ streams: StandardStreams) throws
  {
    // First all out of the way: a target may be the place of one that is still to be moved.
    var moved: [SharedDescriptor] = []
    for descriptor in descriptors {
      moved.append(SharedDescriptor(try descriptor.lent.duplicated(minimum: highNumber)))
    }
    for (index, descriptor) in moved.enumerated() {
      try descriptor.lent.install(as: socketNumber + CInt(index))
    }
    if streams == .none {
      let null = try openFile("/dev/null", [.readWrite])
      for number in CInt(0)...2 { try null.lent.install(as: number) }
    }
    Signal.resetAll()
    try SignalMask.none.install()
  }

  /// Above all numbers that descriptors are installed as.
  private static let highNumber: CInt = 64

  /// Ends CRIU without a request.
  mutating func abandon() {
    connection = nil
    _ = try? process.wait()
  }

  /// Makes the one request and sees to what CRIU tells, until it answers and ends.
  ///
  /// - Parameter notify: as `CriuConnection.perform` has it.
  mutating func perform(
    _ request: CriuRequest, notify: (CriuResponse.Notification, [SharedDescriptor]) throws -> Void
  ) throws -> CriuResponse {
    let outcome = Result { try connection?.perform(request, notify: notify) }
    // The end of the connection ends a CRIU that waits for more, as after a pre-dump.
    connection = nil
    let status = try process.wait()
    do {
      if let response = try outcome.get() { return response }
    } catch is CriuConnection.Closed {}
    throw RuntimeError.processFailed("\(program) \(status.sentence) without an answer")
  }
}

extension ExitStatus {
  /// How a process ended, as part of a sentence.
  var sentence: String {
    switch self {
    case .exited(let status): "ended with status \(status)"
    case .signaled(let signal): "was killed by \(signal.name)"
    }
  }
}
