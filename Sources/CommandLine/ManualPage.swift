/// A command's page for man(1), in man(7)'s language, from the same table as parser and help.
public struct ManualPage {
  /// The page's file name: `podman-image-tag.1`.
  public let fileName: String
  public let text: String

  /// - Parameters:
  ///   - path: the commands from the program down.
  ///   - version: the program's.
  public init<Action>(_ path: [Command<Action>], version: String) {
    let name = path.map(\.name).joined(separator: "-")
    fileName = "\(name).1"
    guard let command = path.last else {
      text = ""
      return
    }
    let called = path.map(\.name).joined(separator: " ")
    let program = path.first?.name ?? ""
    var page = ".TH \"\(name)\" \"1\" \"\" \"\(program) \(version)\" \"\"\n"
    page += ".SH NAME\n\(Self.escaped(name)) \\- \(Self.escaped(command.summary))\n"
    page += ".SH SYNOPSIS\n\\fB\(Self.escaped(called))\\fP"
    let options = Help.visible(command.options())
    if !options.isEmpty { page += " [\\fIoptions\\fP]" }
    if command.action == nil { page += " \\fIcommand\\fP" }
    if !command.usage.isEmpty { page += " " + Self.escaped(command.usage) }
    page += "\n"
    let details = command.details.isEmpty ? command.summary : command.details
    page += ".SH DESCRIPTION\n\(Self.paragraphs(details))\n"
    if !command.otherNames.isEmpty {
      page += ".PP\nOther names: \(Self.escaped(command.otherNames.joined(separator: ", "))).\n"
    }
    let children = command.children().filter { !$0.isHidden }.sorted { $0.name < $1.name }
    if !children.isEmpty {
      page += ".SH COMMANDS\n"
      for child in children {
        page += ".TP\n\\fB\(Self.escaped(name + "-" + child.name))\\fP(1)\n"
        page += Self.escaped(child.summary) + "\n"
      }
    }
    if !options.isEmpty {
      page += ".SH OPTIONS\n"
      for option in options {
        page += ".TP\n\\fB\(Self.escaped(option.spelling))\\fP"
        let value = Help.value(option)
        if !value.isEmpty { page += " \\fI\(Self.escaped(String(value.dropFirst())))\\fP" }
        page += "\n\(Self.paragraphs(option.help))\(Self.escaped(Help.standard(option)))\n"
      }
    }
    if !command.examples.isEmpty {
      page += ".SH EXAMPLES\n.nf\n"
      for example in command.examples { page += "$ " + Self.escaped("\(called) \(example)") + "\n" }
      page += ".fi\n"
    }
    if path.count > 1 {
      page += ".SH SEE ALSO\n"
      page += "\\fB\(Self.escaped(path.dropLast().map(\.name).joined(separator: "-")))\\fP(1)\n"
    }
    text = page
  }

  /// The pages of a command and of all below it.
  public static func all<Action>(
    _ path: [Command<Action>], version: String
  ) -> [ManualPage] {
    var pages = [ManualPage(path, version: version)]
    for child in path.last?.children() ?? [] where !child.isHidden {
      pages += all(path + [child], version: version)
    }
    return pages
  }

  private static func paragraphs(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.isEmpty ? ".PP" : escaped(String(line))
    }.joined(separator: "\n")
  }

  /// What man(7) would take for its own: backslashes, dashes, and a dot or quote that begins a line.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for letter in text {
      switch letter {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(letter)
      }
    }
    return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
  }
}
