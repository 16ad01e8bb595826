import CommandLine
import Engine

/// `podman port`.
enum ContainerPort {
  static let command = PodmanCommand(
    "port", "List port mappings or a specific mapping for the container",
    details: "List port mappings for the CONTAINER, or look up the public-facing port that is "
      + "NAT-ed to the PRIVATE_PORT",
    usage: "CONTAINER [PORT]", arguments: .atMost(2), examples: ["--all", "ctrID 80/tcp"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Display port information for all containers"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    if call.options.flag("all") {
      guard call.arguments.isEmpty else {
        throw CommandFailure("no arguments are needed with --all")
      }
      for container in try containers.allCurrent() where container.state.status == .running {
        for line in lines(container.record) {
          call.output.line("\(container.record.shortID)\t\(line.text)")
        }
      }
      return 0
    }
    var words = call.arguments
    let container: Containers.Container
    if call.options.flag("latest") {
      container = try ContainerSelection.latest(containers)
    } else {
      guard !words.isEmpty else {
        throw CommandFailure("you must supply a running container name or id")
      }
      container = try containers.find(words.removeFirst())
    }
    let all = lines(container.record)
    guard let wanted = words.first else {
      for line in all { call.output.line(line.text) }
      return 0
    }
    let full = wanted.contains("/") ? wanted : wanted + "/tcp"
    let found = all.filter { $0.inside == full }
    guard !found.isEmpty else {
      throw CommandFailure("failed to find published port \"\(wanted)\"")
    }
    for line in found { call.output.line(line.outside) }
    return 0
  }

  private typealias Line = (inside: String, outside: String, text: String)

  private static func lines(_ record: ContainerRecord) -> [Line] {
    record.network.ports.flatMap { port in
      (0..<port.count).map { offset in
        let inside =
          "\(port.containerPort.addingReportingOverflow(offset).partialValue)/\(port.transport)"
        let host = port.hostAddress.isEmpty ? "0.0.0.0" : port.hostAddress
        let shown = host.contains(":") ? "[\(host)]" : host
        let outside = "\(shown):\(port.hostPort.addingReportingOverflow(offset).partialValue)"
        return (inside, outside, "\(inside) -> \(outside)")
      }
    }
  }
}
