import CommandLine
import Engine

/// `podman rename`.
enum ContainerRename {
  static let command = PodmanCommand(
    "rename", "Rename an existing container",
    details: "The podman rename command allows you to rename an existing container",
    usage: "CONTAINER NAME", arguments: .exactly(2), examples: ["containerA newName"],
    completion: .names("containers"), run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.containers.rename(call.arguments[0], to: call.arguments[1])
    return 0
  }
}
