import LinuxSystem
import RuntimeCore

/// `kill`: sends a signal to a container.
enum KillCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "kill", summary: "send a signal to a container's first process",
      arguments: "<container-id> [signal]",
      details: """
        The signal is a name with or without SIG, or a number; SIGTERM when not given.
        """,
      options: [Option("all", "a", .flag, "send it to all processes of the container")],
      argumentCount: 1...2, stopsAtFirstArgument: true)
  }

  static func run(_ call: Call) throws -> CInt {
    var name = call.arguments.count > 1 ? call.arguments[1] : ""
    if name.isEmpty { name = "SIGTERM" }
    guard let signal = Signal(name) else { throw CommandError.unknownSignal(name) }
    let all = call.options.flag("all")
    do {
      try killContainer(call.containerID(), signal, all: all, call.context)
    } catch RuntimeError.notRunning where all {
      // All processes of a container that has ended have got it.
    }
    return 0
  }
}
