import JSON
import RuntimeCore

/// `ps`: prints the processes of a container.
enum PsCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "ps", summary: "display the processes that run in a container",
      arguments: "<container-id> [ps options]",
      details: """
        The table is that of the host's ps(1) with the given options, -ef when there are none.
        """,
      options: [.format], argumentCount: 1...(.max), stopsAtFirstArgument: true)
  }

  static func run(_ call: Call) throws -> CInt {
    let format = try OutputFormat(call.options)
    let processes = try containerProcesses(call.containerID(), call.context)
    switch format {
    case .json:
      try printOut(JSONWriter().write(processes) + Array("\n".utf8))
    case .table:
      let arguments = Array(call.arguments.dropFirst())
      let output = try HostProcessTable.read(arguments.isEmpty ? ["-ef"] : arguments)
      try printOut(HostProcessTable.lines(of: processes, in: output))
    }
    return 0
  }
}
