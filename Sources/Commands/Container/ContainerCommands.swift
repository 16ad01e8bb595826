import CommandLine

/// The commands of the area container.
enum ContainerCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] { shared + [ContainerDiff.anything] }

  /// Those below `podman container`.
  static var below: [PodmanCommand] {
    shared + [
      ContainerCheckpoint.command,
      ContainerCleanup.command,
      ContainerDiff.container,
      ContainerClone.command,
      ContainerExists.command,
      ContainerInspect.command,
      ContainerList.command.named("list", aliases: ["ls"]),
      ContainerPrune.command,
      ContainerRestore.command,
      ContainerRunLabel.command,
      MonitorEvent.command,
    ]
  }

  /// Those that stand in both places.
  private static var shared: [PodmanCommand] {
    [
      ContainerAttach.command,
      ContainerCommit.command,
      ContainerCopy.command,
      ContainerCreate.command,
      ContainerExec.command,
      ContainerExport.command,
      ContainerInit.command,
      ContainerKill.command,
      ContainerList.command,
      ContainerLogs.command,
      ContainerMountRoot.command,
      ContainerPause.command,
      ContainerPort.command,
      ContainerRemove.command,
      ContainerRename.command,
      ContainerRestartCommand.command,
      ContainerRun.command,
      ContainerStart.command,
      ContainerStats.command,
      ContainerStop.command,
      ContainerTop.command,
      ContainerUnmountRoot.command,
      ContainerUnpause.command,
      ContainerUpdate.command,
      ContainerWait.command,
    ]
  }
}
