import CommandLine
import Engine
import Networking

/// `podman network prune`.
enum NetworkPrune {
  static let command = PodmanCommand(
    "prune", "network prune", details: "Prune unused networks", usage: "[options]",
    arguments: .none, examples: [""],
    options: {
      [
        Option("filter", .array(), "Provide filter values (e.g. 'label=<key>=<value>')"),
        Option("force", "f", .flag(), "do not prompt for confirmation"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let engine = try call.engine
    let filter = try NetworkFilter(call.options.list("filter"), isPruning: true, engine)
    if !call.options.flag("force") {
      call.output.line(
        "WARNING! This will remove all networks not used by at least one container.")
      guard try call.confirm("Are you sure you want to continue?") else { return 0 }
    }
    var errors: [any Error] = []
    for network in try engine.networks.unused() where try filter.matches(network) {
      do {
        _ = try engine.networks.remove(network.name)
        call.output.line(network.name)
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }
}
