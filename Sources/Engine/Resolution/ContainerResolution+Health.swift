import ImageSpec
import JSON

extension ContainerResolution {
  /// How health is checked: the request's check, or the image's; nil for none.
  func health() throws -> ContainerHealthcheck? {
    let asked = request.health
    if asked.isDisabled {
      if asked.command != nil {
        throw EngineError.conflict("--no-healthcheck", "--health-cmd")
      }
      return nil
    }
    var check = ContainerHealthcheck()
    if let image = image?.parameters.healthcheck {
      check.test = image.test ?? []
      if let interval = image.interval, interval > 0 { check.interval = interval }
      if let timeout = image.timeout, timeout > 0 { check.timeout = timeout }
      if let period = image.startPeriod, period > 0 { check.startPeriod = period }
      if let retries = image.retries, retries > 0 { check.retries = retries }
    }
    if let command = asked.command { check.test = Self.test(command) }
    guard let kind = check.test.first, kind != "NONE", check.test.count > 1 else {
      if asked.startUpCommand != nil {
        throw EngineError.nothingToDo(
          "a startup health check needs a health check: please set --health-cmd")
      }
      return nil
    }
    guard kind == "CMD" || kind == "CMD-SHELL" else {
      throw EngineError.invalid(
        option: "--health-cmd", value: kind, reason: "it has to begin with CMD or CMD-SHELL")
    }
    check.interval = asked.interval ?? check.interval
    check.timeout = asked.timeout ?? check.timeout
    check.startPeriod = asked.startPeriod ?? check.startPeriod
    check.retries = asked.retries ?? check.retries
    if check.timeout < 1_000_000_000 {
      throw EngineError.invalid(
        option: "--health-timeout", value: "\(check.timeout)ns", reason: "it has to be at least 1s")
    }
    try setActions(&check)
    return check
  }

  private func setActions(_ check: inout ContainerHealthcheck) throws {
    let asked = request.health
    if let action = asked.onFailure {
      guard ["none", "kill", "restart", "stop"].contains(action) else {
        throw EngineError.invalid(
          option: "--health-on-failure", value: action,
          reason: "it has to be none, kill, restart or stop")
      }
      if action == "restart", let restart = request.restart, restart.policy != "no" {
        throw EngineError.conflict("--health-on-failure restart", "--restart")
      }
      check.onFailure = action
    }
    check.logDestination = asked.logDestination ?? check.logDestination
    check.logCount = asked.logCount ?? check.logCount
    check.logSize = asked.logSize ?? check.logSize
    if let command = asked.startUpCommand {
      var startUp = ContainerHealthcheck.StartUp()
      startUp.test = Self.test(command)
      startUp.interval = asked.startUpInterval ?? startUp.interval
      startUp.timeout = asked.startUpTimeout ?? startUp.timeout
      startUp.retries = asked.startUpRetries ?? 0
      startUp.successes = asked.startUpSuccesses ?? 0
      check.startUp = startUp
    }
  }

  /// A command as a line for the shell, or a JSON array of arguments, with or without `CMD` first.
  static func test(_ command: String) -> [String] {
    if command == "none" || command.isEmpty { return ["NONE"] }
    if command.hasPrefix("["),
      let words = try? JSONReader().read([String].self, from: command), let first = words.first
    {
      return ["CMD", "CMD-SHELL", "NONE"].contains(first) ? words : ["CMD"] + words
    }
    if command.hasPrefix("CMD-SHELL ") { return ["CMD-SHELL", String(command.dropFirst(10))] }
    if command.hasPrefix("CMD ") {
      return ["CMD"] + command.dropFirst(4).split(separator: " ").map(String.init)
    }
    return ["CMD-SHELL", command]
  }
}
