import CommandLine

/// The commands of the area container.
enum ContainerCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [
      ContainerCreate.command,
      ContainerInit.command,
      ContainerKill.command,
      ContainerList.command,
      ContainerPause.command,
      ContainerPort.command,
      ContainerRemove.command,
      ContainerRename.command,
      ContainerRestartCommand.command,
      ContainerRun.command,
      ContainerStart.command,
      ContainerStop.command,
      ContainerUnpause.command,
      ContainerUpdate.command,
      ContainerMountRoot.command,
      ContainerUnmountRoot.command,
    ]
  }

  /// Those below `podman container`.
  static var below: [PodmanCommand] {
    top + [
      ContainerCleanup.command,
      ContainerExists.command,
      ContainerInspect.command,
      ContainerList.command.named("list", aliases: ["ls"]),
      ContainerPrune.command,
      MonitorEvent.command,
    ]
  }
}
