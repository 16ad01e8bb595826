import CommandLine
import Engine
import LinuxSystem

/// `podman stop`.
enum ContainerStop {
  static let command = PodmanCommand(
    "stop", "Stop one or more containers",
    details: "Stops one or more running containers.  The container name or ID can be used.\n\n"
      + "  A timeout to forcibly stop the container can also be set but defaults to 10 seconds otherwise.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["ctrID", "--time 2 mywebserver 6e534f14da9d"], completion: .names("containers"),
    options: {
      ContainerVerb.selection("Stop all running containers") + [
        Option("ignore", "i", .flag(), "Ignore errors when a specified container is missing"),
        Option(
          "time", "t", .integer(default: 10),
          "Seconds to wait for stop before killing the container",
          alias: ["timeout"]),
        Option("service", "Do not stop service containers", hidden: true),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    let timeout = call.options.has("time") ? call.options.integer("time") : nil
    return try ContainerVerb.each(
      call, all: { $0.state.status == .running || $0.state.status == .paused },
      passing: { error in
        if case EngineError.noSuch = error { return call.options.flag("ignore") }
        return false
      }
    ) { name in
      guard let killed = try containers.stop(name, .init(timeout: timeout)) else { return }
      call.warn(
        "StopSignal \(killed.signal.name) failed to stop container \(name) in \(killed.seconds) "
          + "seconds, resorting to SIGKILL")
    }
  }
}
