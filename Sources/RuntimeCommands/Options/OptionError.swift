/// What is wrong with the words of a command line.
enum OptionError: Error, Equatable {
  case unknown(String)
  case missingValue(String)
  case badSyntax(String)
  case badValue(String, option: String)
  case badBoolean(String, option: String)
}

extension OptionError: CustomStringConvertible {
  /// The sentences of Go's `flag` package, which callers of runc know.
  var description: String {
    switch self {
    case .unknown(let name): "flag provided but not defined: -\(name)"
    case .missingValue(let name): "flag needs an argument: -\(name)"
    case .badSyntax(let word): "bad flag syntax: \(word)"
    case .badValue(let value, let option):
      "invalid value \"\(value)\" for flag -\(option): parse error"
    case .badBoolean(let value, let option):
      "invalid boolean value \"\(value)\" for -\(option): parse error"
    }
  }
}
