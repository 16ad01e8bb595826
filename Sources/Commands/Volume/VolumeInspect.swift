import CommandLine
import Engine
import GoTemplate

/// `podman volume inspect`.
enum VolumeInspect {
  static let command = PodmanCommand(
    "inspect", "Display detailed information on one or more volumes",
    details: """
      Display detailed information on one or more volumes.

        Use a Go template to change the format from JSON.
      """,
    usage: "VOLUME [VOLUME...]", arguments: .any,
    examples: ["myvol", "--all", "--format \"{{.Driver}} {{.Scope}}\" myvol"],
    completion: .names("volumes"),
    options: {
      [
        Option("all", "a", .flag(), "Inspect all volumes"),
        Option(
          "format", "f", .string(default: "json"), "Format volume output using Go template"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isAll = call.options.flag("all")
    guard isAll == call.arguments.isEmpty else {
      throw CommandFailure("provide one or more volume names or use --all")
    }
    let volumes = try call.engine.volumes
    var rows: [GoValue] = []
    var errors: [any Error] = []
    if isAll { rows = try volumes.all().map { VolumeRow.value($0) } }
    for name in call.arguments {
      do {
        rows.append(VolumeRow.value(try volumes.find(name)))
      } catch EngineError.noSuch {
        errors.append(CommandFailure("no such volume \(name)"))
      }
    }
    let format = call.options.given("format")
    if !rows.isEmpty || Listing.isJSON(format ?? "json") {
      try Inspection.write(rows, to: call.output, format: format)
    }
    return call.finish(errors)
  }
}
