/// Why a template cannot be read or carried out.
public enum TemplateError: Error, Equatable, Sendable {
  /// The text is no template: its line, and what is wrong there.
  case syntax(line: Int, String)
  /// A function that there is not.
  case unknownFunction(line: Int, String)
  /// It cannot be carried out: the expression, and why.
  case execution(line: Int, at: String, String)
  /// It is nested, writes or works more than is allowed.
  case limit(String)
}

extension TemplateError: CustomStringConvertible {
  /// As Go words it.
  public var description: String {
    switch self {
    case .syntax(let line, let reason): "template: format:\(line): \(reason)"
    case .unknownFunction(let line, let name):
      "template: format:\(line): function \"\(name)\" not defined"
    case .execution(let line, let at, let reason):
      "template: format:\(line): executing \"format\" at <\(at)>: \(reason)"
    case .limit(let reason): "template: format: \(reason)"
    }
  }
}
