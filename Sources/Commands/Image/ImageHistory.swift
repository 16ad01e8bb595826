import CommandLine
import Engine
import GoTemplate

/// `podman history`, `podman image history`: the steps in which an image was built.
enum ImageHistory {
  static let command = PodmanCommand(
    "history", "Show history of a specified image",
    details: "Displays the history of an image.\n\n"
      + "The information can be printed out in an easy to read, or user specified format, and can be "
      + "truncated.",
    usage: "IMAGE", arguments: .exactly(1), examples: ["quay.io/fedora/fedora"],
    completion: .names("images"),
    options: {
      [
        Option("format", .string(), "Change the output to JSON or a Go template"),
        Option(
          "human", "H", .flag(default: true), "Display sizes and dates in human readable format"),
        Option("no-trunc", "Do not truncate the output", alias: ["notruncate"]),
        Option("quiet", "q", .flag(), "Display the numeric IDs only"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let steps = try call.engine.images.history(call.arguments.first ?? "")
    let format = call.options.given("format")
    if Listing.isJSON(format ?? "") {
      call.output.line(GoValue.list(steps.map(json)).json)
      return 0
    }
    let now = TimeText.now() / 1_000_000_000
    let rows = steps.map {
      row(
        $0, isHuman: call.options.flag("human"), isTruncated: !call.options.flag("no-trunc"),
        now: now)
    }
    let listing = Listing(
      table: "{{.ID}}\t{{.Created}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}", rows: rows)
    try listing.write(to: call.output, format: call.options.flag("quiet") ? "{{.ID}}" : format)
    return 0
  }

  private static func moment(_ step: Images.Step) -> Int64 {
    step.created.flatMap(TimeText.nanoseconds) ?? 0
  }

  private static func row(
    _ step: Images.Step, isHuman: Bool, isTruncated: Bool, now: Int64
  ) -> GoValue {
    let seconds = moment(step) / 1_000_000_000
    let stamp = CalendarTime(seconds).rfc3339
    let created = GoValue.string(isHuman ? HumanUnits.ago(seconds, now: now) : stamp)
    let id = step.image ?? "<missing>"
    let by = step.createdBy
    let size = HumanUnits.size(Double(step.size), precision: 3, space: " ")
    return .structure(
      .field("ID", .string(isTruncated && step.image != nil ? String(id.prefix(12)) : id)),
      .field("Created", created), .field("CreatedSince", created),
      .field("CreatedAt", .string(stamp)),
      .field(
        "CreatedBy", .string(isTruncated && by.utf8.count > 45 ? by.prefix(42) + "..." : by)),
      .field("Size", .string(size)),
      .field("Comment", .string(step.comment)), .field("Tags", GoValue(step.names)))
  }

  private static func json(_ step: Images.Step) -> GoValue {
    .structure(
      .field("id", .string(step.image ?? "<missing>")),
      .field("created", ImageInspect.time(moment(step))),
      .field("CreatedBy", omitsEmpty: true, .string(step.createdBy)),
      .field("size", GoValue(step.size)),
      .field("tags", omitsEmpty: true, GoValue(step.names)),
      .field("comment", omitsEmpty: true, .string(step.comment)),
      .field("Created", .string(CalendarTime(moment(step) / 1_000_000_000).rfc3339)))
  }
}
