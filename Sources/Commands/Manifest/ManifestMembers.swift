import CommandLine
import Engine
import HelperProtocols

/// What the commands on manifests share.
enum ManifestFlags {
  /// The options of a transfer; `--insecure` is another name for `--tls-verify=false`.
  static func options(_ call: Call) throws -> TransferOptions {
    var options = try TransferFlags.options(call)
    if call.options.isDeclared("insecure"), call.options.flag("insecure") {
      options.access.verifiesTLS = false
    }
    if call.options.isDeclared("all"), call.options.flag("all") { options.choice.all = true }
    return options
  }

  /// `KEY=VALUE` each.
  static func pairs(_ texts: [String]) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for text in texts {
      guard let equals = text.firstIndex(of: "=") else {
        throw CommandFailure("no value given for annotation \"\(text)\"; use KEY=VALUE")
      }
      pairs[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return pairs
  }

  /// The options that say something of a member.
  static var note: [Option] {
    [
      Option("annotation", .array(), "set an annotation for the specified image"),
      Option("arch", .string(), "override the architecture of the specified image"),
      Option("features", .list(), "override the features of the specified image"),
      Option("os", .string(), "override the OS of the specified image"),
      Option("os-version", .string(), "override the OS version of the specified image"),
      Option("variant", .string(), "override the variant of the specified image"),
    ]
  }

  static func note(_ call: Call) throws -> ManifestNote {
    func given(_ name: String) -> String? {
      call.options.given(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    var note = ManifestNote()
    note.os = given("os")
    note.architecture = given("arch")
    note.variant = given("variant")
    note.osVersion = given("os-version")
    if call.options.isDeclared("os-features") { note.osFeatures = call.options.list("os-features") }
    note.features = call.options.list("features")
    note.annotations = try pairs(call.options.list("annotation"))
    return note
  }
}

/// `podman manifest add`.
enum ManifestAdd {
  static let command = PodmanCommand(
    "add", "Add images or artifacts to a manifest list or image index",
    details: "Adds an image to a manifest list or image index.",
    usage: "[options] LIST IMAGE [IMAGE...]", arguments: .atLeast(2),
    examples: ["mylist:v1.11 image:v1.11-amd64", "mylist:v1.11 transport:imageName"],
    completion: .names("images"),
    options: {
      [
        Option("all", .flag(), "add all of the list's images if the image is a list"),
        Option("artifact", .flag(), "add all arguments as artifact files rather than as images"),
        Option("artifact-config", .string(), "artifact configuration file", completion: .files),
        Option("artifact-config-type", .string(), "artifact configuration media type"),
        Option(
          "artifact-exclude-titles", .flag(),
          "refrain from setting \"org.opencontainers.image.title\" annotations on \"layers\""),
        Option("artifact-layer-type", .string(), "artifact layer media type"),
        Option("artifact-subject", .string(), "artifact subject reference"),
        Option("artifact-type", .string(), "override the artifactType value"),
        Option(
          "insecure", .flag(),
          "neither require HTTPS nor verify certificates when accessing the registry", hidden: true),
        TransferFlags.authFile, TransferFlags.certificates, TransferFlags.credentials,
        TransferFlags.verifiesTLS,
      ] + ManifestFlags.note
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    guard !call.options.flag("artifact") else {
      throw CommandFailure(
        "--artifact: files cannot be added to a list yet, only images; please push them with another "
          + "program, as oras, and add the result by its name")
    }
    for name in ["config", "config-type", "layer-type", "subject", "type", "exclude-titles"]
    where call.options.has("artifact-" + name) {
      throw CommandFailure("--artifact-\(name) is of use with --artifact only")
    }
    var id = ""
    for image in call.arguments.dropFirst() {
      id = try call.engine.manifests.add(
        image, to: call.arguments[0], try ManifestFlags.note(call),
        try ManifestFlags.options(call))
    }
    call.output.line(id)
    return 0
  }
}

/// `podman manifest annotate`.
enum ManifestAnnotate {
  static let command = PodmanCommand(
    "annotate", "Add or update information about an entry in a manifest list or image index",
    details: "Adds or updates information about an entry in a manifest list or image index.",
    usage: "[options] LIST IMAGEORARTIFACT", arguments: .between(1, 2),
    examples: [
      "--annotation left=right mylist:v1.11 sha256:15352d97781ffdf357bf3459c037be3efac4133dc9070c2dce7eca7c05c3e736"
    ],
    completion: .names("images"),
    options: {
      [
        Option("index", .flag(), "apply annotations to the index itself"),
        Option("os-features", .list(), "override the OS features of the specified image"),
        Option(
          "subject", .string(), "set the subject to which the image index refers",
          completion: .names("images")),
      ] + ManifestFlags.note
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let note = try ManifestFlags.note(call)
    let manifests = try call.engine.manifests
    let subject = call.options.given("subject").flatMap { $0.isEmpty ? nil : $0 }
    if call.options.flag("index") || subject != nil && call.arguments.count == 1 {
      var id = try manifests.annotate(list: call.arguments[0], note.annotations)
      if let subject {
        id = try manifests.setSubject(
          subject, of: call.arguments[0], try ManifestFlags.options(call))
      }
      call.output.line(id)
      return 0
    }
    guard subject == nil else {
      throw CommandFailure("--subject is of the list itself: please give --index and no image")
    }
    guard call.arguments.count == 2 else {
      throw CommandFailure("the image to annotate has to be named, or --index given")
    }
    call.output.line(try manifests.annotate(call.arguments[1], in: call.arguments[0], note))
    return 0
  }
}

/// `podman manifest remove`.
enum ManifestRemove {
  static let command = PodmanCommand(
    "remove", "Remove an item from a manifest list or image index",
    details: "Removes an item from a manifest list or image index.",
    usage: "LIST IMAGE", arguments: .exactly(2),
    examples: [
      "mylist:v1.11 sha256:15352d97781ffdf357bf3459c037be3efac4133dc9070c2dce7eca7c05c3e736"
    ],
    completion: .names("images"), run: run)

  static func run(_ call: Call) throws -> Int32 {
    call.output.line(
      try call.engine.manifests.remove(call.arguments[1], from: call.arguments[0]))
    return 0
  }
}
