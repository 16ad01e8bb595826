import CommandLine
import Engine

/// `podman rmi`, `podman image rm`.
enum ImageRemove {
  static let command = PodmanCommand(
    "rmi", "Remove one or more images from local storage",
    details: "Removes one or more previously pulled or locally created images.",
    usage: "IMAGE [IMAGE...]", arguments: .any,
    examples: ["imageID", "--force alpine", "c4dfb1609ee2 93fd78260bd1 c0ed59d05ff7"],
    completion: .names("images"),
    options: {
      [
        Option("all", "a", .flag(), "Remove all images"),
        Option("force", "f", .flag(), "Force Removal of the image"),
        Option("ignore", "i", .flag(), "Ignore errors if a specified image does not exist"),
        Option("no-prune", "Do not remove dangling images"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isAll = call.options.flag("all")
    guard isAll || !call.arguments.isEmpty else {
      throw CommandFailure("image name or ID must be specified")
    }
    guard !isAll || call.arguments.isEmpty else {
      throw CommandFailure("when using the --all switch, you may not pass any images names or IDs")
    }
    var options = Images.RemoveOptions()
    options.force = call.options.flag("force")
    options.ignoresMissing = call.options.flag("ignore") || options.force
    options.keepsParents = call.options.flag("no-prune")
    let images = try call.engine.images
    let removal =
      isAll
      ? try images.remove(filters: [], options) : try images.remove(call.arguments, options)
    for name in removal.untagged { call.output.line("Untagged: \(name)") }
    for id in removal.deleted { call.output.line("Deleted: \(id)") }
    guard !removal.errors.isEmpty else { return 0 }
    let sentences = removal.errors.map { "\($0)" }
    _ = call.finish([
      sentences.count == 1
        ? CommandFailure(sentences[0])
        : CommandFailure(
          "\(sentences.count) errors occurred:\n"
            + sentences.map { "\t* \($0)" }.joined(separator: "\n"))
    ])
    // podman-rmi(1): 1 for a name that no image has, 2 for an image in use.
    if removal.hasUsed { return 2 }
    return removal.hasMissing ? 1 : 125
  }
}

/// `podman image prune`: removes the images that nothing needs.
enum ImagePrune {
  static let command = PodmanCommand(
    "prune", "Remove unused images",
    details: "Removes dangling or unused images from local storage.", arguments: .none,
    examples: [""],
    options: {
      [
        Option(
          "all", "a", .flag(), "Remove all images not in use by containers, not just dangling ones"),
        // No build of ours keeps any: there is nothing to remove.
        Option("build-cache", "Remove persistent build cache created by --mount=type=cache"),
        Option(
          "external",
          "Remove images even when they are used by external containers (e.g., by build containers)"
        ),
        Option(
          "filter", .array(), "Provide filter values (e.g. 'label=<key>=<value>')"),
        Option("force", "f", .flag(), "Do not prompt for confirmation"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let isAll = call.options.flag("all")
    if !call.options.flag("force") {
      let what =
        isAll
        ? "removes all images without at least one container associated with them"
        : "removes all dangling images"
      let question = "WARNING! This command \(what).\nAre you sure you want to continue?"
      guard try call.confirm(question) else { return 0 }
    }
    let removal = try call.engine.images.prune(
      all: isAll, external: call.options.flag("external"), filters: call.options.list("filter"))
    for id in removal.deleted { call.output.line(id) }
    return call.finish(removal.errors)
  }
}
