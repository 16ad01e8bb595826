import CommandLine
import Engine
import GoTemplate

/// `podman top`.
enum ContainerTop {
  static let command = PodmanCommand(
    "top", "Display the running processes of a container",
    details:
      "Display the running processes of a container.\n\n  Format descriptors select the columns, as "
      + TopReport.descriptors.map(\.name).joined(separator: ", ")
      + "; anything else is given to ps(1) in the container.",
    usage: "CONTAINER [FORMAT-DESCRIPTORS|ARGS...]", arguments: .any,
    examples: ["ctrID", "ctrID pid seccomp args %C", "ctrID -eo user,pid,comm"],
    completion: .names("containers"), stopsAtFirstArgument: true,
    options: {
      [
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("list-descriptors", .flag(), "Lists all supported format descriptors", hidden: true),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    if call.options.flag("list-descriptors") {
      for descriptor in TopReport.descriptors { call.output.line(descriptor.name) }
      return 0
    }
    var words = call.arguments
    let containers = try call.engine.containers
    let name: String
    if call.options.flag("latest") {
      name = try ContainerSelection.latest(containers).id
    } else {
      guard let first = words.first else {
        throw CommandFailure("you must provide the name or id of a running container")
      }
      name = first
      words.removeFirst()
    }
    guard let report = TopReport(words) else {
      call.output.flush()
      let end = try containers.execute(name, Containers.ExecOptions(["ps"] + words))
      if case .exited(let status) = end { return status }
      return 0
    }
    let processes = try containers.processes(name)
    let names = try containers.names(name)
    let parents = Dictionary(
      processes.map { ($0.hostID, $0.id) }, uniquingKeysWith: { first, _ in first })
    var lines = [report.heading]
    lines += processes.map { report.row($0, parents: parents, names: names) }
    call.output.write(
      Columns.align(lines.map { $0.joined(separator: "\t") + "\n" }.joined()))
    return 0
  }
}
