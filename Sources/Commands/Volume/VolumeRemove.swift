import CommandLine
import Engine

/// `podman volume rm`.
enum VolumeRemove {
  static let command = PodmanCommand(
    "rm", "Remove one or more volumes", aliases: ["remove"],
    details: """
      Remove one or more existing volumes.

        By default only volumes that are not being used by any containers will be removed. To remove \
      the volumes anyways, use the --force flag.
      """,
    usage: "VOLUME [VOLUME...]", arguments: .any,
    examples: ["myvol1 myvol2", "--all", "--force myvol"],
    completion: .names("volumes"),
    options: {
      [
        Option("all", "a", .flag(), "Remove all volumes"),
        Option(
          "force", "f", .flag(),
          "Remove a volume by force, even if it is being used by a container"),
        Option(
          "time", "t", .integer(default: 10),
          "Seconds to wait for running containers to stop before killing the container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isAll = call.options.flag("all")
    let isForced = call.options.flag("force")
    guard isAll == call.arguments.isEmpty else {
      throw CommandFailure("choose either one or more volumes or all")
    }
    if call.options.has("time"), !isForced {
      throw CommandFailure("--force option must be specified to use the --time option")
    }
    let volumes = try call.engine.volumes
    let names = isAll ? try volumes.all().map(\.name) : call.arguments
    var errors: [any Error] = []
    for name in names {
      do {
        call.output.line(try remove(name, volumes, isForced: isForced, call))
      } catch EngineError.noSuch where isForced {
        // With --force it is as good as removed.
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors.map(failure))
  }

  /// Removes a volume, with --force the containers that use it first.
  private static func remove(
    _ name: String, _ volumes: Volumes, isForced: Bool, _ call: Call
  ) throws -> String {
    let volume = try volumes.find(name)
    do {
      try volumes.remove(volume)
    } catch EngineError.inUse where isForced {
      var options = Containers.RemoveOptions(isForced: true)
      options.removesDependents = true
      if call.options.has("time") { options.timeout = call.options.integer("time") }
      for user in try volumes.users()[volume.name, default: []] {
        do {
          try call.engine.containers.remove(user, options)
        } catch EngineError.noSuch {
          // It went with another one.
        }
      }
      try volumes.remove(volume)
    }
    return volume.name
  }

  /// Scripts tell a volume that is not there (1) and one in use (2) by the status.
  private static func failure(_ error: any Error) -> any Error {
    switch error {
    case EngineError.noSuch: CommandFailure("\(error)", status: 1)
    case EngineError.inUse: CommandFailure("\(error): volume is being used", status: 2)
    default: error
    }
  }
}
