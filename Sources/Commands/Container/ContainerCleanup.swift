import CommandLine
import Engine

/// `podman container cleanup`.
enum ContainerCleanup {
  static let command = PodmanCommand(
    "cleanup", "Clean up network and mountpoints of one or more containers",
    details: "Takes away what is left of containers that have ended: mounts, networks, cgroups.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any, examples: ["ctrID1 ctrID2", "--all"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Cleans up all containers"),
        Option("exec", .string(), "Clean up the given exec session instead of the container"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("rm", "After cleanup, remove the container entirely"),
        Option("rmi", "After cleanup, remove the image entirely"),
        Option(
          "stopped-only", "Only clean up when the container is in the stopped state", hidden: true),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    if let session = call.options.given("exec") { return try cleanUp(session, call) }
    var errors: [any Error] = []
    for id in try ContainerSelection(call).ids(keepsMissing: true) {
      do {
        let image = try containers.find(id).record.imageName
        try containers.cleanUp(id)
        if call.options.flag("rm") {
          try containers.remove(id, .init(isForced: true, removesVolumes: true))
        }
        if call.options.flag("rmi"), !image.isEmpty {
          errors += try call.engine.images.remove([image], .init()).errors
        }
        if call.arguments.isEmpty || call.writesToTerminal { call.output.line(id) }
      } catch EngineError.noSuch(.container, _) where call.options.flag("stopped-only") {
        continue
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }

  /// An exec session leaves nothing behind: its monitor takes everything away with it.
  private static func cleanUp(_ session: String, _ call: Call) throws -> Int32 {
    if call.options.flag("all") { throw CommandFailure("--all and --exec cannot be set together") }
    if call.options.flag("rmi") { throw CommandFailure("--exec and --rmi cannot be set together") }
    let names = try ContainerSelection(call).ids()
    guard let name = names.first, names.count == 1 else {
      throw CommandFailure("cannot use exec option when more than one container is given")
    }
    let container = try call.engine.containers.lookUp(name)
    if container.state.execIDs.contains(session) {
      throw CommandFailure(
        "exec session \(session) of container \(container.name) is running; it cleans up when it ends"
      )
    }
    call.output.line(name)
    return 0
  }
}
