import CommandLine
import Engine

/// `podman create`.
enum ContainerCreate {
  static let command = PodmanCommand(
    "create", "Create but do not start a container",
    details:
      "Creates a new container from the given image or storage and prepares it for running the "
      + "specified command.",
    usage: "IMAGE [COMMAND [ARG...]]", arguments: .atLeast(1),
    examples: [
      "alpine ls", "--annotation HELLO=WORLD alpine ls", "-t -i --name myctr alpine ls",
    ],
    completion: .names("images"), stopsAtFirstArgument: true,
    options: {
      ContainerOptions.declarations
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let line = ["podman"] + Array(ProgramWords.all.dropFirst())
    let request = try ContainerOptions(call).request(call.arguments, line: line)
    if !request.network.ports.isEmpty, request.network.networks == ["host"] {
      call.warn(
        "Port mappings have been discarded because \"host\" network namespace mode is in use")
    }
    let idFile = try request.idFile.map { try ContainerIDFile.reserve($0) }
    let container = try call.engine.containers.create(request)
    try idFile?.write(container.id)
    call.output.line(container.id)
    return 0
  }
}
