/// The commands of the area network.
enum NetworkCommands {
  /// Those below `podman network`.
  static var below: [PodmanCommand] { [] }
}
