import CommandLine
import Engine

/// `podman pause`.
enum ContainerPause {
  static let command = PodmanCommand(
    "pause", "Pause all the processes in one or more containers",
    details: "Pauses one or more running containers.  The container name or ID can be used.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["mywebserver", "860a4b23", "--all"], completion: .names("containers"),
    options: { ContainerVerb.selection("Pause all running containers") }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    return try ContainerVerb.each(call, all: { $0.state.status == .running }) {
      try containers.pause($0)
    }
  }
}

/// `podman unpause`.
enum ContainerUnpause {
  static let command = PodmanCommand(
    "unpause", "Unpause the processes in one or more containers",
    details:
      "Unpauses one or more previously paused containers.  The container name or ID can be used.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["ctrID", "--all"], completion: .names("containers"),
    options: { ContainerVerb.selection("Unpause all paused containers") }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    return try ContainerVerb.each(call, all: { $0.state.status == .paused }) {
      try containers.unpause($0)
    }
  }
}
