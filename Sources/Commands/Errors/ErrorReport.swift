import CommandLine
import Engine
import LinuxSystem
import SystemPackage

/// The one place where an error becomes a sentence on standard error and a status to exit with.
enum ErrorReport {
  /// Reports an error.
  ///
  /// - Parameter path: the command whose help is named where the command line is wrong.
  /// - Returns: the status to exit with.
  @discardableResult
  static func report(_ error: any Error, helpOf path: String = "") -> Int32 {
    if case EngineError.several(let errors) = error {
      return errors.reduce(0) { max($0, report($1)) }
    }
    let text = "\(error)"
    if !text.isEmpty { write("Error: \(text)\n") }
    if let error = error as? CommandLineError, error.pointsToHelp {
      write("See '\(path) --help'\n")
    }
    return status(of: error)
  }

  /// 125 for what the engine cannot do, 126 and 127 for a program that cannot run or is not there, as
  /// podman-run(1) has it.
  static func status(of error: any Error) -> Int32 {
    switch error {
    case let failure as CommandFailure: failure.status
    case EngineError.runtime(_, let status): status
    default: 125
    }
  }

  static func write(_ text: String) {
    try? FileDescriptor.standardError.writeAll(text, subject: "standard error")
  }
}
