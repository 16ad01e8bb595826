import LinuxSystem
import SystemPackage

/// A program of the host's that the runtime runs beside a container, never one of an image.
enum HostProgram {
  struct Result {
    var status: ExitStatus
    /// The end of what it wrote to standard output and error.
    var output: String
  }

  enum Failure: Error, CustomStringConvertible {
    case notStarted(SystemError)
    case timedOut(seconds: Int)

    var description: String {
      switch self {
      case .notStarted(let error): "\(error)"
      case .timedOut(let seconds): "it ran longer than its timeout of \(seconds) s"
      }
    }
  }

  private static let longestOutput = 8192

  /// Finds a program in the folders of the runtime's PATH.
  static func find(_ name: String) -> String? {
    let path = CurrentProcess.environmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    return try? Executable.find(name, ["PATH=\(path)"])
  }

  /// Runs a program with the runtime's environment and without input.
  static func run(_ path: String, _ arguments: [String]) throws -> Result {
    try run(path, [path] + arguments, environment: CurrentProcess.environment(), input: [])
  }

  /// Runs a program to its end.
  ///
  /// The end is the process's own: what it leaves behind with its output open is not waited for.
  ///
  /// - Parameters:
  ///   - arguments: all of them, the name first.
  ///   - folder: where it starts, if it is there: a bundle may be gone before its `poststop` hooks.
  ///   - input: what it reads from standard input.
  ///   - timeout: seconds after which it is killed.
  static func run(
    _ path: String, _ arguments: [String], environment: [String], folder: String? = nil,
    input: [UInt8], timeout: Int? = nil
  ) throws -> Result {
    let inputFile = try OwnedDescriptor.dataFile("input", input)
    var output = try Pipe()
    var report = try Pipe()
    let argumentVector = ArgumentVector(arguments)
    let environmentVector = ArgumentVector(environment)
    guard let outputEnd = output.writing.take(), let reportEnd = report.writing.take(),
      let outputSource = output.reading.take(), let reportSource = report.reading.take()
    else { throw SystemError("pipe2", "", .badFileDescriptor) }
    let process: ProcessHandle
    switch try Clone.clone() {
    case .child:
      let failure = become(
        path, argumentVector, environmentVector, folder: folder, input: inputFile,
        output: outputEnd)
      tell(failure, over: reportEnd)
      CurrentProcess.exit(127)
    case .parent(let handle):
      process = handle
    }
    try outputEnd.close()
    try reportEnd.close()
    let failure = try reportSource.lent.readToEnd(limit: 16)
    if failure.count == MemoryLayout<CInt>.size {
      _ = try process.wait()
      let reason = failure.withUnsafeBytes { $0.loadUnaligned(as: CInt.self) }
      throw Failure.notStarted(SystemError("exec", path, Errno(rawValue: reason)))
    }
    return try finish(process, outputSource.lent, timeout)
  }

  /// The child's way to the program. Returns only why it did not lead there.
  private static func become(
    _ path: String, _ arguments: ArgumentVector, _ environment: ArgumentVector,
    folder: String?, input: borrowing OwnedDescriptor, output: borrowing OwnedDescriptor
  ) -> SystemError {
    do throws(SystemError) {
      Signal.resetAll()
      try SignalMask.none.install()
      // First out of the way of the three: any of them may have been closed, and be one of ours.
      try install(
        input.lent.duplicated(minimum: 3), output.lent.duplicated(minimum: 3))
      try DescriptorTable.closeOnExecution(from: 3)
      if let folder { try enter(folder) }
    } catch {
      return error
    }
    return CurrentProcess.replace(with: path, arguments, environment)
  }

  private static func enter(_ folder: String) throws(SystemError) {
    do throws(SystemError) {
      try CurrentProcess.changeDirectory(to: folder)
    } catch where error.errno == .noSuchFileOrDirectory {}
  }

  private static func tell(_ failure: SystemError, over end: consuming OwnedDescriptor) {
    try? end.lent.writeAll(withUnsafeBytes(of: failure.errno.rawValue) { Array($0) })
  }

  private static func install(
    _ source: borrowing OwnedDescriptor, _ target: borrowing OwnedDescriptor
  ) throws(SystemError) {
    try source.lent.install(as: 0)
    try target.lent.install(as: 1)
    try target.lent.install(as: 2)
  }

  private static func finish(
    _ process: borrowing ProcessHandle, _ output: FileDescriptor, _ timeout: Int?
  ) throws -> Result {
    try output.setNonBlocking(true)
    let deadline = timeout.map { MonotonicClock.milliseconds() + Int64(clamping: $0) * 1000 }
    let poller = try Poller()
    try poller.add(process.descriptor.lent, .readable, token: 0)
    try poller.add(output, .readable, token: 1)
    var text: [UInt8] = []
    var outputIsOpen = true
    var hasEnded = false
    while !hasEnded {
      let left = deadline.map { Int(max(0, $0 - MonotonicClock.milliseconds())) }
      let events = try poller.wait(milliseconds: left)
      if events.isEmpty, let timeout {
        try? process.send(.kill)
        _ = try process.wait()
        throw Failure.timedOut(seconds: timeout)
      }
      hasEnded = events.contains { $0.token == 0 }
      if outputIsOpen, try !drain(output, into: &text) {
        outputIsOpen = false
        try poller.remove(output)
      }
    }
    return Result(
      status: try process.wait(), output: String(decoding: text, as: UTF8.self).trimmingLineEnds())
  }

  /// Reads what is there, and keeps its end.
  ///
  /// - Returns: false at the end of the output.
  private static func drain(
    _ output: FileDescriptor, into text: inout [UInt8]
  ) throws(SystemError) -> Bool {
    do throws(SystemError) {
      while true {
        let part = try output.readSome(limit: 4096)
        if part.isEmpty { return false }
        text += part
        if text.count > longestOutput { text.removeFirst(text.count - longestOutput) }
      }
    } catch where error.errno == .wouldBlock {
      return true
    }
  }
}

extension String {
  fileprivate func trimmingLineEnds() -> String {
    var text = Substring(self)
    while let last = text.last, last.isNewline || last == " " { text.removeLast() }
    return String(text)
  }
}
