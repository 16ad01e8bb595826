import CommandLine
import Engine

/// `podman network exists`.
enum NetworkExists {
  static let command = PodmanCommand(
    "exists", "network exists",
    details:
      "If the named network exists, podman network exists exits with 0, otherwise the exit code will be 1.",
    usage: "NETWORK", arguments: .exactly(1), examples: ["net1"], completion: .names("networks"),
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.networks.exists(call.arguments[0]) ? 0 : 1
  }
}
