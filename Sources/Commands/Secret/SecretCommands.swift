/// The commands of the area secret.
enum SecretCommands {
  /// Those below `podman secret`.
  static var below: [PodmanCommand] {
    [
      SecretCreate.command, SecretExists.command, SecretInspect.command, SecretList.command,
      SecretRemove.command,
    ]
  }
}
