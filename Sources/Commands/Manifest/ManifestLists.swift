import CommandLine
import Engine
import HelperProtocols
import JSON

/// `podman manifest create`.
enum ManifestCreate {
  static let command = PodmanCommand(
    "create", "Create manifest list or image index",
    details: "Creates manifest lists or image indexes.",
    usage: "[options] LIST [IMAGE...]", arguments: .atLeast(1),
    examples: ["mylist:v1.11", "mylist:v1.11 arch-specific-image-to-add"],
    completion: .names("images"),
    options: {
      [
        Option("all", .flag(), "add all of the lists' images if the images to add are lists"),
        Option(
          "amend", "a", .flag(),
          "modify an existing list if one with the desired name already exists"),
        Option("annotation", .array(), "set annotations on the new list"),
        Option(
          "insecure", .flag(),
          "neither require HTTPS nor verify certificates when accessing the registry", hidden: true),
        TransferFlags.verifiesTLS,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let manifests = try call.engine.manifests
    let name = call.arguments[0]
    let id = try manifests.create(
      name, amends: call.options.flag("amend"),
      annotations: try ManifestFlags.pairs(call.options.list("annotation")))
    let options = try ManifestFlags.options(call)
    for image in call.arguments.dropFirst() {
      try manifests.add(image, to: name, ManifestNote(), options)
    }
    call.output.line(id)
    return 0
  }
}

/// `podman manifest inspect`.
enum ManifestInspect {
  static let command = PodmanCommand(
    "inspect", "Display the contents of a manifest list or image index",
    details: "Display the contents of a manifest list or image index.",
    usage: "[options] IMAGE", arguments: .exactly(1), examples: ["localhost/list"],
    completion: .names("images"),
    options: {
      [
        TransferFlags.authFile, TransferFlags.verifiesTLS,
        Option(
          "insecure", .flag(),
          "neither require HTTPS nor verify certificates when accessing the registry", hidden: true),
        Option("verbose", "v", .flag(), "Added for Docker compatibility", hidden: true),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let tree = try call.engine.manifests.inspect(
      call.arguments[0], try ManifestFlags.options(call))
    call.output.line(
      String(decoding: try JSONWriter(.indented("    ")).write(tree), as: UTF8.self))
    return 0
  }
}

/// `podman manifest push`.
enum ManifestPush {
  static let command = PodmanCommand(
    "push", "Push a manifest list or image index to a registry",
    details: "Pushes manifest lists and image indexes to registries.",
    usage: "[options] LIST [DESTINATION]", arguments: .between(1, 2),
    examples: ["mylist:v1.11 docker://registry.example.org/mylist:v1.11"],
    completion: .names("images"),
    options: {
      [
        Option("add-compression", .list(), "add instances with selected compression while pushing"),
        Option("all", .flag(default: true), "also push the images in the list"),
        Option(
          "digestfile", .string(),
          "after copying the image, write the digest of the resulting digest to the file",
          completion: .files),
        Option(
          "format", "f", .string(),
          "manifest type (oci or v2s2) to attempt to use when pushing the manifest list (default is manifest type of source)"
        ),
        Option(
          "insecure", .flag(),
          "neither require HTTPS nor verify certificates when accessing the registry", hidden: true),
        Option("purge", "p", .flag(), "remove the local manifest list after push", hidden: true),
        Option("quiet", "q", .flag(), "don't output progress information when pushing lists"),
        Option("remove-signatures", .flag(), "don't copy signatures when pushing images"),
        Option("rm", .flag(), "remove the manifest list if push succeeds"),
        TransferFlags.authFile, TransferFlags.certificates, TransferFlags.credentials,
        TransferFlags.verifiesTLS,
      ] + SigningFlags.options + ImagePush.compression
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let added = call.options.list("add-compression")
    for name in added where name != "gzip" && name != "zstd" {
      throw CommandFailure("--add-compression \"\(name)\": it can be gzip or zstd")
    }
    guard added.isEmpty || call.options.flag("all") else {
      throw CommandFailure(
        "--add-compression needs the images of the list: please leave out --all=false")
    }
    var options = try ManifestFlags.options(call)
    options.writing = try ImagePush.writing(call, toFolder: false)
    options.writing.addedCompressions = added
    let digest = try call.engine.manifests.push(
      call.arguments[0], to: call.arguments.count > 1 ? call.arguments[1] : nil,
      removes: call.options.flag("rm") || call.options.flag("purge"), options)
    try ImagePush.writeDigest(digest, call)
    if !call.options.flag("quiet") { call.output.line(digest) }
    return 0
  }
}

/// `podman manifest exists`.
enum ManifestExists {
  static let command = PodmanCommand(
    "exists", "Check if a manifest list exists in local storage",
    details:
      "If the manifest list exists in local storage, podman manifest exists exits with 0, otherwise the exit code will be 1.",
    usage: "MANIFEST", arguments: .exactly(1), examples: ["mylist"],
    completion: .names("images"), run: run)

  static func run(_ call: Call) throws -> Int32 {
    try call.engine.manifests.exists(call.arguments[0]) ? 0 : 1
  }
}

/// `podman manifest rm`.
enum ManifestDelete {
  static let command = PodmanCommand(
    "rm", "Remove manifest list or image index from local storage",
    details: "Remove manifest list or image index from local storage.",
    usage: "LIST [LIST...]", arguments: .atLeast(1), examples: ["mylist:v1.11"],
    completion: .names("images"),
    options: {
      [Option("ignore", "i", .flag(), "Ignore errors when a specified manifest is missing")]
    },
    run: run)

  static func run(_ call: Call) throws -> Int32 {
    var errors: [any Error] = []
    for name in call.arguments {
      do {
        if call.options.flag("ignore"), try !call.engine.manifests.exists(name) { continue }
        let id = try call.engine.manifests.remove(list: name)
        call.output.line("Deleted: \(id)")
      } catch { errors.append(error) }
    }
    return call.finish(errors)
  }
}
