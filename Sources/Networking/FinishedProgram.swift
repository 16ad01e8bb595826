import LinuxSystem
import SystemPackage

/// A program that was run to its end, perhaps leaving a process behind.
struct FinishedProgram {
  var status: ExitStatus
  var output: [UInt8]
  /// What it wrote to standard error, in one line.
  var errors: String

  /// - Parameters:
  ///   - arguments: without its name.
  ///   - environment: `NAME=value` each; nil passes ours on.
  init(
    _ path: String, _ arguments: [String], input: [UInt8] = [], environment: [String]? = nil
  ) throws(SystemError) {
    // Files in memory instead of pipes: nobody waits for a process that is left behind.
    let inputFile = try OwnedDescriptor.dataFile("input", input)
    let outputFile = try OwnedDescriptor.memoryFile("output")
    let errorFile = try OwnedDescriptor.memoryFile("errors")
    var launch = ProgramLaunch(path, [path] + arguments, environment: environment)
    launch.descriptors = [0: inputFile.lent, 1: outputFile.lent, 2: errorFile.lent]
    let process = try launch.start()
    status = try process.wait()
    output = try FinishedProgram.contents(outputFile.lent, path)
    errors = String(decoding: try FinishedProgram.contents(errorFile.lent, path), as: UTF8.self)
      .split(separator: "\n").joined(separator: "; ")
  }

  /// By a descriptor of our own, whose position is the beginning.
  private static func contents(
    _ file: FileDescriptor, _ subject: String
  ) throws(SystemError) -> [UInt8] {
    let copy = try openFile("/proc/self/fd/\(file.rawValue)", [.readOnly])
    return try copy.lent.readToEnd(limit: 1 << 20, subject: subject)
  }
}
