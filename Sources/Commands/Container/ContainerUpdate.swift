import CommandLine
import Engine
import RuntimeSpec

/// `podman update`.
enum ContainerUpdate {
  static let command = PodmanCommand(
    "update", "Update an existing container",
    details:
      "Updates the configuration of an existing container, allowing changes to resource limits "
      + "and healthchecks",
    usage: "CONTAINER", arguments: .atMost(1), examples: ["--cpus=5 foobar_container"],
    completion: .names("containers"),
    options: {
      ResourceOptions.declarations + ContainerOptions.health + [
        Option("env", "e", .array(), "Set environment variables in container"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("restart", .string(), "Restart policy to apply when a container exits"),
        Option("ulimit", .list(), "Ulimit options"),
        Option("unsetenv", .array(), "Unset environment default variables in container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    guard let id = try ContainerSelection(call).ids().first else {
      throw CommandFailure("you must provide at least one name or id")
    }
    var change = Containers.Update()
    change.limits = try ResourceOptions(options).limits()
    if options.has("pids-limit") {
      change.limits.pids = .init(limit: options.integer("pids-limit"))
    }
    let reader = try ContainerOptions(call)
    for entry in options.list("env") { change.environment += try reader.variables(entry) }
    change.unsetVariables = options.list("unsetenv")
    change.ulimits = options.list("ulimit")
    if let text = options.given("restart") {
      guard let policy = ContainerRestart(text) else {
        throw EngineError.invalid(
          option: "--restart", value: text, reason: "there is no such policy")
      }
      change.restart = policy
    }
    var request = ContainerRequest()
    try reader.applyHealth(&request)
    change.health = request.health
    change.changesHealth = ContainerOptions.health.contains { options.has($0.name) }
    let container = try call.engine.containers.update(id, change)
    call.output.line(container.id)
    return 0
  }
}
