import CommandLine
import HelperProtocols
import LinuxSystem
import SystemPackage

/// The options by which what is pushed is signed.
enum SigningFlags {
  static var options: [Option] {
    [
      Option("sign-by", .string(), "Add a signature at the destination using the specified key"),
      Option(
        "sign-by-sigstore", .string(),
        "Sign the image using a sigstore parameter file at PATH", completion: .files),
      Option(
        "sign-by-sigstore-private-key", .string(),
        "Sign the image using a sigstore private key at PATH", completion: .files),
      Option(
        "sign-by-sq-fingerprint", .string(),
        "Sign the image using a Sequoia-PGP key with the specified FINGERPRINT"),
      Option(
        "sign-passphrase-file", .string(),
        "Read a passphrase for signing an image from PATH", completion: .files),
    ]
  }

  /// Takes over what a call says.
  static func apply(to writing: inout ImageWriting, _ call: Call) throws {
    func given(_ name: String) -> String? {
      guard call.options.isDeclared(name) else { return nil }
      return call.options.given(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    guard given("sign-by-sq-fingerprint") == nil else {
      throw CommandFailure(
        "--sign-by-sq-fingerprint: this podman signs with GnuPG and with sigstore keys, not with "
          + "Sequoia; please use --sign-by")
    }
    writing.signBy = given("sign-by")
    writing.sigstoreKey = given("sign-by-sigstore-private-key")
    writing.sigstoreParameters = given("sign-by-sigstore")
    writing.passphraseFile = given("sign-passphrase-file")
    guard writing.sigstoreKey == nil || writing.sigstoreParameters == nil else {
      throw CommandFailure(
        "only one of --sign-by-sigstore-private-key and --sign-by-sigstore can be given")
    }
    guard
      writing.passphraseFile == nil
        || [writing.signBy, writing.sigstoreKey].compactMap({ $0 }).count < 2
    else {
      throw CommandFailure(
        "only one of --sign-by and --sign-by-sigstore-private-key can be used with "
          + "--sign-passphrase-file")
    }
    let input = FileDescriptor.standardInput
    if let key = writing.sigstoreKey, writing.passphraseFile == nil {
      guard input.isTerminal else {
        throw CommandFailure(
          "the passphrase of \(key) cannot be asked for without a terminal; please use "
            + "--sign-passphrase-file")
      }
      let modes = try input.terminalModes()
      ErrorReport.write("Passphrase for key \(key): ")
      try input.setTerminalModes(modes.withoutEcho())
      defer {
        try? input.setTerminalModes(modes)
        ErrorReport.write("\n")
      }
      writing.passphrase = readLine(strippingNewline: true) ?? ""
    }
  }
}
