import CommandLine
import Engine
import ImageSpec
import LinuxSystem
import SystemPackage

/// `podman commit`.
enum ContainerCommit {
  static let command = PodmanCommand(
    "commit", "Create new image based on the changed container",
    details:
      "Create an image from a container's changes. Optionally tag the image created, set the author with "
      + "the --author flag, set the commit message with the --message flag, and make changes to the "
      + "instructions with the --change flag.",
    usage: "CONTAINER [IMAGE]", arguments: .between(1, 2),
    examples: [
      "-q --message \"committing container to image\" reverent_golick image-committed",
      "-q --author \"firstName lastName\" reverent_golick image-committed",
      "-q --pause=false containerID image-committed", "containerID",
    ],
    completion: .names("containers"),
    options: {
      [
        Option("author", "a", .string(), "Set the author for the image committed"),
        changes,
        Option(
          "config", .string(), "file containing a container configuration to merge into the image",
          value: "file", completion: .files),
        Option(
          "format", "f", .string(default: "oci"), "Format of the image manifest and metadata",
          value: "Format", completion: .words(["oci", "docker"])),
        Option(
          "iidfile", .string(), "file to write the image ID to", value: "file", completion: .files),
        Option("include-volumes", "Include container volumes as image volumes"),
        Option("message", "m", .string(), "Set commit message for imported image"),
        Option("pause", "p", .flag(), "Pause container during commit"),
        Option("quiet", "q", .flag(), "Suppress output"),
        Option("squash", "s", .flag(), "squash newly built layers into a single new layer"),
      ]
    }, run: run)

  /// The option that `import` has too.
  static let changes = Option(
    "change", "c", .array(),
    "Apply the following possible instructions to the created image: CMD | ENTRYPOINT | ENV | EXPOSE | "
      + "LABEL | ONBUILD | STOPSIGNAL | USER | VOLUME | WORKDIR")

  static func run(_ call: Call) throws -> Int32 {
    var options = Containers.CommitOptions()
    options.name = call.arguments.count > 1 ? call.arguments[1] : nil
    options.author = call.options.given("author")
    options.message = call.options.given("message")
    options.changes = call.options.list("change")
    switch call.options.string("format") {
    case "oci": options.family = .oci
    case "docker": options.family = .docker
    case let other:
      throw CommandFailure("unrecognized image format \"\(other)\": please use oci or docker")
    }
    if options.family == .oci, options.message?.isEmpty == false {
      throw CommandFailure("messages are only compatible with the docker image format (-f docker)")
    }
    options.pauses = call.options.flag("pause")
    options.squashes = call.options.flag("squash")
    options.includesVolumes = call.options.flag("include-volumes")
    if let path = call.options.given("config") {
      options.configuration = try readRegularFile(path, limit: 1 << 20)
    }
    let id = try call.engine.containers.commit(call.arguments.first ?? "", options)
    if let path = call.options.given("iidfile"), !path.isEmpty {
      let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
      try file.lent.writeAll(id, subject: path)
      try file.close()
    }
    call.output.line(id)
    return 0
  }
}
