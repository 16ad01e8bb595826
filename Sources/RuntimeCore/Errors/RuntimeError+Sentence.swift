import LinuxSystem
import RuntimeSpec

extension RuntimeError: CustomStringConvertible {
  /// The failure in a line: lower case, without a full stop, outermost step first.
  public var description: String {
    switch self {
    case .invalidID(let id, let reason):
      return "invalid container ID \(quoted(id)): \(reason)"
    case .containerExists(let id):
      return "container with given ID already exists: \(id)"
    case .containerMissing(let id):
      return "container does not exist: \(id)"
    case .wrongStatus(let id, let status, "delete"):
      return "cannot delete container \(id) that is not stopped: \(status.rawValue)"
    case .wrongStatus(let id, let status, let operation):
      return "cannot \(operation) container \(id): it is \(status.rawValue)"
    case .notRunning(let id):
      return "container not running: \(id)"
    case .stillRunning(let id):
      return "container init still running: \(id)"
    case .unreadable(let path, let reason):
      return "\(path): \(reason)"
    case .invalid(let field, let reason):
      return "\(field): \(reason)"
    case .unsupported(let field, let reason):
      return "\(field) cannot be honoured here: \(reason)"
    case .processFailed(let sentence):
      return sentence
    case .processDied(.exited(let status)):
      return "the process ended with status \(status) before it was set up"
    case .processDied(.signaled(let signal)):
      return "the process was killed by \(signal.name) before it was set up"
        + (signal == .kill ? "; its memory limit may be too low" : "")
    case .step(let name, let error):
      return "\(name): \(error)"
    case .unclean(let error, let failures):
      return "\(error)" + failures.map { "; cleaning up: \($0)" }.joined()
    }
  }
}

/// A text from outside in quotes, with what would break the line escaped.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      result += "\\x" + String(scalar.value + 0x100, radix: 16).dropFirst()
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
