import CommandLine

/// The commands of the area container.
enum ContainerCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] { shared + [ContainerDiff.anything] }

  /// Those below `podman container`.
  static var below: [PodmanCommand] {
    shared + [
      ContainerCleanup.command,
      ContainerDiff.container,
      ContainerExists.command,
      ContainerInspect.command,
      ContainerList.command.named("list", aliases: ["ls"]),
      ContainerPrune.command,
      MonitorEvent.command,
    ]
  }

  /// Those that stand in both places.
  private static var shared: [PodmanCommand] {
    [
      ContainerCommit.command,
      ContainerCopy.command,
      ContainerCreate.command,
      ContainerExport.command,
      ContainerInit.command,
      ContainerKill.command,
      ContainerList.command,
      ContainerMountRoot.command,
      ContainerPause.command,
      ContainerPort.command,
      ContainerRemove.command,
      ContainerRename.command,
      ContainerRestartCommand.command,
      ContainerRun.command,
      ContainerStart.command,
      ContainerStop.command,
      ContainerUnmountRoot.command,
      ContainerUnpause.command,
      ContainerUpdate.command,
    ]
  }
}
