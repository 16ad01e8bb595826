import CommandLine
import Engine

/// `podman init`.
enum ContainerInit {
  static let command = PodmanCommand(
    "init", "Initialize one or more containers",
    details: "Initialize one or more containers, creating the OCI spec and mounts for inspection. "
      + "Container names or IDs can be used.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["--latest", "3c45ef19d893", "test1"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Initialize all containers"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    var start = Containers.StartOptions()
    start.stopsBeforeProgram = true
    return try ContainerVerb.each(call, all: { $0.state.status == .created }) {
      try containers.start($0, start)
    }
  }
}
