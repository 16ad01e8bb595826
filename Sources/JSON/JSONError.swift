/// Why a text is not JSON, a JSON document not the one that was expected, or a value not JSON's.
///
/// It is data; `description` is the one place that makes a sentence of it.
public enum JSONError: Error, Equatable, Sendable {
  /// The text breaks RFC 8259 at this place. Lines and columns count from 1, columns in bytes.
  case syntax(line: Int, column: Int, reason: String)
  /// A field that has to be there is not. Fields are named as in `process.user.uid` and
  /// `mounts[3].destination`.
  case missing(field: String)
  /// A field holds something else than it may.
  case mismatch(field: String, expected: String, found: String)
  /// A field holds an integer that its type cannot.
  case outOfRange(field: String, number: String, lowest: String, highest: String)
  /// A number to be written is infinite or not a number.
  case notFinite
}

extension JSONError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let line, let column, let reason):
      return "not JSON: line \(line), column \(column): \(reason)"
    case .missing(let field):
      return "\(field) is missing"
    case .mismatch(let field, let expected, let found):
      return "\(field.isEmpty ? "the document" : field): expected \(expected), found \(found)"
    case .outOfRange(let field, let number, let lowest, let highest):
      return "\(field.isEmpty ? "the document" : field): \(number) is out of range, "
        + "it can be \(lowest) to \(highest)"
    case .notFinite:
      return "JSON has no number that is infinite or not a number"
    }
  }
}
