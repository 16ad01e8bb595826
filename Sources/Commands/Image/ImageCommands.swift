import CommandLine

/// The commands of the area image.
enum ImageCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] {
    [
      ImageHistory.command, ImageImport.command, ImageList.command, ImageLoad.command,
      ImagePull.command, ImagePush.command, ImageRemove.command, ImageSave.command,
      ImageTag.command, ImageUntag.command,
    ]
  }

  /// Those below `podman image`.
  static var below: [PodmanCommand] {
    [
      ContainerDiff.image, ImageExists.command, ImageHistory.command, ImageImport.command,
      ImageInspect.command, ImageList.command.named("list", aliases: ["ls"]), ImageLoad.command,
      ImageMount.command, ImagePrune.command, ImagePull.command, ImagePush.command,
      ImageRemove.command.named("rm"), ImageSave.command, SearchCommand.command,
      ImageSecureCopy.command, ImageSign.command, ImageTag.command, ImageTree.command,
      ImageUnmount.command,
      ImageUntag.command,
      PodmanCommand(group: "trust", "Manage container image trust policy") {
        [ImageTrustSet.command, ImageTrustShow.command]
      },
    ]
  }
}
