import RuntimeCore

/// `delete`: removes all that belongs to a container.
enum DeleteCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "delete", summary: "delete what is left of a container", arguments: "<container-id>",
      options: [
        Option("force", "f", .flag, "kill the container first if it still runs (SIGKILL)")
      ],
      argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    try deleteContainer(call.containerID(), force: call.options.flag("force"), call.context)
    return 0
  }
}
