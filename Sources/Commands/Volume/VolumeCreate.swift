import CommandLine
import Engine

/// `podman volume create`.
enum VolumeCreate {
  static let command = PodmanCommand(
    "create", "Create a new volume",
    details:
      "If using the default driver, \"local\", the volume will be created on the host in the "
      + "volumes directory under container storage.",
    usage: "[NAME]", arguments: .atMost(1),
    examples: ["myvol", "", "--label foo=bar myvol", "--uid 4321 --gid 1234 myvol"],
    options: {
      [
        Option("driver", "d", .string(default: "local"), "Specify volume driver name"),
        Option("gid", .integer(), "Set the GID of the volume owner"),
        Option("ignore", .flag(), "Don't fail if volume already exists"),
        Option("label", "l", .array(), "Set metadata for a volume (default [])"),
        Option("opt", "o", .array(), "Set driver specific options (default [])"),
        Option("uid", .integer(), "Set the UID of the volume owner"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var request = Volumes.Request(name: call.arguments.first)
    // A volume without a name is nobody's once its containers are gone.
    request.isAnonymous = request.name == nil
    request.driver = call.options.string("driver")
    request.labels = try KeyValues.read(call.options.list("label"), option: "label")
    request.options = try KeyValues.read(call.options.list("opt"), option: "opt")
    request.isIgnoredIfPresent = call.options.flag("ignore")
    request.uid = try owner("uid", call)
    request.gid = try owner("gid", call)
    call.output.line(try call.engine.volumes.create(request).name)
    return 0
  }

  private static func owner(_ option: String, _ call: Call) throws -> UInt32? {
    guard call.options.has(option) else { return nil }
    guard let number = UInt32(exactly: call.options.integer(option)) else {
      throw CommandFailure("--\(option) has to be a number from 0 to \(UInt32.max)")
    }
    return number
  }
}
