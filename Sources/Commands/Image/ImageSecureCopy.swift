import CommandLine
import Engine

/// `podman image scp`: from one user's or machine's store into another's.
enum ImageSecureCopy {
  static let command = PodmanCommand(
    "scp", "Securely copy images",
    details: "Securely copy an image from one host to another.",
    usage: "[options] [HOST::]IMAGE [HOST::[IMAGE]]", arguments: .between(1, 2),
    examples: [
      "myimage:latest user@example.com::", "root@localhost::myimage user@localhost::",
      "user@example.com::myimage",
    ],
    completion: .names("images"),
    options: {
      [
        Option(
          "format", .string(default: "docker-archive"),
          "Form in which the image is sent (docker-archive, oci-archive)",
          completion: .words(["docker-archive", "oci-archive"])),
        TransferFlags.quiet,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let format = call.options.string("format")
    guard let form = Images.ArchiveForm(rawValue: format),
      form == .dockerArchive || form == .ociArchive
    else {
      throw CommandFailure("--format \"\(format)\": it can be docker-archive or oci-archive")
    }
    let images = try call.engine.images
    let source = try images.place(call.arguments[0])
    let target = call.arguments.count > 1 ? try images.place(call.arguments[1]) : .init(host: .here)
    if call.arguments.count > 1, !call.arguments[1].contains("::") {
      throw CommandFailure(
        "\"\(call.arguments[1])\" names no host: a destination has the form [USER@]HOST::[IMAGE]")
    }
    let names = try images.copy(
      source, to: target, as: form, isQuiet: call.options.flag("quiet"),
      try TransferFlags.options(call))
    for name in names { call.output.line("Loaded image: \(name)") }
    return 0
  }
}
