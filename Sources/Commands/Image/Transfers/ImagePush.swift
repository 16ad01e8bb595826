import CommandLine
import Engine
import HelperProtocols
import LinuxSystem
import SystemPackage

/// `podman push`, `podman image push`.
enum ImagePush {
  static let command = PodmanCommand(
    "push", "Push an image to a specified destination",
    details:
      "Pushes a source image to a specified destination.\n\n  "
      + "The Image \"DESTINATION\" uses a \"transport\":\"details\" format. See podman-push(1) section \"DESTINATION\" for the expected format.",
    usage: "[options] IMAGE [DESTINATION]", arguments: .between(1, 2),
    examples: [
      "imageID docker://registry.example.com/repository:tag",
      "imageID oci-archive:/path/to/layout:image:tag",
    ], completion: .names("images"),
    options: {
      [
        Option(
          "compress", .flag(),
          "Compress tarball image layers when pushing to a directory using the 'dir' transport. (default is same compression type as source)"
        ),
        Option(
          "digestfile", .string(), "Write the digest of the pushed image to the specified file",
          completion: .files),
        Option(
          "format", "f", .string(),
          "Manifest type (oci, v2s2, or v2s1) to use in the destination (default is manifest type of source, with fallbacks)",
          completion: .words(["oci", "v2s2", "docker"])),
        Option("remove-signatures", .flag(), "Discard any pre-existing signatures in the image"),
        Option(
          "encryption-key", .array(), "Key with the encryption protocol to use to encrypt the image"
        ),
        Option("encrypt-layer", .list(), "Layers to encrypt, 0-indexed layer indices"),
        Option("quiet", "q", .flag(), "Suppress output information when pushing images"),
        TransferFlags.authFile, TransferFlags.certificates, TransferFlags.credentials,
        TransferFlags.verifiesTLS, TransferFlags.signaturePolicy, TransferFlags.contentTrust,
      ] + SigningFlags.options + compression + TransferFlags.retries
    }, run: run)

  /// How layers are compressed: for `manifest push` too.
  static var compression: [Option] {
    [
      Option(
        "compression-format", .string(), "compression format to use",
        completion: .words(["gzip", "zstd", "zstd:chunked"])),
      Option("compression-level", .integer(), "compression level to use"),
      Option(
        "force-compression", .flag(),
        "Use the specified compression algorithm even if the destination contains a differently-compressed variant already"
      ),
    ]
  }

  static func run(_ call: Call) throws -> Int32 {
    try TransferFlags.refuseEncryption(call)
    let destination = call.arguments.count > 1 ? call.arguments[1] : nil
    var options = try TransferFlags.options(call)
    options.writing = try writing(call, toFolder: destination?.hasPrefix("dir:") == true)
    let image = try call.engine.images.push(call.arguments[0], to: destination, options)
    try writeDigest(image.digest, call)
    return 0
  }

  /// What the options say of the form in which an image is written.
  static func writing(_ call: Call, toFolder: Bool) throws -> ImageWriting {
    let options = call.options
    var writing = ImageWriting()
    switch options.string("format") {
    case "": break
    case "oci": writing.format = "oci"
    case "v2s2", "docker": writing.format = "docker"
    case "v2s1":
      throw CommandFailure("format v2s1 is no longer supported; please use v2s2 or oci")
    case let other:
      throw CommandFailure(
        "unknown format \"\(other)\". Choose one of the supported formats: 'oci', 'v2s2', or 'v2s1'"
      )
    }
    if let format = options.given("compression-format"), !format.isEmpty {
      guard ["gzip", "zstd", "zstd:chunked"].contains(format) else {
        throw CommandFailure(
          "unknown compression format \"\(format)\"; it can be gzip, zstd or zstd:chunked")
      }
      writing.compression = format
    } else if options.isDeclared("compress"), options.flag("compress") {
      guard toFolder else {
        throw CommandFailure("--compress can be set only when destination type is 'dir'")
      }
      writing.compression = "gzip"
    }
    if options.has("compression-level") {
      writing.compressionLevel = Int(options.integer("compression-level"))
    }
    writing.forcesCompression = options.flag("force-compression")
    writing.removesSignatures = options.flag("remove-signatures")
    try SigningFlags.apply(to: &writing, call)
    return writing
  }

  /// Writes the digest of what was pushed to the file of `--digestfile`.
  static func writeDigest(_ digest: String, _ call: Call) throws {
    guard let path = call.options.given("digestfile"), !path.isEmpty else { return }
    let file = try openFile(path, [.writeOnly, .create, .truncate], mode: 0o644)
    try file.lent.writeAll(digest, subject: path)
  }
}
