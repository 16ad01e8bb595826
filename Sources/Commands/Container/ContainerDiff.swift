import Archive
import CommandLine
import Engine
import GoTemplate

/// `podman diff`, `podman container diff` and `podman image diff`.
enum ContainerDiff {
  static let anything = command(
    "Display the changes to the object's file system",
    "Displays changes to the container or image's file system. The container or image will be compared to "
      + "its parent layer or the second argument when given.",
    usage: "{CONTAINER|IMAGE} [{CONTAINER|IMAGE}]", ["myImage", "ctrID --format json"],
    [.container, .image])

  static let container = command(
    "Inspect changes to the container's file systems",
    "Displays changes to the container filesystem's. The container will be compared to its parent layer or "
      + "the second argument when given.",
    usage: "CONTAINER [CONTAINER]", ["myCtr", "myCtr --format json"], [.container])

  static let image = command(
    "Inspect changes to the image's file systems",
    "Displays changes to the image's filesystem. The image will be compared to its parent layer or the second "
      + "argument when given.",
    usage: "IMAGE [IMAGE]", ["myImage", "redis:latest myImage --format json"], [.image])

  private static func command(
    _ summary: String, _ details: String, usage: String, _ examples: [String],
    _ kinds: Set<ObjectKind>
  ) -> PodmanCommand {
    PodmanCommand(
      "diff", summary, details: details, usage: usage, arguments: .between(0, 2),
      examples: examples, completion: .names(kinds == [.image] ? "images" : "containers"),
      options: {
        [
          Option(
            "format", .string(), "Change the output format (json or Go template)",
            completion: .words(["json"]))
        ]
          + (kinds.contains(.container)
            ? [Option("latest", "l", .flag(), "Act on the latest container podman is aware of")]
            : [])
      },
      run: { try run($0, kinds) })
  }

  private static func run(_ call: Call, _ kinds: Set<ObjectKind>) throws -> Int32 {
    let containers = try call.engine.containers
    var names = call.arguments
    if call.options.isDeclared("latest"), call.options.flag("latest") {
      guard names.isEmpty else {
        throw CommandFailure("--latest and names cannot be used together")
      }
      names = [try ContainerSelection.latest(containers).id]
    }
    guard let name = names.first else {
      throw CommandFailure(
        "\"\(call.commandPath)\" requires a name, id, or the \"--latest\" flag")
    }
    let changes = try containers.changes(of: name, from: names.count > 1 ? names[1] : nil, kinds)
    switch call.options.given("format") {
    case nil, "":
      for change in changes { call.output.line("\(change.kind.rawValue) \(change.pathText)") }
    case "json"?: call.output.line(json(changes))
    case let format?:
      throw CommandFailure("\"\(format)\" is no valid format: only 'json' is supported")
    }
    return 0
  }

  /// Three lists of paths, those that are empty left out.
  private static func json(_ changes: [LayerChange]) -> String {
    func paths(_ kind: LayerChange.Kind) -> GoValue {
      .list(changes.filter { $0.kind == kind }.map { .string($0.pathText) })
    }
    let value = GoValue.structure(
      .field("changed", omitsEmpty: true, paths(.changed)),
      .field("added", omitsEmpty: true, paths(.added)),
      .field("deleted", omitsEmpty: true, paths(.deleted)))
    return value.json(indentedBy: "     ")
  }
}
