import CommandLine

/// The commands of the area system.
enum SystemCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [
      CompleteCommand.command,
      CompletionCommand.command,
      EventsCommand.command,
      HelpCommand.command,
      InfoCommand.command,
      InspectCommand.command,
      ManualCommand.command,
      Unshare.command,
      VersionCommand.command,
    ]
  }

  /// Those below `podman system`.
  static var below: [PodmanCommand] {
    [
      EventsCommand.command, SystemCheck.command, SystemDiskUsage.command, InfoCommand.command,
      SystemPrune.command, SystemReset.command, SystemMigrate.command, SystemRenumber.command,
    ]
  }
}
