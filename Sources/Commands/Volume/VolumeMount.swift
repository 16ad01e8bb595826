import CommandLine
import Engine

/// `podman volume mount`.
enum VolumeMount {
  static let command = PodmanCommand(
    "mount", "Mount volume", details: "Mount a volume and return the mountpoint",
    usage: "NAME", arguments: .exactly(1), examples: ["myvol"], completion: .names("volumes"),
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    call.output.line(try call.engine.volumes.mount(call.arguments.first ?? ""))
    return 0
  }
}

/// `podman volume unmount`.
enum VolumeUnmount {
  static let command = PodmanCommand(
    "unmount", "Unmount volume", details: "Unmount a volume",
    usage: "NAME", arguments: .exactly(1), examples: ["myvol"], completion: .names("volumes"),
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    let name = call.arguments.first ?? ""
    try call.engine.volumes.unmount(name)
    call.output.line(name)
    return 0
  }
}

/// `podman volume reload`: asks volume plugins for their volumes. There are none.
enum VolumeReload {
  static let command = PodmanCommand(
    "reload", "Reload all volumes from volume plugins",
    details: """
      Check all configured volume plugins and update the libpod database with all available volumes.

        Existing volumes are also removed from the database when they are no longer present in the \
      plugin.
      """,
    examples: [""], run: run)

  static func run(_ call: Call) throws -> Int32 {
    for name in try call.engine.volumes.plugins {
      call.warn("the volume plugin \(name) is passed over: volume plugins are not supported")
    }
    return 0
  }
}
