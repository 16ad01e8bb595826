import CommandLine

/// The commands of the area volume.
enum VolumeCommands {
  /// Those below `podman volume`.
  static var below: [PodmanCommand] {
    [
      VolumeCreate.command, VolumeExists.command, VolumeExport.command, VolumeImport.command,
      VolumeInspect.command,
      VolumeList.command, VolumeMount.command, VolumePrune.command,
      VolumeReload.command, VolumeRemove.command,
      VolumeUnmount.command,
    ]
  }
}
