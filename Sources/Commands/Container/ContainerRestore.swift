import CommandLine
import Engine
import LinuxSystem

/// `podman container restore`.
enum ContainerRestore {
  static let command = PodmanCommand(
    "restore", "Restore one or more containers from a checkpoint",
    details:
      "Restores a container from a checkpoint. The container name or ID can be used, the name of a "
      + "checkpoint image, or an exported archive.",
    usage: "CONTAINER|IMAGE [CONTAINER|IMAGE...]", arguments: .any,
    examples: ["ctrID", "imageID", "--all", "--import ctrID"], completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Restore all checkpointed containers"),
        Option("file-locks", .flag(), "Restore a container with file locks"),
        Option(
          "ignore-rootfs", .flag(),
          "Do not apply root file-system changes when importing from exported checkpoint"),
        Option("ignore-static-ip", .flag(), "Ignore IP address set via --static-ip"),
        Option("ignore-static-mac", .flag(), "Ignore MAC address set via --mac-address"),
        Option("ignore-volumes", .flag(), "Do not export volumes associated with container"),
        Option(
          "import", "i", .string(), "Restore from exported checkpoint archive (tar.gz)",
          completion: .files),
        Option(
          "import-previous", .string(),
          "Restore from exported pre-checkpoint archive (tar.gz)", completion: .files),
        Option("keep", "k", .flag(), "Keep all temporary checkpoint files"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
        Option(
          "name", "n", .string(),
          "Specify new name for container restored from exported checkpoint (only works with image or "
            + "--import)"),
        Option(
          "pod", .string(),
          "Restore container into existing Pod (only works with image or --import)",
          completion: .names("pods")),
        Option("print-stats", .flag(), "Display restore statistics"),
        Option(
          "publish", "p", .list(), "Publish a container's port, or a range of ports, to the host"),
        Option(
          "tcp-close", .flag(), "Restore a container and close all TCP connections"),
        Option(
          "tcp-established", .flag(), "Restore a container with established TCP connections"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let began = MonotonicClock.sinceBoot()
    let given = call.options
    let engine = try call.engine
    if engine.configuration.user.isRootless {
      throw CommandFailure("restoring a container requires root")
    }
    let archive = given.given("import").flatMap { $0.isEmpty ? nil : $0 }
    let images = archive == nil ? try images(call) : []
    try check(call, archive: archive, images: images)
    let options = try options(call)
    let reports = CheckpointReports(call, .restore, began)
    if let archive {
      return try reports.each([""]) { _ in
        try engine.containers.restore(archive: archive, options)
      }
    }
    // A name may be an image's, too.
    let isSelected = given.flag("all") || given.flag("latest") || call.arguments.isEmpty
    let names =
      isSelected
      ? try ContainerSelection(call).ids { $0.state.checkpointedAt > 0 } : call.arguments
    return try reports.each(names) { name in
      images.contains(name)
        ? try engine.containers.restore(image: name, options)
        : try engine.containers.restore(name, options)
    }
  }

  /// The arguments that are images, because no container has the name.
  private static func images(_ call: Call) throws -> Set<String> {
    let engine = try call.engine
    var images: Set<String> = []
    for name in call.arguments {
      do {
        _ = try engine.containers.find(name)
      } catch EngineError.noSuch {
        if try engine.images.findIfPresent(name) != nil { images.insert(name) }
      }
    }
    return images
  }

  private static func check(_ call: Call, archive: String?, images: Set<String>) throws {
    let given = call.options
    if archive == nil, images.isEmpty {
      let alone = ["import-previous", "ignore-rootfs", "ignore-volumes", "name", "pod", "publish"]
      for name in alone where given.has(name) {
        throw CommandFailure("--\(name) can only be used with image or --import")
      }
    }
    if let pod = given.given("pod") {
      throw EngineError.unsupported("--pod \(pod)", reason: "this version has no pods")
    }
    if given.has("name"), given.flag("tcp-established") {
      throw CommandFailure("--tcp-established cannot be used with --name")
    }
    if given.flag("tcp-established"), given.flag("tcp-close") {
      throw EngineError.conflict("--tcp-established", "--tcp-close")
    }
    if archive != nil {
      if given.flag("all") || given.flag("latest") {
        throw CommandFailure("cannot use --import with --all or --latest")
      }
      if !call.arguments.isEmpty {
        throw CommandFailure("cannot use --import with positional arguments")
      }
    }
    if call.arguments.count > 1, given.has("name") {
      throw CommandFailure("--name can only be used with one checkpoint image")
    }
  }

  private static func options(_ call: Call) throws -> Containers.RestoreOptions {
    let given = call.options
    var options = Containers.RestoreOptions()
    options.keepsFiles = given.flag("keep")
    options.savesFileLocks = given.flag("file-locks")
    options.savesConnections = given.flag("tcp-established")
    options.closesConnections = given.flag("tcp-close")
    options.ignoresRoot = given.flag("ignore-rootfs")
    options.ignoresVolumes = given.flag("ignore-volumes")
    options.ignoresAddresses = given.flag("ignore-static-ip")
    options.ignoresHardwareAddresses = given.flag("ignore-static-mac")
    options.earlierArchive = given.given("import-previous").flatMap { $0.isEmpty ? nil : $0 }
    options.name = given.given("name").flatMap { $0.isEmpty ? nil : $0 }
    options.ports = try given.list("publish").flatMap(PublishedPorts.parse)
    return options
  }
}
