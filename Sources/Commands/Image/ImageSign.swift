import CommandLine
import Engine
import HelperProtocols

/// `podman image sign`: signatures for images that registries have.
enum ImageSign {
  static let command = PodmanCommand(
    "sign", "Sign an image",
    details: "Create a signature file that can be used later to verify the image.",
    usage: "[options] IMAGE [IMAGE...]", arguments: .atLeast(1),
    examples: ["--sign-by mykey --directory ./mykeydir docker://registry.example.com/imageID"],
    completion: .names("images"),
    options: {
      [
        Option("all", "a", .flag(), "Sign all the manifests of the multi-architecture image"),
        Option(
          "directory", "d", .string(),
          "Define an alternate directory to store signatures", completion: .files),
        Option(
          "registries-d", .string(), "Read this folder instead of registries.d", hidden: true,
          completion: .files),
        Option("sign-by", .string(), "Name of the signing key"),
        TransferFlags.authFile, TransferFlags.certificates, TransferFlags.verifiesTLS,
      ]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    guard let key = call.options.given("sign-by"), !key.isEmpty else {
      throw CommandFailure("please provide an identity to sign with by --sign-by")
    }
    var options = try TransferFlags.options(call)
    options.choice.all = call.options.flag("all")
    options.writing.signBy = key
    var errors: [any Error] = []
    for name in call.arguments {
      do {
        try call.engine.images.sign(
          name, into: call.options.given("directory").flatMap { $0.isEmpty ? nil : $0 }, options)
      } catch { errors.append(error) }
    }
    return call.finish(errors)
  }
}
