import CommandLine
import Engine
import HelperProtocols
import LinuxSystem
import SystemPackage

/// The options that commands with registries share, and what they say.
enum TransferFlags {
  static var authFile: Option {
    Option(
      "authfile", .string(),
      "Path of the authentication file. Use REGISTRY_AUTH_FILE environment variable to override",
      completion: .files)
  }
  static var certificates: Option {
    Option(
      "cert-dir", .string(), "Path to a directory containing TLS certificates and keys",
      value: "Pathname", completion: .files)
  }
  static var credentials: Option {
    Option(
      "creds", .string(),
      "Credentials (USERNAME:PASSWORD) to use for authenticating to a registry",
      value: "Credentials")
  }
  static var verifiesTLS: Option {
    Option(
      "tls-verify", .flag(default: true),
      "Require HTTPS and verify certificates when contacting registries")
  }
  static var retries: [Option] {
    [
      Option(
        "retry", .unsigned(default: 3),
        "number of times to retry in case of failure when performing the transfer"),
      Option("retry-delay", .string(), "delay between retries in case of transfer failures"),
    ]
  }
  static var signaturePolicy: Option {
    Option(
      "signature-policy", .string(), "Path to a signature-policy file (not usually used)",
      hidden: true, completion: .files)
  }
  static var contentTrust: Option {
    Option(
      "disable-content-trust", .flag(), "This is a Docker specific option and is a NOOP")
  }
  static var quiet: Option {
    Option("quiet", "q", .flag(), "Suppress output information when pulling images")
  }

  /// What the options of a call say, as far as the command has them.
  static func options(_ call: Call) throws -> TransferOptions {
    let options = call.options
    var transfer = TransferOptions()
    func given(_ name: String) -> String? {
      options.isDeclared(name) ? options.given(name).flatMap { $0.isEmpty ? nil : $0 } : nil
    }
    transfer.access.authFile = given("authfile")
    transfer.access.certificateFolder = given("cert-dir")
    transfer.access.policyFile = given("signature-policy")
    if let credentials = given("creds") { transfer.access.set(credentials: credentials) }
    if options.isDeclared("tls-verify"), options.has("tls-verify") {
      transfer.access.verifiesTLS = options.flag("tls-verify")
    }
    if given("retry") != nil { transfer.access.retries = Int(clamping: options.unsigned("retry")) }
    if let delay = given("retry-delay") { try transfer.access.set(retryDelay: delay) }
    try platform(call, &transfer)
    if !(options.isDeclared("quiet") && options.flag("quiet")) {
      transfer.report = TransferProgress().report
    }
    transfer.choose = NameChoice.atTerminal
    return transfer
  }

  private static func platform(_ call: Call, _ transfer: inout TransferOptions) throws {
    let options = call.options
    guard options.isDeclared("arch") else { return }
    if let text = options.given("platform"), !text.isEmpty {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 3, parts.allSatisfy({ !$0.isEmpty }) else {
        throw CommandFailure("invalid platform syntax for \"\(text)\": use OS/ARCH[/VARIANT]")
      }
      for name in ["arch", "os", "variant"] where options.has(name) {
        throw CommandFailure("--platform option can not be specified with --arch or --os")
      }
      transfer.choice.os = parts[0]
      if parts.count > 1 { transfer.choice.architecture = parts[1] }
      if parts.count > 2 { transfer.choice.variant = parts[2] }
      return
    }
    transfer.choice.os = options.given("os")
    transfer.choice.architecture = options.given("arch")
    transfer.choice.variant = options.given("variant")
  }

  /// Refuses options that only work with encrypted layers.
  static func refuseEncryption(_ call: Call) throws {
    for name in ["decryption-key", "encryption-key", "encrypt-layer"]
    where call.options.isDeclared(name) && !call.options.list(name).isEmpty {
      throw CommandFailure("--\(name): encrypted layers are not supported")
    }
  }
}

/// Lets a person at a terminal choose one of the names that a short name can mean.
enum NameChoice {
  /// The question; nil where there is no terminal.
  static var atTerminal: (@Sendable (String, [String]) -> Int?)? {
    guard FileDescriptor.standardInput.isTerminal, FileDescriptor.standardOutput.isTerminal else {
      return nil
    }
    return { name, candidates in ask(candidates) }
  }

  private static func ask(_ candidates: [String]) -> Int? {
    ErrorReport.write("Please select an image:\n")
    for (index, name) in candidates.enumerated() { ErrorReport.write("  \(index + 1)) \(name)\n") }
    for _ in 0..<3 {
      ErrorReport.write("Number [1]: ")
      guard let answer = readLine(strippingNewline: true) else { return nil }
      if answer.isEmpty { return 0 }
      if let number = Int(answer), candidates.indices.contains(number - 1) { return number - 1 }
    }
    return nil
  }
}
