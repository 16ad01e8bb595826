import LinuxSystem
import SystemPackage

/// What a program of the system wrote and how it ended.
struct ProgramOutput {
  /// The exit status; 128 and the signal's number where a signal ended it.
  var status: Int32
  var output: [UInt8]
  /// What it wrote to standard error, without white space around it.
  var errors: String

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - places: the paths where it may stand; the first that is there counts.
  ///   - arguments: all of them, the name first.
  ///   - input: what it reads from standard input.
  ///   - environment: `NAME=value` each; nil passes ours on.
  static func run(
    _ places: [String], _ arguments: [String], input: [UInt8] = [], environment: [String]? = nil
  ) throws -> ProgramOutput {
    var launch = ProgramLaunch(
      places.first { (try? openFile($0, [.path])) != nil } ?? places.first ?? "", arguments,
      environment: environment)
    // Files in memory instead of pipes: nobody has to read one while the other fills up.
    let inputFile = try OwnedDescriptor.dataFile("input", input)
    let outputFile = try OwnedDescriptor.memoryFile("output")
    let errorFile = try OwnedDescriptor.memoryFile("errors")
    launch.descriptors = [0: inputFile.lent, 1: outputFile.lent, 2: errorFile.lent]
    let process = try launch.start()
    let end = try process.wait()
    _ = try outputFile.lent.seek(offset: 0, from: .start)
    _ = try errorFile.lent.seek(offset: 0, from: .start)
    let errors = String(
      decoding: try errorFile.lent.readToEnd(limit: 1 << 20, subject: "errors"), as: UTF8.self)
    return ProgramOutput(
      status: end.shellStatus,
      output: try outputFile.lent.readToEnd(limit: 1 << 26, subject: "output"),
      errors: errors.split(whereSeparator: \.isNewline).joined(separator: "; "))
  }
}
