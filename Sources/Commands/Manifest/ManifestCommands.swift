import CommandLine

/// The commands of the area manifest.
enum ManifestCommands {
  /// Those below `podman manifest`.
  static var below: [PodmanCommand] { [] }
}
