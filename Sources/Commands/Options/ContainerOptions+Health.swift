import CommandLine
import Engine

extension ContainerOptions {
  static var health: [Option] {
    [
      Option(
        "health-cmd", .string(),
        "set a healthcheck command for the container ('none' disables the existing healthcheck)",
        alias: ["healthcheck-command"]),
      Option(
        "health-interval", .string(default: "30s"),
        "set an interval for the healthcheck. (a value of disable results in no automatic timer setup)",
        alias: ["healthcheck-interval"]),
      Option(
        "health-log-destination", .string(default: "local"),
        "set the destination of the HealthCheck log"),
      Option(
        "health-max-log-count", .unsigned(default: 5),
        "set maximum number of attempts in the HealthCheck log file"),
      Option(
        "health-max-log-size", .unsigned(default: 500),
        "set maximum length in characters of stored HealthCheck log"),
      Option(
        "health-on-failure", .string(default: "none"),
        "action to take once the container turns unhealthy", value: "none|kill|restart|stop"),
      Option(
        "health-retries", .unsigned(default: 3),
        "the number of retries allowed before a healthcheck is considered to be unhealthy",
        alias: ["healthcheck-retries"]),
      Option(
        "health-start-period", .string(default: "0s"),
        "the initialization time needed for a container to bootstrap",
        alias: ["healthcheck-start-period"]),
      Option(
        "health-startup-cmd", .string(), "Set a startup healthcheck command for the container"),
      Option(
        "health-startup-interval", .string(default: "30s"),
        "Set an interval for the startup healthcheck"),
      Option(
        "health-startup-retries", .unsigned(),
        "Set the maximum number of retries before the startup healthcheck will restart the container"
      ),
      Option(
        "health-startup-success", .unsigned(),
        "Set the number of consecutive successes before the startup healthcheck is marked as successful"
      ),
      Option(
        "health-startup-timeout", .string(default: "30s"),
        "Set the maximum amount of time that the startup healthcheck may take before it is considered failed"
      ),
      Option(
        "health-timeout", .string(default: "30s"),
        "the maximum time allowed to complete the healthcheck before an interval is considered failed",
        alias: ["healthcheck-timeout"]),
      Option("no-healthcheck", "Disable healthchecks on container"),
    ]
  }

  func applyHealth(_ request: inout ContainerRequest) throws {
    var health = request.health
    health.command = options.given("health-cmd").flatMap { $0.isEmpty ? nil : $0 }
    health.isDisabled = options.flag("no-healthcheck")
    health.interval = try nanoseconds("health-interval")
    health.timeout = try nanoseconds("health-timeout")
    health.startPeriod = try nanoseconds("health-start-period")
    health.retries = unsigned("health-retries").map { Int(clamping: $0) }
    health.startUpCommand = options.given("health-startup-cmd")
    health.startUpInterval = try nanoseconds("health-startup-interval")
    health.startUpTimeout = try nanoseconds("health-startup-timeout")
    health.startUpRetries = unsigned("health-startup-retries").map { Int(clamping: $0) }
    health.startUpSuccesses = unsigned("health-startup-success").map { Int(clamping: $0) }
    health.onFailure = options.given("health-on-failure")
    health.logDestination = options.given("health-log-destination")
    health.logCount = unsigned("health-max-log-count").map { Int(clamping: $0) }
    health.logSize = unsigned("health-max-log-size").map { Int(clamping: $0) }
    request.health = health
  }
}
