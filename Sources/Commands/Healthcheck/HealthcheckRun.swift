import CommandLine
import Engine

/// `podman healthcheck run`.
enum HealthcheckRun {
  static let command = PodmanCommand(
    "run", "Run the health check of a container",
    details: "Run the health check of a container",
    usage: "CONTAINER", arguments: .exactly(1), examples: ["mywebapp"],
    completion: .names("containers"),
    options: {
      [Option("ignore-result", .flag(), "Exit with code 0 regardless of healthcheck result")]
    },
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isHealthy = try call.engine.containers.checkHealth(call.arguments[0])
    guard !isHealthy else { return 0 }
    call.output.line("unhealthy")
    return call.options.flag("ignore-result") ? 0 : 1
  }
}
