import CommandLine
import Engine

/// `podman tag`, `podman image tag`: another name for an image.
enum ImageTag {
  static let command = PodmanCommand(
    "tag", "Add an additional name to a local image",
    details: "Adds one or more additional names to locally-stored image.",
    usage: "IMAGE TARGET_NAME [TARGET_NAME...]", arguments: .atLeast(2),
    examples: [
      "0e3bbc2 fedora:latest", "imageID:latest myNewImage:newTag",
      "httpd myregistryhost:5000/fedora/httpd:v2",
    ], completion: .names("images"), run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.images.tag(
      call.arguments.first ?? "", as: Array(call.arguments.dropFirst()))
    return 0
  }
}

/// `podman untag`, `podman image untag`: takes names from an image.
enum ImageUntag {
  static let command = PodmanCommand(
    "untag", "Remove a name from a local image",
    details: "Removes one or more names from a locally-stored image.",
    usage: "IMAGE [IMAGE...]", arguments: .atLeast(1),
    examples: [
      "0e3bbc2", "imageID:latest otherImageName:latest",
      "httpd myregistryhost:5000/fedora/httpd:v2",
    ], completion: .names("images"), run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.images.untag(
      call.arguments.first ?? "", Array(call.arguments.dropFirst()))
    return 0
  }
}

/// `podman image exists`: says by its status whether an image is in the store.
enum ImageExists {
  static let command = PodmanCommand(
    "exists", "Check if an image exists in local storage",
    details:
      "If the named image exists in local storage, podman image exists exits with 0, otherwise "
      + "the exit code will be 1.",
    usage: "IMAGE", arguments: .exactly(1),
    examples: ["ID", "IMAGE && podman pull IMAGE"], completion: .names("images"), run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.images.findIfPresent(call.arguments.first ?? "") == nil ? 1 : 0
  }
}
