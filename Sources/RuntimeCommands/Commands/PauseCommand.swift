import RuntimeCore

/// `pause`: stops all processes of a container where they are.
enum PauseCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "pause", summary: "suspend all processes of a container",
      arguments: "<container-id>", argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    try pauseContainer(call.containerID(), call.context)
    return 0
  }
}

/// `resume`: lets the processes of a paused container go on.
enum ResumeCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "resume", summary: "resume all processes of a paused container",
      arguments: "<container-id>", argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    try resumeContainer(call.containerID(), call.context)
    return 0
  }
}
