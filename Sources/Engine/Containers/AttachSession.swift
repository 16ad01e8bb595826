import HelperProtocols
public import LinuxSystem
import SystemPackage

/// A container's or an exec session's streams, served on this process's own: what comes from the monitor
/// is written to standard output and error, standard input and signals go there.
public struct AttachSession {
  /// How a session ended.
  public enum End: Equatable, Sendable {
    /// The process ended with this status.
    case exited(Int32)
    /// The user typed the keys; the process goes on.
    case detached
    /// The monitor is gone without a word.
    case lost
  }

  /// The monitor's sequenced-packet socket.
  let connection: SharedDescriptor
  /// Whether standard input is sent.
  public var sendsInput = false
  /// Whether the other side is a terminal, so that ours goes raw.
  public var isTerminal = false
  /// Bytes that end the session when typed in a row; empty for none.
  public var detachKeys: [UInt8] = []
  /// Whether signals go to the process instead of ending this one.
  public var proxiesSignals = true

  public init(_ connection: SharedDescriptor) { self.connection = connection }

  /// Serves the streams until the process ends or the user leaves.
  public func run() throws -> End {
    let modes = try enterRawMode()
    defer { if let modes { try? FileDescriptor.standardInput.setTerminalModes(modes) } }
    let loop = try AttachLoop(self)
    return try loop.run()
  }

  private func enterRawMode() throws -> TerminalModes? {
    let input = FileDescriptor.standardInput
    guard isTerminal, sendsInput, input.isTerminal else { return nil }
    let before = try input.terminalModes()
    try input.setTerminalModes(before.raw())
    return before
  }

  /// Reads `ctrl-p,ctrl-q`, `a,ctrl-[`…; nil for what names no keys.
  public static func keys(_ text: String) -> [UInt8]? {
    if text.isEmpty { return [] }
    var keys: [UInt8] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = word.lowercased()
      if name.hasPrefix("ctrl-"), let key = name.dropFirst(5).utf8.first, name.utf8.count == 6 {
        switch key {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): keys.append(key - 96)
        case UInt8(ascii: "@"): keys.append(0)
        case UInt8(ascii: "["): keys.append(27)
        case UInt8(ascii: "\\"): keys.append(28)
        case UInt8(ascii: "]"): keys.append(29)
        case UInt8(ascii: "^"): keys.append(30)
        case UInt8(ascii: "_"): keys.append(31)
        default: return nil
        }
      } else if word.utf8.count == 1, let key = word.utf8.first {
        keys.append(key)
      } else {
        return nil
      }
    }
    return keys
  }
}

/// The loop of a session.
private final class AttachLoop {
  private enum Token {
    static let connection: UInt64 = 0
    static let input: UInt64 = 1
    static let signals: UInt64 = 2
  }

  let session: AttachSession
  let poller: Poller
  let signals: SignalDescriptor
  let oldMask: SignalMask
  /// Whether standard input is a file, which no poller takes: it can always be read.
  var inputIsFile = false
  var readsInput: Bool
  /// Detach keys that were typed so far.
  var typed: DetachKeys
  /// What the monitor has no room for yet; no input is read meanwhile. Waiting for it instead would
  /// be for ever where the container waits for us to take its output.
  var unsent: [[UInt8]] = []

  init(_ session: AttachSession) throws {
    self.session = session
    readsInput = session.sendsInput
    typed = DetachKeys(session.isTerminal ? session.detachKeys : [])
    poller = try Poller()
    try poller.add(session.connection.lent, [.readable], token: Token.connection)
    let mask =
      session.proxiesSignals
      ? SignalMask.all.removing(
        .kill, .stop, .child, .pipe, .urgent, Signal("SIGTSTP") ?? .stop,
        Signal("SIGTTIN") ?? .stop,
        Signal("SIGTTOU") ?? .stop, .continue, Signal("SIGSEGV") ?? .stop,
        Signal("SIGBUS") ?? .stop,
        Signal("SIGILL") ?? .stop, Signal("SIGFPE") ?? .stop, Signal("SIGABRT") ?? .stop,
        Signal("SIGTRAP") ?? .stop)
      : SignalMask(.windowChange)
    oldMask = try mask.block()
    signals = try mask.openDescriptor(nonBlocking: true)
    try poller.add(signals.descriptor.lent, [.readable], token: Token.signals)
    guard readsInput else { return }
    do throws(SystemError) {
      try poller.add(FileDescriptor.standardInput, [.readable], token: Token.input)
    } catch {
      guard error.errno == .notPermitted else { throw error }
      inputIsFile = true
    }
  }

