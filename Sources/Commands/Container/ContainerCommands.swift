import CommandLine

/// The commands of the area container.
enum ContainerCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [
      ContainerCreate.command, ContainerRemove.command, ContainerRun.command,
      ContainerMountRoot.command, ContainerUnmountRoot.command,
    ]
  }

  /// Those below `podman container`.
  static var below: [PodmanCommand] {
    top + [
      ContainerCleanup.command
    ]
  }
}
