import CommandLine
import Engine
import GoTemplate
import ImageSpec
import JSON

/// `podman image inspect`: all that is known of images.
enum ImageInspect {
  static let command = PodmanCommand(
    "inspect", "Display the configuration of an image",
    details: "Displays the low-level information of an image identified by name or ID.",
    usage: "IMAGE [IMAGE...]", arguments: .any,
    examples: ["alpine", "--format \"imageId: {{.Id}} size: {{.Size}}\" alpine"],
    completion: .names("images"),
    options: {
      [
        Option(
          "format", "f", .string(default: "json"), "Format the output to a Go template or json")
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    guard !call.arguments.isEmpty else { throw CommandFailure("no names or ids specified") }
    var found: [GoValue] = []
    var errors: [any Error] = []
    for name in call.arguments {
      do { found.append(value(try call.engine.images.inspect(name))) } catch {
        errors.append(error)
      }
    }
    try Inspection.write(found, to: call.output, format: call.options.given("format"))
    return call.finish(errors)
  }

  /// An image as podman shows it.
  static func value(_ image: Images.Details) -> GoValue {
    let configuration = image.configuration
    let parameters = configuration?.config
    let health = parameters?.healthcheck.map(healthcheck) ?? .null
    return .structure(
      .field("ID", json: "Id", .string(image.id)),
      .unwritten("Id", .string(image.id)),
      .field("Digest", .string(image.digest ?? "")),
      .field("RepoTags", GoValue(image.names)),
      .field("RepoDigests", GoValue(image.repositoryDigests)),
      .field("Parent", .string(image.parent ?? "")),
      .field("Comment", .string(comment(image))),
      .field("Created", configuration?.created == nil ? .null : time(image.created)),
      .field("Config", parameters.map(parametersValue) ?? .structure()),
      .field("Version", .string("")),
      .field("Author", .string(configuration?.author ?? "")),
      .field("Architecture", .string(configuration?.architecture ?? "")),
      .field("Variant", omitsEmpty: true, .string(configuration?.variant ?? "")),
      .field("Os", .string(configuration?.os ?? "")),
      .field("Size", GoValue(image.size)),
      .field("VirtualSize", GoValue(image.size)),
      .field(
        "GraphDriver",
        .structure(
          .field("Name", .string(image.driver)), .field("Data", GoValue(image.driverData)))),
      .field(
        "RootFS",
        .structure(
          .field("Type", .string(configuration?.rootfs.type ?? "")),
          .field("Layers", GoValue(configuration?.rootfs.diffIDs.map(\.description) ?? [])))),
      .field("Labels", GoValue(parameters?.labels)),
      .field("Annotations", GoValue(image.annotations)),
      .field("ManifestType", .string(image.manifestType)),
      .field("User", .string(parameters?.user ?? "")),
      .field("History", configuration?.history.map { .list($0.map(historyValue)) } ?? .nilList),
      .field("NamesHistory", GoValue(image.nameHistory)),
      .field("HealthCheck", json: "Healthcheck", omitsEmpty: true, health))
  }

  /// Docker's configurations have a comment of their own, those of OCI that of their first step.
  private static func comment(_ image: Images.Details) -> String {
    let own = image.configuration?.others.first { $0.name == "comment" }?.value.string
    return image.manifestType == MediaType.dockerManifest.rawValue
      ? own ?? "" : image.configuration?.history?.first?.comment ?? ""
  }

  static func time(_ moment: Int64) -> GoValue {
    let (seconds, rest) = moment.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0
      ? .time(seconds - 1, nanoseconds: rest + 1_000_000_000)
      : .time(seconds, nanoseconds: rest)
  }

  private static func parametersValue(
    _ parameters: ImageConfiguration.ExecutionParameters
  ) -> GoValue {
    func names(_ set: Set<String>?) -> GoValue {
      .map(Dictionary((set ?? []).map { ($0, GoValue.structure()) }) { first, _ in first })
    }
    func list(_ strings: [String]?) -> GoValue { GoValue(strings ?? []) }
    return .structure(
      .field("User", omitsEmpty: true, .string(parameters.user ?? "")),
      .field("ExposedPorts", omitsEmpty: true, names(parameters.exposedPorts)),
      .field("Env", omitsEmpty: true, list(parameters.environment)),
      .field("Entrypoint", omitsEmpty: true, list(parameters.entrypoint)),
      .field("Cmd", omitsEmpty: true, list(parameters.command)),
      .field("Volumes", omitsEmpty: true, names(parameters.volumes)),
      .field("WorkingDir", omitsEmpty: true, .string(parameters.workingDirectory ?? "")),
      .field("Labels", omitsEmpty: true, GoValue(parameters.labels ?? [:])),
      .field("StopSignal", omitsEmpty: true, .string(parameters.stopSignal ?? "")),
      .unwritten("Healthcheck", parameters.healthcheck.map(healthcheck) ?? .null),
      .unwritten("Shell", list(parameters.shell)),
      .unwritten("OnBuild", list(parameters.onBuild)))
  }

  private static func healthcheck(_ check: ImageConfiguration.Healthcheck) -> GoValue {
    .structure(
      .field("Test", omitsEmpty: true, GoValue(check.test ?? [])),
      .field("StartPeriod", omitsEmpty: true, .duration(check.startPeriod ?? 0)),
      .field("StartInterval", omitsEmpty: true, .duration(check.startInterval ?? 0)),
      .field("Interval", omitsEmpty: true, .duration(check.interval ?? 0)),
      .field("Timeout", omitsEmpty: true, .duration(check.timeout ?? 0)),
      .field("Retries", omitsEmpty: true, GoValue(check.retries ?? 0)))
  }

  private static func historyValue(_ entry: ImageConfiguration.HistoryEntry) -> GoValue {
    .structure(
      .field(
        "Created", json: "created", omitsEmpty: true,
        entry.created.map { time(TimeText.nanoseconds($0) ?? 0) } ?? .null),
      .field("CreatedBy", json: "created_by", omitsEmpty: true, .string(entry.createdBy ?? "")),
      .field("Author", json: "author", omitsEmpty: true, .string(entry.author ?? "")),
      .field("Comment", json: "comment", omitsEmpty: true, .string(entry.comment ?? "")),
      .field(
        "EmptyLayer", json: "empty_layer", omitsEmpty: true, GoValue(entry.emptyLayer ?? false)))
  }
}
