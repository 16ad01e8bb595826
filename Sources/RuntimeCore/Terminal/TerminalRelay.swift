import LinuxSystem
import SystemPackage

/// The runtime between its own terminal and the container's: keys one way, output the other.
struct TerminalRelay {
  private enum Token {
    static let terminal: UInt64 = 1
    static let input: UInt64 = 2
  }

  private let terminal: SharedDescriptor
  /// The runtime's own terminal, and its modes before the relay; `nil` if it has none.
  private let own: (terminal: FileDescriptor, modes: TerminalModes)?

  /// Makes the runtime's terminal raw, so that the container's alone interprets keys, and gives the
  /// container's its size.
  init(_ terminal: SharedDescriptor) throws {
    self.terminal = terminal
    let candidates: [FileDescriptor] = [.standardInput, .standardOutput, .standardError]
    if let found = candidates.first(where: \.isTerminal) {
      let modes = try found.terminalModes()
      own = (found, modes)
      resize()
      try found.setTerminalModes(modes.raw())
    } else {
      own = nil
    }
    try terminal.lent.setNonBlocking(true)
  }

  /// Gives the runtime's terminal its modes back.
  func restore() {
    if let own { try? own.terminal.setTerminalModes(own.modes) }
  }

  func resize() {
    guard let own, let size = try? own.terminal.windowSize() else { return }
    try? terminal.lent.setWindowSize(size)
  }

  /// Relays until the process has ended and its last output is written.
  ///
  /// - Parameters:
  ///   - poller: waits for all that is not of the terminal.
  ///   - handleOthers: handles that, and returns how the process ended, once it has.
  func run(
    _ poller: borrowing Poller, handleOthers: () throws -> ExitStatus?
  ) throws -> ExitStatus {
    try poller.add(terminal.lent, .readable, token: Token.terminal)
    var pending: [UInt8] = []
    var inputIsPolled = false
    do throws(any Error) {
      try poller.add(.standardInput, .readable, token: Token.input)
      inputIsPolled = true
    } catch let error as SystemError where error.errno == .notPermitted {
      // A regular file: it is always readable and fits whole.
      pending = (try? FileDescriptor.standardInput.readToEnd(limit: 1 << 20)) ?? []
      try send(&pending, poller)
    }
    while true {
      for event in try poller.wait() {
        switch event.token {
        case ForegroundProcess.token:
          if let status = try handleOthers() {
            try drain()
            return status
          }
        case Token.terminal:
          if event.interest.contains(.writable) { try send(&pending, poller) }
          if try !receive() { try? poller.remove(terminal.lent) }
        default:
          let keys = (try? FileDescriptor.standardInput.readSome(limit: 4096)) ?? []
          if keys.isEmpty, inputIsPolled {
            try poller.remove(.standardInput)
            inputIsPolled = false
          }
          pending += keys
          try send(&pending, poller)
        }
      }
    }
  }

  /// Sends what the terminal takes now; the rest when it can take more.
  private func send(_ pending: inout [UInt8], _ poller: borrowing Poller) throws {
    if !pending.isEmpty {
      do throws(any Error) {
        pending.removeFirst(try terminal.lent.writeSome(pending))
      } catch let error as SystemError where error.errno == .resourceTemporarilyUnavailable {
        // The poller tells when there is room.
      } catch let error as SystemError where error.errno == .ioError {
        pending = []
      }
    }
    try poller.modify(
      terminal.lent, pending.isEmpty ? .readable : [.readable, .writable], token: Token.terminal)
  }

  /// Passes on what the terminal gives now.
  ///
  /// - Returns: whether more may come; EIO tells that no process has the other end open.
  private func receive() throws -> Bool {
    do throws(any Error) {
      let output = try terminal.lent.readSome(limit: 32768)
      if output.isEmpty { return false }
      try FileDescriptor.standardOutput.writeAll(output)
      return true
    } catch let error as SystemError where error.errno == .resourceTemporarilyUnavailable {
      return true
    } catch let error as SystemError where error.errno == .ioError {
      return false
    }
  }

  /// Writes what the process left in the terminal when it ended.
  private func drain() throws {
    while try terminal.lent.isReadable(within: 0), try receive() {}
  }
}
