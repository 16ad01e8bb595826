import JSON

/// What a command cannot do with what it was given.
enum CommandError: Error {
  case unknownCommand(String)
  /// Too few or too many arguments.
  case argumentCount(command: String, program: String, ClosedRange<Int>)
  /// An option with a value that makes no sense.
  case invalidOption(String, reason: String)
  case invalidLogFormat(String)
  case rootIsSlash
  /// A file that is in the way.
  case fileExists(String)
  /// A file that has no sense.
  case unreadable(path: String, reason: String)
  case unknownSignal(String)
  /// What a program of the host said when it failed.
  case programFailed(String, reason: String)
  /// A failure of a command that names itself: `run failed: …`.
  case failed(command: String, any Error)
  /// A failure that ends the program with a status of its own.
  case withStatus(CInt, any Error)
}

extension CommandError: CustomStringConvertible {
  var description: String {
    switch self {
    case .unknownCommand(let name): "No help topic for '\(name)'"
    case .argumentCount(let command, let program, let range):
      "\(program): \(quoted(command)) requires \(Self.words(range)) argument(s)"
    case .invalidOption(let option, let reason): "--\(option): \(reason)"
    case .invalidLogFormat(let format): "invalid log-format: \(format)"
    case .rootIsSlash: "--root cannot be the root of the file system, name a folder of its own"
    case .fileExists(let path): "file \(path) exists, remove it first"
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .unknownSignal(let name): "unknown signal \(quoted(name))"
    case .programFailed(let program, let reason): "\(program) failed: \(reason)"
    case .failed(let command, let error): "\(command) failed: \(error)"
    case .withStatus(_, let error): "\(error)"
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    if range.count == 1 { return "exactly \(range.lowerBound)" }
    return range.upperBound == .max
      ? "a minimum of \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }

  /// The status that the program ends with.
  var exitStatus: CInt {
    switch self {
    case .unknownCommand: 3
    case .withStatus(let status, _): status
    default: 1
    }
  }
}
