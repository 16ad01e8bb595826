import CommandLine
import Engine

/// `podman wait`.
enum ContainerWait {
  static let command = PodmanCommand(
    "wait", "Block on one or more containers",
    details:
      "Block until one or more containers stop and then print their exit codes. Optionally, wait for another condition.",
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["--interval 5s ctrID", "ctrID1 ctrID2"], completion: .names("containers"),
    options: {
      [
        Option("condition", .list(), "Condition to wait on"),
        Option(
          "exit-first-match", .flag(),
          "Exit after the first container matches one of the given conditions"),
        Option("ignore", .flag(), "Ignore if a container does not exist"),
        Option(
          "interval", "i", .string(default: "250ms"),
          "Time Interval to wait before polling for completion"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("return-first", .flag(), "The same as --exit-first-match", hidden: true),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let options = call.options
    var conditions: [Containers.WaitCondition] = []
    for text in options.list("condition") {
      guard let condition = Containers.WaitCondition(rawValue: text.lowercased()) else {
        throw CommandFailure("unknown container state: \(text): invalid argument")
      }
      conditions.append(condition)
    }
    if call.arguments.isEmpty, !options.flag("latest") {
      throw CommandFailure("\"\(call.commandPath)\" requires a name, id, or the \"--latest\" flag")
    }
    let names = try ContainerSelection(call).ids(keepsMissing: options.flag("ignore"))
    let containers = try call.engine.containers
    let interval = try milliseconds(options.string("interval"))
    if options.flag("exit-first-match") || options.flag("return-first") {
      return try waitForFirst(call, names, conditions, interval)
    }
    var errors: [any Error] = []
    for name in names {
      do {
        if conditions.allSatisfy(\.isEnd) {
          call.output.line("\(try containers.waitForEnd(name))")
        } else {
          call.output.line("\(try poll(containers, [name], conditions, interval) ?? -1)")
        }
        call.output.flush()
      } catch EngineError.noSuch(.container, _) where options.flag("ignore") {
        call.output.line("-1")
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }

  private static func waitForFirst(
    _ call: Call, _ names: [String], _ conditions: [Containers.WaitCondition], _ interval: Int
  ) throws -> Int32 {
    let wanted = conditions.isEmpty ? [.stopped] : conditions
    let status = try poll(try call.engine.containers, names, wanted, interval)
    call.output.line("\(status ?? -1)")
    return 0
  }

  /// Asks again and again until one of the containers is what one of the conditions says.
  ///
  /// - Returns: its exit status if it has ended.
  private static func poll(
    _ containers: Containers, _ names: [String], _ conditions: [Containers.WaitCondition],
    _ interval: Int
  ) throws -> Int32? {
    while true {
      for name in names {
        let now = try containers.lookUp(name)
        guard let met = conditions.first(where: { containers.meets($0, now) }) else { continue }
        return met.isEnd ? now.state.exitCode : nil
      }
      containers.sleepBriefly(interval)
    }
  }

  /// A duration, or milliseconds without a unit.
  private static func milliseconds(_ text: String) throws -> Int {
    if let number = Int(text), number > 0 { return number }
    guard let length = TimeText.duration(text), length > 0 else {
      throw CommandFailure("invalid interval \"\(text)\": it is a duration as 250ms or 5s")
    }
    return max(1, Int(clamping: length / 1_000_000))
  }
}
