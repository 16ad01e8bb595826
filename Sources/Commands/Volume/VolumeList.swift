import CommandLine
import Engine
import GoTemplate

/// `podman volume ls`.
enum VolumeList {
  static let command = PodmanCommand(
    "ls", "List volumes", aliases: ["list"],
    details: """
      podman volume ls

      List all available volumes. The output of the volumes can be filtered
      and the output format can be changed to JSON or a user specified Go template.
      """,
    examples: ["", "--filter dangling=true", "--format json"],
    options: {
      [
        Option("filter", "f", .array(), "Filter volume output"),
        Option(
          "format", .string(default: "{{range .}}{{.Driver}}\\t{{.Name}}\\n{{end -}}"),
          "Format volume output using Go template"),
        Option("noheading", "n", .flag(), "Do not print headers"),
        Option("quiet", "q", .flag(), "Print volume output in quiet mode"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let format = call.options.given("format")
    if call.options.flag("quiet"), format != nil {
      throw CommandFailure("quiet and format flags cannot be used together")
    }
    let filters = try Filters(call.options.list("filter"))
    let volumes = try call.engine.volumes
    let filter = try VolumeFilter(filters.values, in: volumes)
    let found = try volumes.list(filter)
    if call.options.flag("quiet") {
      for volume in found { call.output.line(volume.name) }
      return 0
    }
    let listing = Listing(
      table: "{{.Driver}}\t{{.Name}}", titles: ["Name": "VOLUME NAME"],
      rows: found.map { VolumeRow.row($0) }, json: .list(found.map { VolumeRow.value($0) }))
    // Without volumes there is no table either.
    if found.isEmpty, !Listing.isJSON(format ?? "") { return 0 }
    try listing.write(
      to: call.output, format: format, heading: !call.options.flag("noheading"))
    return 0
  }
}
