import CommandLine

/// The commands of the area manifest.
enum ManifestCommands {
  /// Those below `podman manifest`.
  static var below: [PodmanCommand] {
    [
      ManifestAdd.command, ManifestAnnotate.command, ManifestCreate.command,
      ManifestDelete.command, ManifestExists.command, ManifestInspect.command,
      ManifestPush.command, ManifestRemove.command,
    ]
  }
}
