import CommandLine

/// The commands of the area image.
enum ImageCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [
      ImageHistory.command, ImageList.command, ImageRemove.command, ImageTag.command,
      ImageUntag.command,
    ]
  }

  /// Those below `podman image`.
  static var below: [PodmanCommand] {
    [
      ImageExists.command, ImageHistory.command, ImageInspect.command,
      ImageList.command.named("list", aliases: ["ls"]), ImagePrune.command,
      ImageRemove.command.named("rm"), ImageTag.command, ImageTree.command, ImageUntag.command,
      ImageMount.command, ImageUnmount.command,
    ]
  }
}
