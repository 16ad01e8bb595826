import RuntimeCore

/// `checkpoint`: saves a container's processes to files.
enum CheckpointCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "checkpoint", summary: "checkpoint a running container",
      arguments: "<container-id>",
      details: """
        The processes are saved by the program criu, and the container is deleted unless it is
        to go on. restore takes them up again.
        """,
      options: Option.criu + [
        Option("parent-path", .text(), "the folder of an earlier pre-dump, from --image-path on"),
        Option("leave-running", "let the container go on afterwards"),
        Option("tcp-skip-in-flight", "pass over TCP connections that are being made"),
        Option("link-remap", "give removed files that are open a name again"),
        Option(
          "status-fd", .integer(default: -1),
          "the descriptor that gets a zero byte once lazy pages can be asked for"),
        Option("page-server", .text(), "ADDRESS:PORT of the server that memory is sent to"),
        Option("pre-dump", "save memory alone, and let the container go on"),
      ],
      argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    let given = call.options
    var options = CheckpointOptions()
    options.criu = try call.criuChoices()
    options.parentPath = given.text("parent-path")
    options.leaveRunning = given.flag("leave-running")
    options.tcpSkipInFlight = given.flag("tcp-skip-in-flight")
    options.linkRemap = given.flag("link-remap")
    options.preDump = given.flag("pre-dump")
    if let number = given.integer("status-fd"), number >= 0 {
      options.statusDescriptor = Int32(clamping: number)
    }
    if let text = given.text("page-server") {
      guard let server = CheckpointOptions.PageServer(text) else {
        throw CommandError.invalidOption("page-server", reason: "it has the form ADDRESS:PORT")
      }
      options.pageServer = server
    }
    try checkpointContainer(call.containerID(), options, call.context)
    return 0
  }
}
