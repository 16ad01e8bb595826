import CommandLine
import Engine

/// `podman restart`.
enum ContainerRestartCommand {
  static let command = PodmanCommand(
    "restart", "Restart one or more containers",
    details: "Restarts one or more running containers. The container ID or name can be used.\n\n"
      + "  A timeout before forcibly stopping can be set, but defaults to 10 seconds.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["ctrID", "ctrID1 ctrID2", "--latest"], completion: .names("containers"),
    options: {
      ContainerVerb.selection("Restart all non-running containers") + [
        Option("running", "Restart only running containers"),
        Option(
          "time", "t", .integer(default: 10),
          "Seconds to wait for stop before killing the container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    let timeout = call.options.has("time") ? call.options.integer("time") : nil
    guard !call.options.flag("running") || !call.arguments.isEmpty else {
      var errors: [any Error] = []
      for container in try containers.allCurrent() where container.state.status == .running {
        do {
          try containers.restart(container.id, timeout: timeout)
          call.output.line(container.id)
        } catch {
          errors.append(error)
        }
      }
      return call.finish(errors)
    }
    return try ContainerVerb.each(call) { try containers.restart($0, timeout: timeout) }
  }
}
