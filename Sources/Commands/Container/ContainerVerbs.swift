import CommandLine
import Engine
import LinuxSystem

/// Commands that do one thing to each of several containers.
enum ContainerVerb {
  /// The options with which containers are chosen.
  static func selection(_ all: String) -> [Option] {
    [
      Option("all", "a", .flag(), all),
      Option("cidfile", .array(), "Read the container ID from the file", completion: .files),
      Option("filter", "f", .array(), "Filter output based on conditions given"),
      Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
    ]
  }

  /// Does something to each container that is meant, prints its name, and goes on after a failure.
  static func each(
    _ call: Call, all isWanted: (Containers.Container) -> Bool = { _ in true },
    passing isPassed: (any Error) -> Bool = { _ in false }, _ body: (String) throws -> Void
  ) throws -> Int32 {
    var errors: [any Error] = []
    for name in try ContainerSelection(call).ids(all: isWanted) {
      do {
        try body(name)
        call.output.line(name)
        call.output.flush()
      } catch {
        if !isPassed(error) { errors.append(error) }
      }
    }
    return call.finish(errors)
  }
}
