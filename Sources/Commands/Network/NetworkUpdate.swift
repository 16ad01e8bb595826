import CommandLine
import Engine

/// `podman network update`.
enum NetworkUpdate {
  static let command = PodmanCommand(
    "update", "update an existing podman network",
    details: "update networks for containers and pods", usage: "[options] NETWORK",
    arguments: .exactly(1), examples: ["podman1"], completion: .names("networks"),
    options: {
      [
        Option("dns-add", .list(), "add network level nameservers"),
        Option("dns-drop", .list(), "remove network level nameservers"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let added = call.options.list("dns-add")
    let dropped = call.options.list("dns-drop")
    guard !added.isEmpty || !dropped.isEmpty else {
      throw CommandFailure("must specify at least one of --dns-add and --dns-drop")
    }
    try call.engine.networks.update(
      call.arguments[0], addingServers: added, droppingServers: dropped)
    call.output.line(call.arguments[0])
    return 0
  }
}
