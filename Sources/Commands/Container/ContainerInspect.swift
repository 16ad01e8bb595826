import CommandLine
import Engine
import GoTemplate

/// `podman container inspect`.
enum ContainerInspect {
  static let command = PodmanCommand(
    "inspect", "Display the configuration of a container",
    details: "Displays the low-level information on a container identified by name or ID.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["myCtr", "-l --format '{{.Id}} {{.Config.Labels}}'"],
    completion: .names("containers"),
    options: {
      [
        Option(
          "format", "f", .string(default: "json"), "Format the output to a Go template or json"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("size", "s", .flag(), "Display total file size"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var found: [GoValue] = []
    var errors: [any Error] = []
    for name in try ContainerSelection(call).ids(keepsMissing: true) {
      do {
        found.append(try value(call, name, showsSize: call.options.flag("size")))
      } catch {
        errors.append(error)
      }
    }
    let format = call.options.given("format")
    if !found.isEmpty || Listing.isJSON(format ?? "json") {
      try Inspection.write(found, to: call.output, format: format)
    }
    return call.finish(errors)
  }

  /// All that is known of a container.
  static func value(_ call: Call, _ name: String, showsSize: Bool = false) throws -> GoValue {
    let engine = try call.engine
    let container = try engine.containers.lookUp(name)
    return try ContainerInspection(
      container: container, facts: engine.containers.facts(of: container),
      size: showsSize ? engine.containers.size(of: container) : nil
    ).value
  }
}
