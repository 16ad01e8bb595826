import CommandLine
import Engine

/// `podman container prune`.
enum ContainerPrune {
  static let command = PodmanCommand(
    "prune", "Remove all non running containers", details: "Removes all non running containers",
    usage: "", arguments: .none, examples: ["", "--force"],
    options: {
      [
        Option("filter", .array(), "Provide filter values (e.g. 'label=<key>=<value>')"),
        Option("force", "f", .flag(), "Do not prompt for confirmation.  The default is false"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    if !call.options.flag("force") {
      call.output.line("WARNING! This will remove all non running containers.")
      guard try call.confirm("Are you sure you want to continue?") else { return 0 }
    }
    let containers = try call.engine.containers
    var chosen = try containers.allCurrent()
    let filters = call.options.list("filter")
    if !filters.isEmpty { chosen = try ContainerFilters(filters, containers).matching(chosen) }
    var errors: [any Error] = []
    for container in chosen {
      switch container.state.status {
      case .created, .exited, .stopped: break
      default: continue
      }
      do {
        try containers.remove(container.id, .init(isForced: false, removesVolumes: true))
        call.output.line(container.id)
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }
}
