import CommandLine
import Engine
import GoTemplate

/// `podman image mount`: images whose files can be looked at from the host.
enum ImageMount {
  static let command = PodmanCommand(
    "mount", "Mount an image's root filesystem",
    details: """
      podman image mount
          Lists all mounted images mount points if no images is specified

        podman image mount IMAGE-NAME-OR-ID
          Mounts the specified image and prints the mountpoint
      """,
    usage: "[IMAGE...]", arguments: .any,
    examples: ["imgID", "imgID1 imgID2 imgID3", "", "--all"], completion: .names("images"),
    options: {
      [
        Option("all", "a", .flag(), "Mount all images"),
        Option("format", .string(), "Print the mounted images in specified format (json)"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let images = try call.engine.images
    let format = call.options.given("format") ?? ""
    if call.options.flag("all"), !call.arguments.isEmpty {
      throw CommandFailure(
        "when using the --all switch, you may not pass any image names or IDs")
    }
    guard format.isEmpty || Listing.isJSON(format) else {
      throw CommandFailure("unknown --format argument: \"\(format)\"")
    }
    var mounted: [Images.MountedImage] = []
    var errors: [any Error] = []
    if call.options.flag("all") {
      mounted = try images.mountAll()
    } else if call.arguments.isEmpty {
      mounted = try images.mounted()
    }
    for name in call.arguments {
      do { mounted.append(try images.mount(name)) } catch { errors.append(error) }
    }
    if Listing.isJSON(format) {
      call.output.line(GoValue.list(mounted.map(row)).json(indentedBy: " "))
    } else if call.arguments.count == 1, let only = mounted.first {
      call.output.line(only.path)
    } else {
      let lines = mounted.map { "\($0.names.first ?? $0.id)\t\($0.path)\n" }.joined()
      call.output.write(Columns.align(lines))
    }
    return call.finish(errors)
  }

  private static func row(_ image: Images.MountedImage) -> GoValue {
    .structure(
      .field("ID", json: "id", GoValue(image.id)),
      .field("Names", GoValue([image.name])),
      .field("Repositories", GoValue(image.names)),
      .field("Mountpoint", json: "mountpoint", GoValue(image.path)))
  }
}

/// `podman image unmount`.
enum ImageUnmount {
  static let command = PodmanCommand(
    "unmount", "Unmount an image's root filesystem", aliases: ["umount"],
    details: """
      Image storage increments a mount counter each time an image is mounted. When an image is \
      unmounted, the mount counter is decremented, and the image's root filesystem is physically \
      unmounted only when the mount counter reaches zero indicating no other processes are using the \
      mount. An unmount can be forced with the --force flag.
      """,
    usage: "IMAGE [IMAGE...]", arguments: .any,
    examples: ["imgID", "imgID1 imgID2 imgID3", "--all"], completion: .names("images"),
    options: {
      [
        Option("all", "a", .flag(), "Unmount all of the currently mounted images"),
        Option("force", "f", .flag(), "Force the complete unmount of the specified mounted images"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let images = try call.engine.images
    let isAll = call.options.flag("all")
    guard isAll != !call.arguments.isEmpty else {
      throw CommandFailure(
        isAll
          ? "when using the --all switch, you may not pass any image names or IDs"
          : "image name or ID must be specified")
    }
    var errors: [any Error] = []
    for name in isAll ? try images.mounted().map(\.id) : call.arguments {
      do {
        if let id = try images.unmount(name, force: call.options.flag("force") || isAll) {
          call.output.line(id)
        }
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }
}
