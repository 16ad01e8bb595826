import RuntimeCore

/// `restore`: makes a container of the processes that `checkpoint` saved.
enum RestoreCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "restore", summary: "restore a container from an earlier checkpoint",
      arguments: "<container-id>", details: newContainerHelp,
      options: [.consoleSocket, .bundle, .detach, .pidFile, .noSubreaper, .noPivot] + Option.criu
        + [
          Option("tcp-close", "close TCP connections that were open"),
          Option("lsm-profile", .text(), "TYPE:NAME of the security profile to restore with"),
          Option("lsm-mount-context", .text(), "the security context of mounts to restore with"),
        ],
      argumentCount: 1...1)
  }

  static func run(_ call: Call) throws -> CInt {
    var options = RestoreOptions()
    options.criu = try call.criuChoices()
    options.create = try call.options.createOptions()
    options.tcpClose = call.options.flag("tcp-close")
    options.lsmProfile = call.options.text("lsm-profile")
    options.lsmMountContext = call.options.text("lsm-mount-context")
    return try restoreContainer(call.containerID(), options, call.context)
  }
}
