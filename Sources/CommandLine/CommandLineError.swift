/// What is wrong with a command line.
public enum CommandLineError: Error, Equatable, Sendable {
  case unknownOption(String)
  /// A letter that no option has, in the word that it stands in.
  case unknownLetter(Character, word: String)
  /// An option at the end of the line that needs a value: `--format`, or `'f' in -f`.
  case missingValue(String)
  /// A word such as `--=x`.
  case badSyntax(String)
  /// A value that the option cannot have, and why.
  case invalidValue(String, option: String, reason: String)
  case argumentCount(ArgumentCount, received: Int, command: String)
  /// A word that is no command below another, and what it may have been meant to be.
  case unknownCommand(String, parent: String, suggestions: [String])
  /// A group of commands without a command.
  case missingCommand(parent: String)
}

/// The sentences of podman and cobra, which programs and people look for.
extension CommandLineError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownOption(let name): "unknown flag: --\(name)"
    case .unknownLetter(let letter, let word): "unknown shorthand flag: '\(letter)' in -\(word)"
    case .missingValue(let option): "flag needs an argument: \(option)"
    case .badSyntax(let word): "bad flag syntax: \(word)"
    case .invalidValue(let value, let option, let reason):
      "invalid argument \(goQuoted(value)) for \(goQuoted(option)) flag: \(reason)"
    case .argumentCount(let count, let received, let command):
      Self.sentence(count, received, command)
    case .unknownCommand(let name, let parent, let suggestions):
      "unrecognized command `\(parent) \(name)`\n"
        + (suggestions.isEmpty
          ? "" : "\nDid you mean this?\n\t\(suggestions.joined(separator: "\n\t"))\n\n")
        + "Try '\(parent) --help' for more information"
    case .missingCommand(let parent): "missing command '\(parent) COMMAND'"
    }
  }

  private static func sentence(_ count: ArgumentCount, _ received: Int, _ command: String) -> String
  {
    switch count {
    case .any, .none: "`\(command)` takes no arguments"
    case .exactly(let wanted): "accepts \(wanted) arg(s), received \(received)"
    case .atLeast(let least): "requires at least \(least) arg(s), only received \(received)"
    case .atMost(let most): "accepts at most \(most) arg(s), received \(received)"
    case .between(let least, let most):
      "accepts between \(least) and \(most) arg(s), received \(received)"
    }
  }

  /// Whether the sentence is followed by the way to the command's help.
  public var pointsToHelp: Bool {
    switch self {
    case .unknownOption, .unknownLetter, .missingValue, .badSyntax, .invalidValue: true
    default: false
    }
  }
}

/// A text in quotation marks as Go's `%q` writes it.
public func goQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\u{00}"..<"\u{20}", "\u{7f}":
      let digits = String(scalar.value, radix: 16)
      result += "\\x" + (digits.count < 2 ? "0" : "") + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
