/// What `--help` prints, for the program and for one command.
enum Help {
  static var ofProgram: String {
    let commands = commandNames.compactMap { name in
      command(named: name).map { (name, $0.declaration.summary) }
    }
    let globalOptions = GlobalOptions.declarations(root: RootFolder.standard.path)
    return """
      NAME:
         \(Version.name) - Open Container Initiative runtime

      Runs containers as the Open Container Initiative's runtime specification describes
      them. A container is described by a bundle: a folder with a file config.json and a
      root file system.

      To run one from the bundle in the current folder, under a name of your choice:

          # \(Version.name) run <container-id>

      USAGE:
         \(Version.name) [global options] command [command options] [arguments...]

      VERSION:
         \(Version.number)

      COMMANDS:
      \(columns(commands + [("help, h", "show a list of commands or help for one command")]))
      GLOBAL OPTIONS:
      \(options(globalOptions + [Option("help", "h", .flag, "show help")]))
      """
  }

  static func of(_ declaration: CommandDeclaration) -> String {
    var text = """
      NAME:
         \(Version.name) \(declaration.name) - \(declaration.summary)

      USAGE:
         \(Version.name) \(declaration.name)\(declaration.options.isEmpty ? "" : " [command options]")
      """
    if !declaration.arguments.isEmpty { text += " " + declaration.arguments }
    text += "\n"
    if !declaration.details.isEmpty { text += "\nDESCRIPTION:\n\(declaration.details)\n" }
    if !declaration.options.isEmpty {
      text += "\nOPTIONS:\n" + options(declaration.options)
    }
    return text
  }

  private static func options(_ options: [Option]) -> String {
    columns(
      options.compactMap { option in
        guard let help = option.help else { return nil }
        let value = option.value == .flag ? "" : " value"
        var names = "--\(option.name)\(value)"
        if let letter = option.letter { names += ", -\(letter)\(value)" }
        return (names, help + defaultText(option.value))
      })
  }

  private static func defaultText(_ value: Option.Value) -> String {
    switch value {
    case .text(let text) where !text.isEmpty: " (default: \"\(text)\")"
    case .integer(let number): " (default: \(number))"
    case .duration(let nanoseconds): " (default: \(nanoseconds / 1_000_000_000)s)"
    default: ""
    }
  }

  private static func columns(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { left, right in
      "   " + left + String(repeating: " ", count: width - left.count + 2) + right + "\n"
    }.joined()
  }
}
