import CommandLine
import Engine

/// `podman start`.
enum ContainerStart {
  static let command = PodmanCommand(
    "start", "Start one or more containers",
    details: "Starts one or more containers.  The container name or ID can be used.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["--attach 860a4b231279", "-i imageID", "--all"], completion: .names("containers"),
    options: {
      [
        Option("all", .flag(), "Start all containers regardless of their state or configuration"),
        Option("attach", "a", .flag(), "Attach container's STDOUT and STDERR"),
        Option("detach-keys", .string(), "Select the key sequence for detaching a container"),
        Option("filter", "f", .array(), "Filter output based on conditions given"),
        Option("interactive", "i", .flag(), "Make STDIN available to the contained process"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option(
          "sig-proxy", .flag(default: false),
          "Proxy received signals to the process (default true if attaching, false otherwise)"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    let containers = try call.engine.containers
    let attaches = options.flag("attach") || options.flag("interactive")
    try check(call, attaches: attaches)
    guard attaches else {
      return try ContainerVerb.each(call, all: { $0.state.status != .running }) {
        try containers.start($0)
      }
    }
    let ids = try ContainerSelection(call).ids()
    guard let id = ids.first else { return 0 }
    guard ids.count == 1 else {
      throw CommandFailure("you cannot start and attach multiple containers at once")
    }
    let container = try containers.find(id)
    var foreground = Containers.ForegroundOptions()
    foreground.sendsInput = options.flag("interactive") && container.record.process.hasStandardInput
    foreground.detachKeys = try ContainerRun.detachKeys(call)
    foreground.proxiesSignals =
      options.has("sig-proxy") ? options.flag("sig-proxy") : !container.record.process.hasTerminal
    foreground.closesInput = false
    return try containers.runInForeground(id, foreground) ?? 0
  }

  private static func check(_ call: Call, attaches: Bool) throws {
    let options = call.options
    if call.arguments.isEmpty, !options.flag("latest"), !options.flag("all"), !options.has("filter")
    {
      throw CommandFailure("start requires at least one argument")
    }
    if options.flag("all"), !call.arguments.isEmpty {
      throw CommandFailure(
        "either start all containers or the container(s) provided in the arguments")
    }
    if attaches, options.flag("all") {
      throw CommandFailure("you cannot start and attach all containers at once")
    }
    if attaches, call.arguments.count > 1 {
      throw CommandFailure("you cannot start and attach multiple containers at once")
    }
    if !attaches, options.flag("sig-proxy") {
      throw CommandFailure("you cannot use sig-proxy without --attach: invalid argument")
    }
  }
}
