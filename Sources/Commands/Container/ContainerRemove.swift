import CommandLine
import Engine

/// `podman rm`.
enum ContainerRemove {
  static let command = PodmanCommand(
    "rm", "Remove one or more containers", aliases: ["remove"],
    details:
      "Removes one or more containers from the host. The container name or ID can be used.\n\n"
      + "  Command does not remove images. Running or unusable containers will not be removed without "
      + "the -f option.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["ctrID", "mywebserver myflaskserver 860a4b23", "--force --all", "-f c684f0d469f2"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Remove all containers"),
        Option("cidfile", .array(), "Read the container ID from the file", completion: .files),
        Option(
          "depend", "Remove container and all containers that depend on the selected container"),
        Option("filter", .array(), "Filter output based on conditions given"),
        Option("force", "f", .flag(), "Force removal of a running or unusable container"),
        Option("ignore", "i", .flag(), "Ignore errors when a specified container is missing"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("storage", "Remove container from storage library", hidden: true),
        Option(
          "time", "t", .integer(default: 10),
          "Seconds to wait for stop before killing the container"),
        Option("volumes", "v", .flag(), "Remove anonymous volumes associated with the container"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    if options.has("time"), !options.flag("force") {
      throw CommandFailure("--force option must be specified to use the --time option")
    }
    var removal = Containers.RemoveOptions(
      isForced: options.flag("force"), removesVolumes: options.flag("volumes"))
    removal.removesDependents = options.flag("depend") || options.flag("all")
    if options.has("time") { removal.timeout = options.integer("time") }
    let containers = try call.engine.containers
    let selection = ContainerSelection(call)
    var errors: [any Error] = []
    var gone: Set<String> = []
    let names: [String]
    do {
      names = try selection.ids(keepsMissing: true)
      if !options.flag("ignore"), !removal.isForced {
        for name in names { try containers.checkRemovable(name) }
      }
    } catch EngineError.nothingToDo(let reason) {
      throw CommandFailure(reason, status: 1)
    } catch let error as EngineError {
      guard case .noSuch = error else { throw error }
      throw CommandFailure("\(error)", status: 1)
    }
    for name in names where !gone.contains(name) {
      do {
        for id in try containers.remove(name, removal) {
          gone.insert(id)
          call.output.line(id == name || name.count < 64 && !options.flag("depend") ? name : id)
        }
      } catch EngineError.noSuch(.container, _) where options.flag("ignore") || removal.isForced {
        continue
      } catch {
        errors.append(error)
      }
    }
    let status = call.finish(errors)
    if status == 0 { return 0 }
    // 1 where a container is not there, 2 where one runs or is needed by others.
    let isMissing = errors.contains {
      if case EngineError.noSuch = $0 { true } else { false }
    }
    let isBusy = errors.contains {
      switch $0 {
      case EngineError.wrongState, EngineError.inUse: true
      default: false
      }
    }
    return isMissing ? 1 : isBusy ? 2 : status
  }
}
