/// The commands that speak to registries without an image.
enum RegistryCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [LoginCommand.command, LogoutCommand.command, SearchCommand.command]
  }
}
