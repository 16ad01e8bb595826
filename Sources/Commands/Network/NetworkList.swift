import CommandLine
import Engine
import GoTemplate
import Networking

/// `podman network ls`.
enum NetworkList {
  static let command = PodmanCommand(
    "ls", "network list", aliases: ["list"], details: "List networks", usage: "[options]",
    arguments: .none, examples: [""],
    options: {
      [
        Option("filter", "f", .array(), "Provide filter values (e.g. 'name=podman')"),
        Option("format", .string(), "Pretty-print networks to JSON or using a Go template"),
        Option("no-trunc", .flag(), "Do not truncate the network ID"),
        Option("noheading", "n", .flag(), "Do not print headers"),
        Option("quiet", "q", .flag(), "display only names"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let engine = try call.engine
    let filter = try NetworkFilter(call.options.list("filter"), isPruning: false, engine)
    let (all, broken) = try engine.networks.list()
    let networks = try all.filter { try filter.matches($0) }
    if call.options.flag("quiet") {
      guard call.options.given("format") == nil else {
        throw CommandFailure("quiet and format cannot be used together")
      }
      for network in networks { call.output.line(network.name) }
    } else {
      let isWhole = call.options.flag("no-trunc")
      let listing = Listing(
        table: "{{.ID}}\t{{.Name}}\t{{.Driver}}",
        titles: ["ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Labels": "LABELS"],
        rows: networks.map {
          NetworkRow.value(
            $0, id: isWhole ? $0.id : String($0.id.prefix(12)), joinsLabels: true)
        },
        json: .list(networks.map { NetworkRow.value($0) }))
      try listing.write(
        to: call.output, format: call.options.given("format"),
        heading: !call.options.flag("noheading"))
    }
    for error in broken { call.warn("\(error)") }
    return 0
  }
}
