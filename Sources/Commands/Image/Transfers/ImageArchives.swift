import CommandLine
import Engine
import HelperProtocols
import LinuxSystem
import SystemPackage

/// `podman load`, `podman image load`.
enum ImageLoad {
  static let command = PodmanCommand(
    "load", "Load image(s) from a tar archive",
    details: "Loads an image from a locally stored archive (tar file) into container storage.",
    usage: "[options]", arguments: .none, examples: ["< archive.tar", "--input archive.tar"],
    options: {
      [
        Option(
          "input", "i", .string(), "Load images from specified archive file (default: stdin)",
          completion: .files),
        Option("quiet", "q", .flag(), "Suppress the output"),
        TransferFlags.signaturePolicy,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let path = call.options.given("input").flatMap { $0.isEmpty ? nil : $0 }
    if path == nil, call.readsFromTerminal {
      throw CommandFailure(
        "cannot read from terminal, use command-line redirection or the --input flag")
    }
    let images = try call.engine.images.load(path, try TransferFlags.options(call))
    for image in images {
      for name in image.names.isEmpty ? ["sha256:" + image.id] : image.names {
        call.output.line("Loaded image: \(name)")
      }
    }
    return 0
  }
}

/// `podman save`, `podman image save`.
enum ImageSave {
  static let command = PodmanCommand(
    "save", "Save image(s) to an archive",
    details:
      "Save an image to docker-archive or oci-archive on the local machine. Default is docker-archive.",
    usage: "[options] IMAGE [IMAGE...]", arguments: .atLeast(1),
    examples: [
      "--quiet -o myimage.tar imageID", "--format docker-dir -o ubuntu-dir ubuntu",
      "> alpine-all.tar alpine:latest",
    ], completion: .names("images"),
    options: {
      [
        Option(
          "compress", .flag(),
          "Compress tarball image layers when saving to a directory using the 'dir' transport. (default is same compression type as source)"
        ),
        Option(
          "format", .string(default: "docker-archive"),
          "Save image to oci-archive, oci-dir (directory with oci manifest type), docker-archive, docker-dir (directory with v2s2 manifest type)",
          completion: .words(Images.ArchiveForm.allCases.map(\.rawValue))),
        Option(
          "multi-image-archive", "m", .flag(),
          "Interpret additional arguments as images not tags and create a multi-image-archive (only for docker-archive)"
        ),
        Option(
          "output", "o", .string(),
          "Write to a specified file (default: stdout, which must be redirected)",
          completion: .files),
        Option("quiet", "q", .flag(), "Suppress the output"),
        Option(
          "uncompressed", .flag(), "Accept uncompressed layers when copying OCI images"),
        TransferFlags.signaturePolicy,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let text = call.options.string("format")
    guard let form = Images.ArchiveForm(rawValue: text) else {
      throw CommandFailure(
        "unknown format \"\(text)\"; it can be "
          + Images.ArchiveForm.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let isFolder = form == .ociFolder || form == .dockerFolder
    let path = call.options.given("output").flatMap { $0.isEmpty ? nil : $0 }
    if call.options.flag("compress"), form != .dockerFolder {
      throw CommandFailure("--compress can only be set when --format is 'docker-dir'")
    }
    if path == nil {
      if isFolder { throw CommandFailure("--format \(text) needs --output") }
      if call.writesToTerminal {
        throw CommandFailure("refusing to save to terminal. Use -o flag or redirect")
      }
    }
    if let path, !isFolder, path.contains(":") {
      throw CommandFailure(
        "invalid filename (should not contain ':') \"\(path)\"")
    }
    let images = try call.engine.images
    let isMultiple =
      call.options.has("multi-image-archive")
      ? call.options.flag("multi-image-archive") : images.savesSeveral
    if call.arguments.count > 1, isMultiple, form != .dockerArchive {
      throw CommandFailure("--multi-image-archive can only be used with --format docker-archive")
    }
    var options = try TransferFlags.options(call)
    if call.options.flag("uncompressed") { options.writing.compression = "none" }
    if call.options.flag("compress") { options.writing.compression = "gzip" }
    call.output.flush()
    try images.save(
      call.arguments, as: form, to: path, output: path == nil ? .standardOutput : nil,
      isMultiple: isMultiple, options)
    return 0
  }
}
