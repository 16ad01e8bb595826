import CommandLine
import Engine
import GoTemplate
import LinuxSystem
import SystemPackage

/// `podman events`, which is also `podman system events`.
enum EventsCommand {
  static let command = PodmanCommand(
    "events", "Show podman system events",
    details: """
      Monitor podman system events.

        By default, streaming mode is used, printing new events as they occur.  Previous events can be \
      listed via --since and --until.
      """,
    examples: ["", "--filter event=create", "--format {{.Image}}", "--since 1h30s"],
    options: {
      [
        Option("filter", "f", .array(), "filter output"),
        Option("format", .string(), "format the output using a Go template"),
        Option("no-trunc", .flag(default: true), "do not truncate the output"),
        Option("since", .string(), "show all events created since timestamp"),
        Option(
          "stream", .flag(default: true),
          "stream events and do not exit when returning the last known event"),
        Option("until", .string(), "show all events until timestamp"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    for text in call.options.list("filter") where !text.contains("=") {
      throw CommandFailure("\(text) is an invalid filter")
    }
    let filter = try EventFilter(
      Filters(call.options.list("filter")).values, since: call.options.given("since"),
      until: call.options.given("until"))
    let line = try printer(call)
    try call.engine.events.read(filter, follows: call.options.flag("stream")) { event in
      let text = try line(event) + "\n"
      do throws(SystemError) {
        try FileDescriptor.standardOutput.writeAll(text, subject: "standard output")
        return true
      } catch {
        // Whoever read them wants no more.
        if error.errno == .brokenPipe { return false }
        throw error
      }
    }
    return 0
  }

  private static func printer(_ call: Call) throws -> (Event) throws -> String {
    guard let format = call.options.given("format") else {
      let isTruncated = !call.options.flag("no-trunc")
      return { $0.line(truncated: isTruncated) }
    }
    if Listing.isJSON(format) { return { EventRow.value($0).json } }
    let template = try Template(Listing.unescaped(format))
    return { try template.render(EventRow.value($0)) }
  }
}

/// What templates and JSON have of an event: podman's names, and Docker's beside them.
enum EventRow {
  static func value(_ event: Event) -> GoValue {
    let nanoseconds = event.time.seconds &* 1_000_000_000 &+ event.time.nanoseconds
    return .structure(
      .field(
        "ContainerExitCode", omitsEmpty: true, event.exitCode.map { GoValue($0) } ?? .null),
      .field("OOMKilled", omitsEmpty: true, event.isOutOfMemory.map { GoValue($0) } ?? .null),
      .field("ID", omitsEmpty: true, .string(event.id)),
      .field("Image", omitsEmpty: true, .string(event.image)),
      .field("Name", omitsEmpty: true, .string(event.name)),
      .field("Network", json: "network", omitsEmpty: true, .string(event.network)),
      .field("Status", .string(event.status.rawValue)),
      .field("Time", json: "time", omitsEmpty: true, GoValue(event.time.seconds)),
      .field("TimeNano", json: "timeNano", omitsEmpty: true, GoValue(nanoseconds)),
      .field("Type", .string(event.type.rawValue)),
      .field("HealthStatus", json: "health_status", omitsEmpty: true, .string(event.healthStatus)),
      .field("HealthLog", json: "health_log", omitsEmpty: true, .string(event.healthLog)),
      .field(
        "HealthFailingStreak", json: "health_failing_streak", omitsEmpty: true,
        GoValue(event.healthFailingStreak)),
      .field("Error", omitsEmpty: true, .string(event.error)),
      .field("ContainerInspectData", omitsEmpty: true, .string(event.inspectData)),
      .field("PodID", omitsEmpty: true, .string(event.podID)),
      .field("Attributes", GoValue(event.attributes)),
      .method("Action") { .string(event.status.rawValue) },
      .method("From") { .string(event.image) },
      .method("Scope") { "local" },
      .method("Actor") { actor(event) })
  }

  /// What Docker says about whom an event concerns.
  private static func actor(_ event: Event) -> GoValue {
    var attributes = event.attributes
    let name = event.type == .network ? event.network : event.name
    if !name.isEmpty { attributes["name"] = name }
    if !event.image.isEmpty { attributes["image"] = event.image }
    if let code = event.exitCode { attributes["containerExitCode"] = "\(code)" }
    if !event.podID.isEmpty { attributes["podId"] = event.podID }
    let id = event.type == .volume ? event.name : event.id
    return .structure(.field("ID", .string(id)), .field("Attributes", GoValue(attributes)))
  }
}
