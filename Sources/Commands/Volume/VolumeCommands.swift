/// The commands of the area volume.
enum VolumeCommands {
  /// Those below `podman volume`.
  static var below: [PodmanCommand] { [] }
}
