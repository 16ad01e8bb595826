import RuntimeCore

/// `run`: makes a container, starts it and waits for it.
enum RunCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "run", summary: "create and run a container", arguments: "<container-id>",
      details: newContainerHelp,
      options: [
        .bundle, .consoleSocket, .pidfdSocket, .detach,
        Option("keep", "do not delete the container when its program has ended"), .pidFile,
        .noSubreaper, .noPivot, .noNewKeyring, .preserveDescriptors,
      ],
      argumentCount: 1...1, entersContainer: true)
  }

  static func run(_ call: Call) throws -> CInt {
    do {
      return try runContainer(call.containerID(), call.options.createOptions(), call.context)
    } catch {
      throw CommandError.failed(command: "\(Version.name) run", error)
    }
  }
}
