/// The commands of the area image.
enum ImageCommands {
  /// Those that stand right below the program.
  static var top: [PodmanCommand] { [] }

  /// Those below `podman image`.
  static var below: [PodmanCommand] { [] }
}
