import CommandLine
import Engine

/// `podman network reload`.
enum NetworkReload {
  static let command = PodmanCommand(
    "reload", "Reload firewall rules for one or more containers",
    details: "reload container networks, recreating firewall rules",
    usage: "[options] [CONTAINER...]", arguments: .any,
    examples: ["--latest", "3c13ef6dd843", "test1 test2"], completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Reload network configuration of all containers"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let engine = try call.engine
    let takesAll = call.options.flag("all")
    let takesLatest = call.options.flag("latest")
    guard [takesAll, takesLatest, !call.arguments.isEmpty].filter({ $0 }).count == 1 else {
      throw CommandFailure(
        takesAll || takesLatest
          ? "--all, --latest and names of containers cannot be used together"
          : "you must provide at least one name or id")
    }
    var containers: [Containers.Container] = []
    var errors: [any Error] = []
    if takesAll {
      containers = try engine.containers.all()
    } else if takesLatest {
      containers = try engine.containers.all().suffix(1)
    } else {
      for name in call.arguments {
        do { containers.append(try engine.containers.find(name)) } catch { errors.append(error) }
      }
    }
    try engine.networks.reload(containers)
    for container in containers { call.output.line(container.id) }
    return call.finish(errors)
  }
}
