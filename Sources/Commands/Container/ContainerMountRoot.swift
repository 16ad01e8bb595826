import CommandLine
import Engine
import GoTemplate

/// `podman mount`: containers whose roots can be looked at from the host.
enum ContainerMountRoot {
  static let command = PodmanCommand(
    "mount", "Mount a working container's root filesystem",
    details: """
      podman mount
          Lists all mounted containers mount points if no container is specified

        podman mount CONTAINER-NAME-OR-ID
          Mounts the specified container and outputs the mountpoint
      """,
    usage: "[CONTAINER...]", arguments: .any,
    examples: ["ctrID", "ctrID1 ctrID2 ctrID3", "", "--all"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Mount all containers"),
        Option("format", .string(), "Print the mounted containers in specified format (json)"),
        Option(
          "latest", "l", .flag(),
          "Act on the latest container podman is aware of"),
        Option("no-trunc", "Do not truncate output", alias: ["notruncate"]),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    let format = call.options.given("format") ?? ""
    guard format.isEmpty || Listing.isJSON(format) else {
      throw CommandFailure("unknown --format argument: \"\(format)\"")
    }
    let chooses =
      !call.arguments.isEmpty || call.options.flag("all") || call.options.flag("latest")
    let names = chooses ? try ContainerSelection(call).ids() : []
    var mounted: [Containers.MountedRoot] = []
    var errors: [any Error] = []
    if !chooses { mounted = try containers.mountedRoots() }
    for name in names {
      do { mounted.append(try containers.mountRoot(name)) } catch { errors.append(error) }
    }
    if Listing.isJSON(format) {
      call.output.line(GoValue.list(mounted.map(row)).json(indentedBy: " "))
    } else if names.count == 1, !call.options.flag("all"), let only = mounted.first {
      call.output.line(only.path)
    } else {
      let isWhole = call.options.flag("no-trunc")
      let lines = mounted.map { "\(isWhole ? $0.id : String($0.id.prefix(12)))\t\($0.path)\n" }
      call.output.write(Columns.align(lines.joined()))
    }
    return call.finish(errors)
  }

  private static func row(_ root: Containers.MountedRoot) -> GoValue {
    .structure(
      .field("ID", json: "id", GoValue(root.id)), .field("Names", GoValue([root.name])),
      .field("Mountpoint", json: "mountpoint", GoValue(root.path)))
  }
}

/// `podman unmount`.
enum ContainerUnmountRoot {
  static let command = PodmanCommand(
    "unmount", "Unmounts working container's root filesystem", aliases: ["umount"],
    details: """
      Container storage increments a mount counter each time a container is mounted.

        When a container is unmounted, the mount counter is decremented. The container's root \
      filesystem is physically unmounted only when the mount counter reaches zero indicating no \
      other processes are using the mount.

        An unmount can be forced with the --force flag.
      """,
    usage: "CONTAINER [CONTAINER...]", arguments: .any,
    examples: ["ctrID", "ctrID1 ctrID2 ctrID3", "--all"],
    completion: .names("containers"),
    options: {
      [
        Option("all", "a", .flag(), "Unmount all of the currently mounted containers"),
        Option(
          "force", "f", .flag(), "Force the complete unmount of the specified mounted containers"),
        Option("latest", "l", .flag(), "Act on the latest container podman is aware of"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let containers = try call.engine.containers
    let isAll = call.options.flag("all")
    let mounted = isAll ? Set(try containers.mountedRoots().map(\.id)) : []
    let names = try ContainerSelection(call).ids { mounted.contains($0.id) }
    var errors: [any Error] = []
    for name in names {
      do {
        // Of all, those that run keep their roots.
        if isAll, ["running", "paused"].contains(try containers.lookUp(name).state.status.rawValue)
        {
          continue
        }
        try containers.unmountRoot(name, force: call.options.flag("force"))
        call.output.line(name)
      } catch {
        errors.append(error)
      }
    }
    return call.finish(errors)
  }
}
