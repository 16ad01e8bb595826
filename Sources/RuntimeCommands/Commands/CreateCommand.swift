import RuntimeCore

/// `create`: makes a container, whose program waits for `start`.
enum CreateCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "create", summary: "create a container", arguments: "<container-id>",
      details: newContainerHelp,
      options: [
        .bundle, .consoleSocket, .pidfdSocket, .pidFile, .noPivot, .noNewKeyring,
        .preserveDescriptors,
      ],
      argumentCount: 1...1, entersContainer: true)
  }

  static func run(_ call: Call) throws -> CInt {
    do {
      try createContainer(call.containerID(), call.options.createOptions(), call.context)
      return 0
    } catch {
      throw CommandError.failed(command: "\(Version.name) create", error)
    }
  }
}
