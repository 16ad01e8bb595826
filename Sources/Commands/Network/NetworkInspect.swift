import CommandLine
import Engine
import GoTemplate
import Networking

/// `podman network inspect`.
enum NetworkInspect {
  static let command = PodmanCommand(
    "inspect", "Inspect network",
    details: "Displays the network configuration for one or more networks.",
    usage: "[options] NETWORK [NETWORK...]", arguments: .atLeast(1), examples: ["podman"],
    completion: .names("networks"),
    options: {
      [Option("format", "f", .string(), "Pretty-print network to JSON or using a Go template")]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let engine = try call.engine
    var errors: [any Error] = []
    var values = [Network]()
    for name in call.arguments {
      do { values.append(try engine.networks.find(name)) } catch { errors.append(error) }
    }
    try Inspection.write(
      try values.map { NetworkRow.value($0, members: try NetworkRow.members($0, engine)) },
      to: call.output, format: call.options.given("format"))
    return call.finish(errors)
  }
}
