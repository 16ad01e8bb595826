import CommandLine
import Engine

/// `podman volume exists`.
enum VolumeExists {
  static let command = PodmanCommand(
    "exists", "Check if volume exists",
    details:
      "If the given volume exists, podman volume exists exits with 0, otherwise the exit code will "
      + "be 1.",
    usage: "VOLUME", arguments: .exactly(1), examples: ["myvol"], completion: .names("volumes"),
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.volumes.volume(named: call.arguments.first ?? "") == nil ? 1 : 0
  }
}
