import LinuxSystem
import SystemPackage

/// A program that goes on beside this one until its end is asked for.
final class RunningProgram {
  private let name: String
  private let process: ProcessHandle
  private let errors: SharedDescriptor

  /// Starts a program that reads and writes nothing but the standard error.
  init(_ program: String, _ arguments: [String]) throws {
    var pipe = try Pipe()
    guard let writing = pipe.writing.take(), let reading = pipe.reading.take() else {
      throw SystemError("pipe2", "", .badFileDescriptor)
    }
    let null = try openFile("/dev/null", [.readWrite])
    name = program.split(separator: "/").last.map(String.init) ?? program
    process = try ProgramLaunch(
      program, [name] + arguments,
      descriptors: [0: null.lent, 1: null.lent, 2: writing.lent]
    ).start()
    try writing.close()
    errors = SharedDescriptor(reading)
  }

  /// Waits for its end; what it wrote to the standard error is its message.
  func finish() throws -> (status: Int32, message: String) {
    let bytes = try errors.lent.readToEnd(limit: 1 << 20, subject: name)
    let status = try process.wait()
    var message = String(decoding: bytes, as: UTF8.self)
    while message.last?.isNewline ?? false { message.removeLast() }
    return (status.shellStatus, message)
  }
}

extension ContainerEngine {
  /// Runs a program to its end, with what it writes to the standard error as its message.
  func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, message: String) {
    try RunningProgram(program, arguments).finish()
  }
}
