import CommandLine
import Engine
import Storage

/// `podman container exists`.
enum ContainerExists {
  static let command = PodmanCommand(
    "exists", "Check if a container exists in local storage",
    details:
      "If the named container exists in local storage, podman container exists exits with 0, "
      + "otherwise the exit code will be 1.",
    usage: "CONTAINER", arguments: .exactly(1), examples: ["containerID"],
    completion: .names("containers"),
    options: {
      [Option("external", "Check external storage containers as well as Podman containers")]
    },
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    do {
      _ = try call.engine.containers.find(call.arguments[0])
      return 0
    } catch EngineError.noSuch {
      if call.options.flag("external"),
        try call.engine.store.container(call.arguments[0]) != nil
      {
        return 0
      }
      return 1
    }
  }
}
