import CommandLine
import Engine
import Networking

/// `podman network rm`.
enum NetworkRemove {
  static let command = PodmanCommand(
    "rm", "network rm", aliases: ["remove"], details: "Remove networks",
    usage: "[options] NETWORK [NETWORK...]", arguments: .atLeast(1), examples: ["podman"],
    completion: .names("networks"),
    options: {
      [
        Option("force", "f", .flag(), "remove any containers using network"),
        Option(
          "time", "t", .integer(default: 10),
          "Seconds to wait for running containers to stop before killing the container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let networks = try call.engine.networks
    let isForced = call.options.flag("force")
    if call.options.has("time"), !isForced {
      throw CommandFailure("--force option must be specified to use the --time option")
    }
    var errors: [any Error] = []
    for name in call.arguments {
      do {
        _ = try networks.remove(
          name,
          removingContainers: isForced ? { try removeContainers($0, call) } : nil)
        call.output.line(name)
      } catch let error as NetworkError {
        // podman's --force takes a name that is gone for done.
        switch error {
        case .notFound:
          if !isForced { errors.append(CommandFailure("\(error)", status: 1)) }
        case .inUse: errors.append(CommandFailure("\(error)", status: 2))
        default: errors.append(error)
        }
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }

  private static func removeContainers(
    _ containers: [Containers.Container], _ call: Call
  ) throws {
    var options = Containers.RemoveOptions()
    options.isForced = true
    if call.options.has("time") { options.timeout = call.options.integer("time") }
    let engine = try call.engine
    for container in containers { try engine.containers.remove(container.id, options) }
  }
}
