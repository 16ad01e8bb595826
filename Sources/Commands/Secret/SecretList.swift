import CommandLine
import Engine
import GoTemplate
import LinuxSystem

/// `podman secret ls`.
enum SecretList {
  static let command = PodmanCommand(
    "ls", "List secrets", aliases: ["list"], examples: [""],
    options: {
      [
        Option("filter", "f", .array(), "Filter secret output"),
        Option(
          "format",
          .string(
            default: "{{range .}}{{.ID}}\\t{{.Name}}\\t{{.Driver}}\\t{{.CreatedAt}}\\t"
              + "{{.UpdatedAt}}\\n{{end -}}"),
          "Format secret output using Go template"),
        Option("noheading", "n", .flag(), "Do not print headers"),
        Option("quiet", "q", .flag(), "Print secret IDs only"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let tests = try Filters(call.options.list("filter")).values.map(test)
    let secrets = try call.engine.secrets.all().filter { secret in tests.allSatisfy { $0(secret) } }
    let format = call.options.given("format")
    if call.options.flag("quiet"), format == nil {
      for secret in secrets { call.output.line(secret.id) }
      return 0
    }
    let listing = Listing(
      table: "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}",
      titles: ["CreatedAt": "CREATED", "UpdatedAt": "UPDATED"], rows: secrets.map(row))
    try listing.write(
      to: call.output, format: format, heading: !call.options.flag("noheading"))
    return 0
  }

  private static func row(_ secret: Secrets.Secret) -> GoValue {
    let now = Timestamp.now().seconds
    func ago(_ time: Timestamp) -> GoValue { .string(HumanUnits.ago(time.seconds, now: now)) }
    return .structure(
      .field("ID", .string(secret.id)), .field("Name", .string(secret.name)),
      .field("Driver", .string(secret.record.driver)),
      .field("CreatedAt", ago(secret.record.created)),
      .field("UpdatedAt", ago(secret.record.updated)))
  }

  private static func test(
    _ key: String, _ values: [String]
  ) throws(CommandFailure) -> (Secrets.Secret) -> Bool {
    let patterns = values.compactMap { TextPattern($0) }
    switch key.lowercased() {
    case "name": return { secret in patterns.contains { $0.matches(secret.name) } }
    case "id": return { secret in patterns.contains { $0.matches(secret.id) } }
    default: throw CommandFailure("invalid filter \"\(key)\"")
    }
  }
}
