import CommandLine
import Engine
import HelperProtocols

/// `podman container monitor-event`: what a monitor runs when something happens to its container.
enum MonitorEvent {
  static let command = PodmanCommand(
    "monitor-event", "Write an event of a container down",
    usage: "CONTAINER EVENT [VALUE [SESSION]]",
    arguments: .between(2, 4), hidden: true, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let engine = try call.engine
    let container = try engine.containers.find(call.arguments[0])
    let value = call.arguments.count > 2 ? call.arguments[2] : ""
    switch call.arguments[1] {
    case "died":
      engine.events.emit(.container(.died, container.record, exitCode: Int32(value)))
    case "exec_died" where call.arguments.count > 3:
      engine.events.emit(
        .exec(
          .execDied, container.record, session: call.arguments[3], exitCode: Int32(value)))
    case "start": engine.events.emit(.container(.start, container.record))
    case "restart": engine.events.emit(.container(.restart, container.record))
    case "health_status":
      let log = engine.containers.healthLog(of: container)
      engine.events.emit(
        .health(container.record, status: value, failingStreak: log?.failingStreak ?? 0))
    default: break
    }
    return 0
  }
}
