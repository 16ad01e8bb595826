/// A table of a TOML document by its keys.
public typealias TOMLTable = [String: TOMLValue]

/// A value of a TOML 1.0 document. Dates and times have no place in the files that engines share,
/// and are not read.
public enum TOMLValue: Equatable, Sendable {
  case string(String)
  case integer(Int64)
  case float(Double)
  case boolean(Bool)
  case array([TOMLValue])
  case table(TOMLTable)

  /// What TOML calls this kind of value, for errors.
  public var kind: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .float: "a float"
    case .boolean: "a boolean"
    case .array: "an array"
    case .table: "a table"
    }
  }
}
