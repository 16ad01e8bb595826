/// What `--help` prints: summary, description, usage, aliases, examples, commands and options, in the
/// shape of podman's.
public struct Help {
  /// Help for the last command of a path.
  ///
  /// - Parameter path: the commands from the program down.
  public static func text<Action>(_ path: [Command<Action>]) -> String {
    guard let command = path.last else { return "" }
    let details = command.details.isEmpty ? command.summary : command.details
    if path.count == 1 { return details + "\n\n" + usage(path) }
    return """
      \(command.summary)

      Description:
        \(details.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  "))

      \(usage(path))
      """
  }

  /// The part of the help that says how a command is called.
  public static func usage<Action>(_ path: [Command<Action>]) -> String {
    guard let command = path.last else { return "" }
    let name = path.map(\.name).joined(separator: " ")
    let options = visible(command.options())
    var text = "Usage:\n  \(name)"
    if !options.isEmpty { text += " [options]" }
    if command.action == nil { text += " [command]" }
    if !command.usage.isEmpty { text += " " + command.usage }
    text += "\n"
    if !command.otherNames.isEmpty {
      text += "\nAliases:\n  \(([command.name] + command.otherNames).joined(separator: ", "))\n"
    }
    if !command.examples.isEmpty {
      text += "\nExamples:\n"
      for example in command.examples { text += "  \(name) \(example)\n" }
    }
    let children = command.children().filter { !$0.isHidden }.sorted { $0.name < $1.name }
    if !children.isEmpty {
      let width = max(11, children.map(\.name.count).max() ?? 0)
      text += "\nAvailable Commands:\n"
      for child in children {
        text += "  \(padded(child.name, to: width)) \(child.summary)\n"
      }
    }
    if !options.isEmpty { text += "\nOptions:\n" + lines(options) }
    return text + (path.count == 1 ? "" : "\n")
  }

  static func visible(_ options: [Option]) -> [Option] {
    options.filter { !$0.isHidden }.sorted { $0.name < $1.name }
  }

  /// One line for each option, what it means in a column of its own.
  private static func lines(_ options: [Option]) -> String {
    let names = options.map { option in
      (option.letter.map { "  -\($0), " } ?? "      ") + "--\(option.name)" + value(option)
    }
    let width = (names.map(\.count).max() ?? 0) + 3
    let indent = "\n" + String(repeating: " ", count: width)
    return zip(options, names).map { option, name in
      let help = option.help.split(separator: "\n", omittingEmptySubsequences: false)
      return padded(name, to: width) + help.joined(separator: indent) + standard(option) + "\n"
    }.joined()
  }

  /// What help calls an option's value, with a space before it.
  static func value(_ option: Option) -> String {
    let kindName: String
    switch option.kind {
    case .flag: return ""
    case .optionalString(_, let implied):
      return " \(option.valueName ?? "string")[=\(goQuoted(implied))]"
    case .string: kindName = "string"
    case .integer: kindName = "int"
    case .unsigned: kindName = "uint"
    case .float: kindName = "float"
    case .duration: kindName = "duration"
    case .list: kindName = "strings"
    case .array: kindName = "stringArray"
    }
    return " " + (option.valueName ?? kindName)
  }

  /// What holds when an option is not given, with a space before it.
  static func standard(_ option: Option) -> String {
    switch option.kind {
    case .flag(true): " (default true)"
    case .string(let text) where !text.isEmpty: " (default \(goQuoted(text)))"
    case .optionalString(let text, _) where !text.isEmpty: " (default \(goQuoted(text)))"
    case .integer(let number) where number != 0: " (default \(number))"
    case .unsigned(let number) where number != 0: " (default \(number))"
    case .duration(let text) where text != "0s": " (default \(text))"
    case .list(let texts) where !texts.isEmpty: " (default [\(texts.joined(separator: ","))])"
    case .array(let texts) where !texts.isEmpty: " (default [\(texts.joined(separator: ","))])"
    default: ""
    }
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
