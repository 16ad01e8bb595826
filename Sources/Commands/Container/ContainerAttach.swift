import CommandLine
import Engine

/// `podman attach`.
enum ContainerAttach {
  static let command = PodmanCommand(
    "attach", "Attach to a running container",
    details:
      "Attach to a running container's standard input, output, and error streams, or use the --latest flag.",
    usage: "CONTAINER", arguments: .any, examples: ["ctrID", "1234", "--no-stdin foobar"],
    completion: .names("containers"),
    options: {
      [
        Option(
          "detach-keys", .string(),
          "Select the key sequence for detaching a container. Format is a single character [a-Z] or a comma separated sequence of ctrl-<value>, where <value> is one of: a-z, @, ^, [, , or _"
        ),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("no-stdin", .flag(), "Do not attach STDIN. The default is false"),
        Option("sig-proxy", .flag(default: true), "Proxy received signals to the process"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    if call.arguments.count > 1 || call.arguments.isEmpty && !call.options.flag("latest") {
      throw CommandFailure(
        "attach requires the name or id of one running container or the latest flag")
    }
    let keys = try ContainerRun.detachKeys(call)
    let names = try ContainerSelection(call).ids()
    call.output.flush()
    return try call.engine.containers.attach(
      names.first ?? "", sendsInput: !call.options.flag("no-stdin"), detachKeys: keys,
      proxiesSignals: call.options.flag("sig-proxy")) ?? 0
  }
}
