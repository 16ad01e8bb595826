import CommandLine
import Engine

/// `podman container prune`.
enum ContainerPrune {
  static let command = PodmanCommand(
    "prune", "Remove all non running containers",
    details: "podman container prune\n\n\tRemoves all non running containers", examples: [""],
    options: {
      [
        Option("filter", .array(), "Provide filter values (e.g. 'label=<key>=<value>')"),
        Option(
          "force", "f", .flag(), "Do not prompt for confirmation.  The default is false"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try wanted(call)
    if !call.options.flag("force") {
      call.output.line("WARNING! This will remove all non running containers.")
      guard try call.confirm("Are you sure you want to continue?") else { return 0 }
    }
    let pruned = try call.engine.containers.prune(containers)
    for container in pruned where container.error == nil { call.output.line(container.id) }
    return call.finish(pruned.compactMap(\.error))
  }

  /// The containers that `--filter` lets pass.
  static func wanted(_ call: Call) throws -> [Containers.Container] {
    let texts = call.options.list("filter")
    for text in texts {
      let key = text.prefix { $0 != "=" }
      guard ["label", "label!", "until"].contains(key) else {
        throw CommandFailure("\(key) is an invalid filter")
      }
    }
    let containers = try call.engine.containers
    return try ContainerFilters(texts, containers).matching(containers.allCurrent())
  }
}
