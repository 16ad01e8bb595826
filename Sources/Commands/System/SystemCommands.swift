/// The commands of the area system.
enum SystemCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [HelpCommand.command, VersionCommand.command]
  }

  /// Those below `podman system`.
  static var below: [PodmanCommand] { [] }
}
