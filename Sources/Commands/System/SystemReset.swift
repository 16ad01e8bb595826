import CommandLine
import Engine

/// `podman system reset`: back to the first day.
enum SystemReset {
  static let command = PodmanCommand(
    "reset", "Reset podman storage",
    details: """
      Reset podman storage back to default state"

        All containers will be stopped and removed, and all images, volumes, networks and container \
      content will be removed.
      """, examples: [""],
    options: { [Option("force", "f", .flag(), "Do not prompt for confirmation")] }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let engine = try call.engine
    if !call.options.flag("force") {
      let folders = engine.configuration.folders
      let kinds = [
        "containers", "pods", "images", "networks", "build cache", "machines", "volumes",
      ]
      let lines =
        ["WARNING! This will remove:"] + kinds.map { "        - all \($0)" } + [
          "        - the graphRoot directory: \"\(folders.graphRoot)\"",
          "        - the runRoot directory: \"\(folders.runRoot)\"",
        ]
      call.output.line(lines.joined(separator: "\n"))
      guard try call.confirm("Are you sure you want to continue?") else { return 0 }
    }
    return call.finish(try engine.system.reset())
  }
}
