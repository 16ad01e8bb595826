import CommandLine

/// The commands of the area secret.
enum SecretCommands {
  /// Those below `podman secret`.
  static var below: [PodmanCommand] { [] }
}
