import CommandLine

/// The commands of the area healthcheck.
enum HealthcheckCommands {
  /// Those below `podman healthcheck`.
  static var below: [PodmanCommand] { [HealthcheckRun.command] }
}
