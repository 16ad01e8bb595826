import CommandLine

/// `podman version`.
enum VersionCommand {
  static let command = PodmanCommand(
    "version", "Display the Podman version information",
    usage: "", arguments: .none,
    options: {
      [Option("format", "f", .string(), "Change the output format to JSON or a Go template")]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    call.output.line("Client:       Podman Engine")
    call.output.line("Version:      \(Version.number)")
    return 0
  }
}
