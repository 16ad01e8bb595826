import CommandLine
import Engine
import LinuxSystem

/// `podman kill`.
enum ContainerKill {
  static let command = PodmanCommand(
    "kill", "Kill one or more running containers with a specific signal",
    details: "The main process inside each container specified will be sent SIGKILL, or any signal "
      + "specified with option --signal.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["mywebserver", "860a4b23", "--signal TERM ctrID"], completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Signal all running containers"),
        Option("cidfile", .array(), "Read the container ID from the file", completion: .files),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("signal", "s", .string(default: "KILL"), "Signal to send to the container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let text = call.options.string("signal")
    if let number = Int(text), !(1...64).contains(number) {
      throw CommandFailure("valid signals are 1 through 64")
    }
    guard let signal = Signal(text), signal.rawValue > 0 else {
      throw CommandFailure("invalid signal: \(text)")
    }
    let containers = try call.engine.containers
    return try ContainerVerb.each(call, all: { $0.state.status == .running }) {
      try containers.kill($0, signal: signal)
    }
  }
}
