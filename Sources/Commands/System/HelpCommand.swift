import CommandLine

/// `podman help`: the help of any command.
enum HelpCommand {
  static let command = PodmanCommand(
    "help", "Help about any command",
    details: "Help provides help for any command in the application.\n"
      + "Simply type podman help [path to command] for full details.",
    usage: "[command]", arguments: .any, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var path = [podman]
    for word in call.arguments {
      guard let next = path.last?.children().first(where: { $0.isCalled(word) }) else {
        call.output.write("Unknown help topic [`\(call.arguments.joined(separator: " "))`]\n")
        call.output.write(Help.usage([podman]))
        return 0
      }
      path.append(next)
    }
    call.output.write(Help.text(path))
    return 0
  }
}
