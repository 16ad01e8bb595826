import Cgroups
import JSON
import LinuxSystem
import RuntimeCore

/// `events`: prints what a container uses, and when it runs out of memory.
enum EventsCommand: Command {
  static var declaration: CommandDeclaration {
    CommandDeclaration(
      name: "events",
      summary: "display resource usage and out-of-memory events of a container",
      arguments: "<container-id>",
      details: """
        A line of JSON each interval and for each event, until the container ends.
        """,
      options: [
        Option("interval", .duration(default: defaultInterval), "the time between two statistics"),
        Option("stats", "print the statistics once"),
      ],
      argumentCount: 1...1)
  }

  private static let defaultInterval = 5_000_000_000

  static func run(_ call: Call) throws -> CInt {
    let id = try call.containerID()
    let interval = call.options.duration("interval") ?? defaultInterval
    guard interval > 0 else {
      throw CommandError.invalidOption("interval", reason: "it must be greater than 0")
    }
    if call.options.flag("stats") {
      try printStatistics(of: id, call.context)
    } else {
      try follow(id, milliseconds: max(1, interval / 1_000_000), call)
    }
    return 0
  }

  private static func follow(_ id: ContainerID, milliseconds: Int, _ call: Call) throws {
    var watch = try watchContainer(id, call.context)
    let poller = try Poller()
    try poller.add(watch.outOfMemory.lent, .readable, token: 0)
    try poller.add(watch.process.descriptor.lent, .readable, token: 1)
    var next = MonotonicClock.milliseconds() + Int64(milliseconds)
    while true {
      let left = next - MonotonicClock.milliseconds()
      if left <= 0 {
        next += Int64(milliseconds)
        do {
          try printStatistics(of: id, call.context)
        } catch {
          call.log.write(.error, "\(error)")
        }
        continue
      }
      let ready = try poller.wait(milliseconds: Int(left))
      if ready.contains(where: { $0.token == 0 }) {
        switch try watch.outOfMemory.read() {
        case .outOfMemory: try printLine(ContainerEvent(type: .oom, id: id.description))
        case .ended: return
        case nil: break
        }
      }
      if ready.contains(where: { $0.token == 1 }) { return }
    }
  }

  private static func printStatistics(of id: ContainerID, _ context: RuntimeContext) throws {
    let statistics = try containerStatistics(id, context)
    try printLine(ContainerEvent(type: .stats, id: id.description, data: statistics))
  }

  private static func printLine(_ event: ContainerEvent) throws {
    try printOut(JSONWriter().write(event) + Array("\n".utf8))
  }
}
