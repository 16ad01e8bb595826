/// Why a text is not JSON, or a JSON document not the one that was expected.
///
/// It is data; `description` is the one place that makes a sentence of it.
public enum JSONError: Error, Equatable, Sendable {
  /// The text breaks RFC 8259 at this place. Lines and columns count from 1, columns in bytes.
  case syntax(line: Int, column: Int, reason: String)
  /// A field that has to be there is not: `process.user.uid`, `mounts[3].destination`.
  case missing(field: String)
  /// A field holds what it may not: `expected` tells what it may.
  case mismatch(field: String, expected: String)
  /// A field holds a number that its type cannot.
  case outOfRange(field: String, type: String)
}

extension JSONError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let line, let column, let reason):
      return "not JSON: line \(line), column \(column): \(reason)"
    case .missing(let field):
      return "\(field) is missing"
    case .mismatch(let field, let expected):
      return "\(field.isEmpty ? "the document" : field): expected \(expected)"
    case .outOfRange(let field, let type):
      return "\(field): the number is out of the range of \(type)"
    }
  }
}
