import CommandLine
import Engine
import GoTemplate

/// `podman inspect`: finds what a name means, and shows all that is known of it.
enum InspectCommand {
  /// A kind of object: its word for `--type`, and what shows one; `EngineError.noSuch` goes on to the next.
  private typealias Kind = (name: String, show: (Call, String) throws -> GoValue)

  /// In the order in which a name is looked up.
  private static var kinds: [Kind] {
    [
      (
        "container",
        { call, name in
          try ContainerInspect.value(call, name, showsSize: call.options.flag("size"))
        }
      ),
      ("image", { call, name in ImageInspect.value(try call.engine.images.inspect(name)) }),
      ("volume", { call, name in VolumeRow.value(try call.engine.volumes.find(name)) }),
      (
        "network",
        { call, name in
          let engine = try call.engine
          guard let network = try? engine.networks.find(name) else {
            throw EngineError.noSuch(.network, name)
          }
          return NetworkRow.value(network, members: try NetworkRow.members(network, engine))
        }
      ),
    ]
  }

  static let command = PodmanCommand(
    "inspect", "Display the configuration of object denoted by ID",
    details: "Displays the low-level information on an object identified by name or ID.\n"
      + "For more information on inspecting different objects, see: podman-container-inspect(1), "
      + "podman-image-inspect(1), podman-network-inspect(1), podman-volume-inspect(1).",
    usage: "{CONTAINER|IMAGE|NETWORK|VOLUME} [...]", arguments: .any,
    examples: [
      "fedora", "--type image fedora", "CtrID ImgID",
      "--format \"imageId: {{.Id}} size: {{.Size}}\" fedora",
    ], completion: .names("objects"),
    options: {
      [
        Option(
          "format", "f", .string(default: "json"), "Format the output to a Go template or json"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option("size", "s", .flag(), "Display total file size"),
        Option(
          "type", "t", .string(default: "all"),
          "Specify inspect-object type (" + kinds.map(\.name).joined(separator: ", ") + ", all)",
          completion: .words(kinds.map(\.name) + ["all"])),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isLatest = call.options.flag("latest")
    guard isLatest != !call.arguments.isEmpty else {
      throw CommandFailure(
        isLatest
          ? "--latest and arguments cannot be used together" : "no names or ids specified")
    }
    let type = call.options.string("type")
    let kinds = kinds.filter { type == "all" || $0.name == type }
    guard !kinds.isEmpty else {
      throw CommandFailure(
        "invalid type \"\(type)\": must be one of "
          + Self.kinds.map(\.name).joined(separator: ", ") + ", all")
    }
    var found: [GoValue] = []
    var errors: [any Error] = []
    for name in isLatest ? try ContainerSelection(call).ids() : call.arguments {
      do { found.append(try show(name, kinds, call)) } catch { errors.append(error) }
    }
    let format = call.options.given("format")
    if !found.isEmpty || Listing.isJSON(format ?? "json") {
      try Inspection.write(found, to: call.output, format: format)
    }
    return call.finish(errors)
  }

  private static func show(_ name: String, _ kinds: [Kind], _ call: Call) throws -> GoValue {
    for kind in kinds {
      do {
        return try kind.show(call, name)
      } catch let error as EngineError {
        guard case .noSuch = error else { throw error }
        if kinds.count == 1 { throw error }
      }
    }
    throw CommandFailure("no such object: \"\(name)\"")
  }
}
