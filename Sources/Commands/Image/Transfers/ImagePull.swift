import CommandLine
import Engine
import HelperProtocols

/// `podman pull`, `podman image pull`.
enum ImagePull {
  static let command = PodmanCommand(
    "pull", "Pull an image from a registry",
    details:
      "Pulls an image from a registry and stores it locally.\n\n  "
      + "An image can be pulled by tag or digest. If a tag is not specified, the image with the 'latest' tag is pulled.",
    usage: "[options] IMAGE [IMAGE...]", arguments: .atLeast(1),
    examples: ["imageName", "fedora:latest"], completion: .names("images"),
    options: {
      [
        Option(
          "all-tags", "a", .flag(), "All tagged images in the repository will be pulled"),
        Option(
          "arch", .string(),
          "Use ARCH instead of the architecture of the machine for choosing images", value: "ARCH"),
        Option(
          "decryption-key", .array(), "Key needed to decrypt the image (e.g. /path/to/key.pem)"),
        Option(
          "os", .string(), "Use OS instead of the running OS for choosing images", value: "OS"),
        Option(
          "platform", .string(),
          "Specify the platform for selecting the image.  (Conflicts with arch and os)"),
        Option(
          "policy", .string(default: "always"),
          "Pull image policy (\"always\"|\"missing\"|\"never\"|\"newer\")",
          completion: .words(["always", "missing", "never", "newer"])),
        Option(
          "variant", .string(),
          "Use VARIANT instead of the running architecture variant for choosing images"),
        TransferFlags.quiet, TransferFlags.authFile, TransferFlags.certificates,
        TransferFlags.credentials, TransferFlags.verifiesTLS, TransferFlags.signaturePolicy,
        TransferFlags.contentTrust,
      ] + TransferFlags.retries
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    try TransferFlags.refuseEncryption(call)
    let options = try TransferFlags.options(call)
    let images = try call.engine.images
    let policy = try images.policy(call.options.string("policy"))
    var errors: [any Error] = []
    for name in call.arguments {
      do {
        let pulled = try images.pull(
          name, policy: policy, allTags: call.options.flag("all-tags"), options)
        for image in pulled { call.output.line(image.id) }
        call.output.flush()
      } catch { errors.append(error) }
    }
    return call.finish(errors)
  }
}
