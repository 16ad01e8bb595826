import CommandLine
import Engine
import GoTemplate
import LinuxSystem

/// `podman secret inspect`.
enum SecretInspect {
  static let command = PodmanCommand(
    "inspect", "Inspect a secret",
    details: "Display detail information on one or more secrets",
    usage: "SECRET [SECRET...]", arguments: .atLeast(1), examples: ["MYSECRET"],
    completion: .names("secrets"),
    options: {
      [
        Option("format", "f", .string(), "Format inspect output using Go template"),
        Option("pretty", .flag(), "Print inspect output in human-readable format"),
        Option("showsecret", .flag(), "Display the secret"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let secrets = try call.engine.secrets
    var rows: [GoValue] = []
    var errors: [any Error] = []
    for name in call.arguments {
      do {
        let secret = try secrets.find(name)
        let data = call.options.flag("showsecret") ? try secrets.data(of: secret) : []
        rows.append(value(secret, data))
      } catch {
        errors.append(CommandFailure("inspecting secret: \(error)"))
      }
    }
    if call.options.flag("pretty") {
      let template = try Template(pretty)
      for row in rows { call.output.write(try template.render(row)) }
    } else if let format = call.options.given("format"), !Listing.isJSON(format) {
      try Inspection.write(rows, to: call.output, format: format)
    } else {
      call.output.line(GoValue.list(rows).json(indentedBy: "    "))
    }
    return call.finish(errors)
  }

  private static let pretty = """
    ID:              {{.ID}}
    Name:              {{.Spec.Name}}
    {{- if .Spec.Labels }}
    Labels:
    {{- range $k, $v := .Spec.Labels }}
     - {{ $k }}{{if $v }}={{ $v }}{{ end }}
    {{- end }}{{ end }}
    Driver:            {{.Spec.Driver.Name}}
    Created at:        {{.CreatedAt}}
    Updated at:        {{.UpdatedAt}}

    """

  private static func value(_ secret: Secrets.Secret, _ data: [UInt8]) -> GoValue {
    let record = secret.record
    func time(_ time: Timestamp) -> GoValue {
      .time(time.seconds, nanoseconds: time.nanoseconds)
    }
    return .structure(
      .field("ID", .string(record.id)),
      .field("CreatedAt", time(record.created)),
      .field("UpdatedAt", time(record.updated)),
      .field(
        "Spec",
        .structure(
          .field("Name", .string(record.name)),
          .field(
            "Driver",
            .structure(
              .field("Name", .string(record.driver)),
              .field("Options", GoValue(record.driverOptions)))),
          .field("Labels", GoValue(record.labels)))),
      .field("SecretData", omitsEmpty: true, .string(String(decoding: data, as: UTF8.self))))
  }
}
