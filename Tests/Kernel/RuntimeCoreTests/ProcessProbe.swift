import Foundation

/// A run of the program beside the tests that does what needs a process of its own.
struct ProcessProbe {
  var lines: [String]
  var status: Int32

  init(_ arguments: String..., wrapper: [String] = [], environment: [String: String] = [:]) throws {
    try self.init(arguments, wrapper: wrapper, environment: environment)
  }

  /// - Parameters:
  ///   - wrapper: a command line that the probe's own is appended to.
  ///   - environment: in addition to the tests' own.
  init(
    _ arguments: [String], wrapper: [String] = [], environment: [String: String] = [:]
  ) throws {
    let probe = ProcessProbe.path
    let process = Process()
    let command = wrapper + [probe] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    status = process.terminationStatus
    lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("ProcessProbe").path

  func line(_ name: String) -> String? {
    lines.first { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name): ") }
  }
}

extension ProcessProbe {
  static var isRoot: Bool { geteuid() == 0 }
}