  deinit { _ = try? oldMask.install() }

  func run() throws -> AttachSession.End {
    if session.isTerminal { try sendSize() }
    while true {
      let isBusy = readsInput && inputIsFile && unsent.isEmpty
      for event in try poller.wait(milliseconds: isBusy ? 0 : nil) {
        switch event.token {
        case Token.connection:
          if event.interest.contains(.writable) { try sendRest() }
          if event.interest != .writable, let end = try receive() { return end }
        case Token.signals: try passSignals()
        default: if unsent.isEmpty, try passInput() { return .detached }
        }
      }
      if isBusy, try passInput() { return .detached }
    }
  }

  /// Takes one packet; the end of the session where it is that.
  private func receive() throws -> AttachSession.End? {
    let packet: [UInt8]
    do throws(SystemError) {
      packet = try session.connection.lent.readSome(limit: 1 << 18, subject: "podman-monitor")
    } catch {
      guard error.errno == .connectionReset else { throw error }
      return .lost
    }
    guard let first = packet.first else { return .lost }
    let rest = Array(packet.dropFirst())
    switch MonitorPacket(rawValue: first) {
    case .output: try write(rest, to: .standardOutput)
    case .errorOutput: try write(rest, to: .standardError)
    case .skipped:
      let count = String(decoding: rest, as: UTF8.self)
      try write(
        Array("podman: \(count) bytes of output were not read in time; see podman logs\n".utf8),
        to: .standardError)
    case .exit: return .exited(Int32(String(decoding: rest, as: UTF8.self)) ?? 255)
    default: break
    }
    return nil
  }

  /// A reader that has gone away does not end the container.
  private func write(_ bytes: [UInt8], to file: FileDescriptor) throws(SystemError) {
    do throws(SystemError) {
      try file.writeAll(bytes, subject: "standard output")
    } catch {
      guard error.errno == .brokenPipe else { throw error }
    }
  }

  private func send(_ packet: [UInt8]) throws(SystemError) {
    if unsent.isEmpty, try transmit(packet) { return }
    unsent.append(packet)
    guard unsent.count == 1 else { return }
    try poller.modify(
      session.connection.lent, [.readable, .writable], token: Token.connection)
    if readsInput, !inputIsFile { try poller.remove(FileDescriptor.standardInput) }
  }

  private func sendRest() throws(SystemError) {
    guard !unsent.isEmpty else { return }
    while let packet = unsent.first {
      guard try transmit(packet) else { return }
      unsent.removeFirst()
    }
    try poller.modify(session.connection.lent, [.readable], token: Token.connection)
    if readsInput, !inputIsFile {
      try poller.add(FileDescriptor.standardInput, [.readable], token: Token.input)
    }
  }

  /// - Returns: false where there is no room now.
  private func transmit(_ packet: [UInt8]) throws(SystemError) -> Bool {
    do {
      return try packet.withUnsafeBytes { try session.connection.lent.sendPacket($0) }
    } catch let error as SystemError {
      // The container has ended: its last packet is still to be read.
      guard error.errno == .brokenPipe || error.errno == .connectionReset else { throw error }
      return true
    } catch {
      return true
    }
  }

  private func sendSize() throws(SystemError) {
    guard let size = try? FileDescriptor.standardInput.windowSize() else { return }
    try send(MonitorPacket.resize.packet("\(size.rows) \(size.columns)"))
  }

  private func passSignals() throws {
    while let received = try signals.read() {
      if received.signal == .windowChange {
        if session.isTerminal { try sendSize() }
      } else if session.proxiesSignals {
        try send(MonitorPacket.signal.packet(String(received.signal.rawValue)))
      }
    }
  }

  /// Sends what is typed; true when the detach keys were.
  private func passInput() throws -> Bool {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileDescriptor.standardInput.readSome(limit: 32768, subject: "standard input")
    } catch {
      guard error.errno == .wouldBlock else {
        try endInput()
        return false
      }
      return false
    }
    if bytes.isEmpty {
      try endInput()
      return false
    }
    let (passed, isComplete) = typed.pass(bytes)
    if !passed.isEmpty { try send([MonitorPacket.input.rawValue] + passed) }
    return isComplete
  }

  private func endInput() throws {
    readsInput = false
    if !inputIsFile, unsent.isEmpty { try poller.remove(FileDescriptor.standardInput) }
    try send(MonitorPacket.inputEnd.packet())
  }
}
