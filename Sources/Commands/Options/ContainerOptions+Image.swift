import CommandLine
import Engine
import ImageSpec

extension ContainerOptions {
  static var image: [Option] {
    [
      Option(
        "arch", .string(),
        "use ARCH instead of the architecture of the machine for choosing images",
        alias: ["override-arch"]),
      Option(
        "authfile", .string(),
        "Path of the authentication file. Use REGISTRY_AUTH_FILE environment variable to override",
        completion: .files),
      Option(
        "cert-dir", .string(), "Path to a directory containing TLS certificates and keys",
        completion: .folders),
      Option(
        "creds", .string(),
        "Credentials (USERNAME:PASSWORD) to use for authenticating to a registry"),
      Option("decryption-key", .array(), "Key needed to decrypt the image (e.g. /path/to/key.pem)"),
      Option(
        "disable-content-trust", "This is a Docker specific option and is a NOOP", hidden: true),
      Option(
        "os", .string(), "use OS instead of the running OS for choosing images",
        alias: ["override-os"]),
      Option(
        "platform", .string(),
        "Specify the platform for selecting the image.  (Conflicts with arch and os)"),
      Option(
        "pull", .string(), "Pull image policy",
        value: "always|missing|never|newer",
        completion: .words(["always", "missing", "never", "newer"])),
      Option("quiet", "q", .flag(), "Suppress output information when pulling images"),
      Option(
        "retry", .unsigned(), "number of times to retry in case of failure when performing pull"),
      Option("retry-delay", .string(), "delay between retries in case of pull failures"),
      Option("rmi", "Remove image unless used by other containers, implies --rm"),
      Option(
        "signature-policy", .string(), "`Pathname` of signature policy file (not usually used)",
        hidden: true),
      Option(
        "tls-verify", .flag(default: true),
        "Require HTTPS and verify certificates when contacting registries for pulling images"),
      Option(
        "variant", .string(),
        "Use VARIANT instead of the running architecture variant for choosing images",
        alias: ["override-variant"]),
    ]
  }

  func applyImage(_ request: inout ContainerRequest) throws {
    var source = ContainerRequest.ImageSource()
    source.pullPolicy = options.given("pull")
    if let policy = source.pullPolicy {
      guard ["always", "missing", "never", "newer", "true", "false"].contains(policy) else {
        throw CommandFailure(
          "unsupported pull policy \"\(policy)\": it has to be always, missing, never or newer")
      }
      if policy == "true" { source.pullPolicy = "always" }
      if policy == "false" { source.pullPolicy = "missing" }
    }
    source.platform = try platform()
    source.authenticationFile = options.given("authfile")
    source.certificateFolder = options.given("cert-dir")
    source.credentials = options.given("creds")
    source.verifiesTLS = flag("tls-verify")
    source.decryptionKeys = options.list("decryption-key")
    if let key = source.decryptionKeys.first {
      throw EngineError.unsupported(
        "--decryption-key \(key)", reason: "this version reads no encrypted images")
    }
    source.signaturePolicy = options.given("signature-policy")
    source.isQuiet = options.flag("quiet")
    source.retries = unsigned("retry").map { UInt($0) }
    source.retryDelay = options.given("retry-delay")
    request.imageSource = source
    request.isImageRemoved = options.flag("rmi")
    if request.isImageRemoved { request.isRemoved = true }
  }

  private func platform() throws -> Platform? {
    let parts = ["os", "arch", "variant"].map { options.given($0) }
    if let text = options.given("platform"), !text.isEmpty {
      if parts.contains(where: { $0 != nil }) {
        throw CommandFailure("--platform option can not be specified with --arch or --os")
      }
      guard let platform = Platform(parsing: text) else {
        throw EngineError.invalid(
          option: "--platform", value: text, reason: "it has to be OS[/ARCH[/VARIANT]]")
      }
      return platform
    }
    guard parts.contains(where: { $0 != nil }) else { return nil }
    return Platform(
      os: parts[0] ?? "linux", architecture: parts[1] ?? Platform.host.architecture,
      variant: parts[2])
  }
}
