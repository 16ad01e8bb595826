import HelperProtocols
import LinuxSystem
import SystemPackage

/// Serves the streams of a further process until it ends: its pipes or its terminal are held here, the
/// monitor only tells the end.
struct ExecRelay {
  private enum Token {
    static let connection: UInt64 = 0
    static let input: UInt64 = 1
    static let signals: UInt64 = 2
    static let room: UInt64 = 3
    /// The first output; the others follow.
    static let output: UInt64 = 4
  }

  private let connection: SharedDescriptor
  private let streams: ExecStreams
  /// Bytes that end the session when typed in a row; empty for none.
  var detachKeys: [UInt8] = []
  private var typed = DetachKeys([])
  private var unsent: [UInt8] = []
  private var isInputAFile = false
  private var status: Int32?

  init(_ connection: SharedDescriptor, _ streams: ExecStreams) {
    self.connection = connection
    self.streams = streams
  }

  /// - Returns: the exit status; nil where the user has left it running.
  mutating func run() throws -> Int32? {
    typed = DetachKeys(detachKeys)
    let modes = try enterRawMode()
    defer { if let modes { try? FileDescriptor.standardInput.setTerminalModes(modes) } }
    let poller = try Poller()
    try poller.add(connection.lent, .readable, token: Token.connection)
    for (index, output) in streams.outputs.enumerated() {
      try output.descriptor.lent.setNonBlocking(true)
      try poller.add(output.descriptor.lent, .readable, token: Token.output + UInt64(index))
    }
    try streams.input?.lent.setNonBlocking(true)
    if streams.input != nil { try listenToInput(poller) }
    let mask = SignalMask(.windowChange)
    let before = try mask.block()
    defer { _ = try? before.install() }
    let signals = try mask.openDescriptor(nonBlocking: true)
    try poller.add(signals.descriptor.lent, .readable, token: Token.signals)
    var open = Set(streams.outputs.indices)
    while true {
      let isBusy = isInputAFile && unsent.isEmpty && streams.input != nil
      // After the end only what is there is read: others may have the streams open.
      let isOver = status != nil
      let events = try poller.wait(milliseconds: isBusy || isOver ? 0 : nil)
      if let status, open.isEmpty || !events.contains(where: { $0.token >= Token.output }) {
        return status
      }
      for event in events {
        switch event.token {
        case Token.connection: try receive(poller)
        case Token.signals: while try signals.read() != nil { resize() }
        case Token.input: if try passInput(poller) { return nil }
        case Token.room: try flush(poller)
        default:
          let index = Int(event.token - Token.output)
          if try !passOutput(index) {
            try poller.remove(streams.outputs[index].descriptor.lent)
            open.remove(index)
          }
        }
      }
      if isBusy, try passInput(poller) { return nil }
    }
  }

  private func enterRawMode() throws -> TerminalModes? {
    let input = FileDescriptor.standardInput
    guard streams.terminal != nil, streams.input != nil, input.isTerminal else { return nil }
    let before = try input.terminalModes()
    try input.setTerminalModes(before.raw())
    return before
  }

  private func resize() {
    guard let size = try? FileDescriptor.standardInput.windowSize() else { return }
    try? streams.terminal?.lent.setWindowSize(size)
  }

  // MARK: From the process

  private mutating func receive(_ poller: borrowing Poller) throws {
    let packet = (try? connection.lent.readSome(limit: 1 << 16)) ?? []
    switch packet.first {
    case MonitorPacket.exit.rawValue:
      status = Int32(String(decoding: packet.dropFirst(), as: UTF8.self)) ?? 255
    case nil: status = status ?? 255
    default: return
    }
    try poller.remove(connection.lent)
  }

  /// - Returns: false at the end of the stream.
  private func passOutput(_ index: Int) throws -> Bool {
    let output = streams.outputs[index]
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try output.descriptor.lent.readSome(limit: 32 << 10)
    } catch {
      // A terminal that nobody has open any more.
      return error.errno == .wouldBlock
    }
    do throws(SystemError) {
      try output.target.writeAll(bytes, subject: "standard output")
    } catch {
      // Whoever read our output is gone: the process is to get a broken pipe, too.
      return false
    }
    return !bytes.isEmpty
  }

  // MARK: To the process

  private mutating func listenToInput(_ poller: borrowing Poller) throws {
    do throws(SystemError) {
      try poller.add(.standardInput, .readable, token: Token.input)
    } catch {
      guard error.errno == .notPermitted else { throw error }
      isInputAFile = true
    }
  }

  /// - Returns: whether the detach keys were typed.
  private mutating func passInput(_ poller: borrowing Poller) throws -> Bool {
    guard streams.input != nil, unsent.isEmpty else { return false }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileDescriptor.standardInput.readSome(limit: 32 << 10)
    } catch {
      if error.errno == .wouldBlock { return false }
      bytes = []
    }
    if bytes.isEmpty {
      if !isInputAFile { try poller.remove(.standardInput) }
      // The process sees the end once the last descriptor of the pipe is closed.
      streams.input = nil
      return false
    }
    let (passed, isDetached) = typed.pass(bytes)
    unsent = passed
    try flush(poller)
    return isDetached
  }

  private mutating func flush(_ poller: borrowing Poller) throws {
    guard let input = streams.input else { return }
    let wasWaiting = isWaiting
    while !unsent.isEmpty {
      do {
        guard let count = try unsent.withUnsafeBytes({ try input.lent.writeSome(from: $0) }) else {
          return try waitForRoom(poller)
        }
        unsent.removeFirst(count)
      } catch {
        // The process has closed its input.
        unsent = []
        streams.input = nil
        roomWatch = nil
        isWaiting = false
        if !isInputAFile { try? poller.remove(.standardInput) }
        return
      }
    }
    guard wasWaiting else { return }
    isWaiting = false
    if let roomWatch { try poller.remove(roomWatch.lent) }
    roomWatch = nil
    if !isInputAFile { try listenToInput(poller) }
  }

  private var isWaiting = false
  /// A second descriptor of the input: a terminal's first is watched for output already.
  private var roomWatch: SharedDescriptor?

  private mutating func waitForRoom(_ poller: borrowing Poller) throws {
    guard !isWaiting, let input = streams.input else { return }
    isWaiting = true
    if !isInputAFile { try poller.remove(.standardInput) }
    let second = SharedDescriptor(try input.lent.duplicated())
    try poller.add(second.lent, .writable, token: Token.room)
    roomWatch = second
  }
}
