import CommandLine
import Engine

/// `podman network disconnect`.
enum NetworkDisconnect {
  static let command = PodmanCommand(
    "disconnect", "network rm", details: "Remove container from a network",
    usage: "[options] NETWORK CONTAINER", arguments: .exactly(2), examples: ["web secondary"],
    completion: .names("networks"),
    options: { [Option("force", "f", .flag(), "force removal of container from network")] },
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.networks.disconnect(
      call.arguments[0], container: call.arguments[1], isForced: call.options.flag("force"))
    return 0
  }
}
