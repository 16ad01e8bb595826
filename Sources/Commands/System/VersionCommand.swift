import CommandLine
import GoTemplate

/// `podman version`: what this program is.
enum VersionCommand {
  static let command = PodmanCommand(
    "version", "Display the Podman version information",
    examples: ["", "--format '{{.Client.Version}}'", "--format json"],
    options: {
      [Option("format", "f", .string(), "Change the output format to JSON or a Go template")]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let value = GoValue.structure(.field("Client", client))
    if let format = call.options.given("format") {
      if Listing.isJSON(format) {
        call.output.line(value.json)
        return 0
      }
      do {
        try Inspection.writeOne(value, to: call.output, format: format)
      } catch is TemplateError {
        // There is no server: who asks for its version, or for none's, means ours.
        try Inspection.writeOne(
          client, to: call.output, format: Listing.replacing(".Server.", with: ".", in: format))
      }
      return 0
    }
    call.output.write(
      Columns.align(
        """
        Client:\tPodman Engine
        Version:\t\(Version.number)
        API Version:\t\(Version.api)
        Built with:\tSwift \(Version.compiler)
        OS/Arch:\tlinux/\(Version.architecture)

        """))
    return 0
  }

  static var client: GoValue {
    .structure(
      .field("APIVersion", .string(Version.api)),
      .field("Version", .string(Version.number)),
      .field("GoVersion", .string("swift\(Version.compiler)")),
      .field("GitCommit", ""),
      .field("BuiltTime", "Thu Jan  1 00:00:00 1970"),
      .field("Built", 0),
      .field("BuildOrigin", omitsEmpty: true, ""),
      .field("OsArch", .string("linux/\(Version.architecture)")),
      .field("Os", "linux"))
  }
}
