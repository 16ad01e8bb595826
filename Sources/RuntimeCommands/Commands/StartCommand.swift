import RuntimeCore

/// `start`: lets a created container's program run.
enum StartCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "start", summary: "execute the program of a created container",
      arguments: "<container-id>", argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    try startContainer(call.containerID(), call.context)
    return 0
  }
}
