import CommandLine
import Engine
import ImageSpec
import LinuxSystem
import SystemPackage

/// `podman import`.
enum ImageImport {
  static let command = PodmanCommand(
    "import", "Import a tarball to create a filesystem image",
    details:
      "Create a container image from the contents of the specified tarball (.tar, .tar.gz, .tgz, .tar.zst).\n\n"
      + "  Note remote tar balls can be specified, via web address. Optionally tag the image. You can specify "
      + "the instructions using the --change option.",
    usage: "PATH [REFERENCE]", arguments: .between(1, 2),
    examples: [
      "container_backup.tar new_image:tag",
      "- image-imported --message \"importing the ctr.tar tarball\" < ctr.tar",
    ],
    completion: .files,
    options: {
      [
        Option("arch", .string(), "Set the architecture of the imported image"),
        ContainerCommit.changes,
        Option("message", "m", .string(), "Set commit message for imported image"),
        Option("os", .string(), "Set the OS of the imported image"),
        Option("quiet", "q", .flag(), "Suppress output"),
        Option("signature-policy", .string(), "Path to a signature-policy file", hidden: true),
        Option("variant", .string(), "Set the variant of the imported image"),
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    var options = Images.ImportOptions()
    let path = call.arguments.first ?? "-"
    options.name = call.arguments.count > 1 ? call.arguments[1] : nil
    options.message = call.options.given("message")
    options.changes = call.options.list("change")
    options.source = path
    if let os = call.options.given("os") { options.platform.os = os }
    if let architecture = call.options.given("arch") {
      options.platform.architecture = architecture
      options.platform.variant = nil
    }
    if let variant = call.options.given("variant") { options.platform.variant = variant }
    call.output.line("sha256:\(try importArchive(call, path, options))")
    return 0
  }

  private static func importArchive(
    _ call: Call, _ path: String, _ options: Images.ImportOptions
  ) throws -> String {
    let images = try call.engine.images
    if path == "-" {
      if call.readsFromTerminal {
        throw CommandFailure("standard input is a terminal; please give a tar archive to it")
      }
      return try images.importArchive(.standardInput, options)
    }
    let isOfTheWeb = path.hasPrefix("http://") || path.hasPrefix("https://")
    let file = isOfTheWeb ? try images.download(path) : try openFile(path, [.readOnly])
    return try images.importArchive(file.lent, options)
  }
}
