import CommandLine

/// What a command does: a call in, the status to exit with out.
typealias Action = @Sendable (Call) throws -> Int32
/// A command of podman.
///
/// A command is one file, `<Area>/<NounVerb>.swift`, with a name space that holds its declaration and
/// its work. Options stand beside the command:
///
///     /// `podman image untag`: takes names from an image.
///     enum ImageUntag {
///       static let command = PodmanCommand(
///         "untag", "Remove a name from a local image",
///         details: "Removes one or more names from a locally-stored image.",
///         usage: "IMAGE [IMAGE...]", arguments: .atLeast(1),
///         examples: ["0e3bbc2", "imageID:latest otherImageName:latest"],
///         completion: .names("images"),
///         options: { [Option("all", "a", .flag(), "Remove all names")] }, run: run)
///
///       static func run(_ call: Call) throws -> Int32 {
///         let images = try call.engine.images
///         if call.options.flag("all") { … }
///         for name in call.arguments { … ; call.output.line(name) }
///         return 0
///       }
///     }
///
/// It is registered in its area's table (`ImageCommands.swift`), and only once it works: what is not
/// registered is neither in help nor in completion, and gets podman's `unrecognized command`.
typealias PodmanCommand = Command<Action>

/// The program: the areas' tables one after the other. Help sorts them.
let podman = PodmanCommand(group: "podman", "Manage pods, containers and images") {
  GlobalOptions.declarations
} children: {
  ContainerCommands.top + ImageCommands.top + RegistryCommands.top + SystemCommands.top + groups
}

/// The groups that have a command.
private var groups: [PodmanCommand] {
  [
    PodmanCommand(group: "container", "Manage containers") { ContainerCommands.below },
    PodmanCommand(group: "healthcheck", "Manage health checks on containers") {
      HealthcheckCommands.below
    },
    PodmanCommand(group: "image", "Manage images") { ImageCommands.below },
    PodmanCommand(group: "manifest", "Manipulate manifest lists and image indexes") {
      ManifestCommands.below
    },
    PodmanCommand(group: "network", "Manage networks") { NetworkCommands.below },
    PodmanCommand(group: "secret", "Manage secrets") { SecretCommands.below },
    PodmanCommand(group: "system", "Manage podman") { SystemCommands.below },
    PodmanCommand(group: "volume", "Manage volumes") { VolumeCommands.below },
  ].filter { !$0.children().isEmpty }
}
