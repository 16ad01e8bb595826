import Cryptography
import EngineConfig
import HelperProtocols
import ImageSpec
import JSON
import LinuxSystem

/// Makes the signatures that a request asks for.
final class ImageSigner {
  private let writing: ImageWriting
  private var sigstoreKey: SigningKey?

  /// - Returns: nil where nothing is to be signed.
  init?(_ writing: ImageWriting) throws(TransferFailure) {
    self.writing = writing
    let parameters = try writing.sigstoreParameters.map {
      path throws(TransferFailure) in try SigstoreParameters(path)
    }
    guard writing.signBy != nil || writing.sigstoreKey != nil || parameters != nil else {
      return nil
    }
    if let path = parameters?.key ?? writing.sigstoreKey {
      let file = parameters?.passphraseFile ?? writing.passphraseFile
      do {
        sigstoreKey = try SigningKey(
          cosign: try readRegularFile(path, limit: 1 << 20),
          passphrase: try passphrase(from: file) ?? [])
      } catch let failure as TransferFailure {
        throw failure
      } catch { throw TransferFailure(.signing, detail: "the key \(path): \(error)") }
    }
  }

  /// What the user typed, or the first line of a file; nil where there is neither.
  private func passphrase(from file: String?) throws(TransferFailure) -> [UInt8]? {
    if let typed = writing.passphrase { return Array(typed.utf8) }
    guard let file else { return nil }
    do {
      return Array(try readFile(file, limit: 1 << 16).prefix { $0 != 0x0A && $0 != 0x0D })
    } catch { throw TransferFailure(.signing, detail: "the passphrase: \(error)") }
  }

  /// Signs that an image of this name has this manifest.
  func sign(
    _ digest: Digest, as name: ImageReference
  ) throws(TransferFailure) -> [ImageSignature] {
    let payload = SignaturePayload(name: name.tagged.description, digest: digest)
    var signatures: [ImageSignature] = []
    if let key = writing.signBy {
      signatures.append(
        .simple(
          try GnuPG.sign(
            payload.text(.simple), key: key,
            passphrase: try passphrase(from: writing.passphraseFile))))
    }
    if let sigstoreKey {
      var signature = SigstoreSignature()
      signature.payload = payload.text(.sigstore)
      do {
        signature.annotations[SigstoreSignature.annotation] = Base64.encode(
          try sigstoreKey.sign(signature.payload))
      } catch { throw TransferFailure(.signing, detail: "\(error)") }
      signatures.append(.sigstore(signature))
    }
    return signatures
  }
}

/// A file of `--sign-by-sigstore`: containers-sigstore-signing-params.yaml(5).
struct SigstoreParameters {
  var key: String
  var passphraseFile: String?

  init(_ path: String) throws(TransferFailure) {
    func wrong(_ detail: String) -> TransferFailure {
      TransferFailure(.configuration, path, detail: detail)
    }
    let fields: BlockMapping
    do {
      fields = try BlockMapping(
        parsing: String(decoding: try readRegularFile(path, limit: 1 << 20), as: UTF8.self))
    } catch let error as BlockMapping.Failure {
      throw wrong("line \(error.line): \(error.reason)")
    } catch { throw wrong("\(error)") }
    var texts: [String: String] = [:]
    for (name, value) in fields.entries {
      switch (name, value) {
      case ("privateKeyFile", .text(let text)), ("privateKeyPassphraseFile", .text(let text)):
        texts[name] = text
      case ("fulcio", _), ("rekorURL", _):
        throw wrong("\(name) is not supported: a private key has to be named by privateKeyFile")
      default: throw wrong("\(name) is not understood")
      }
    }
    guard let key = texts["privateKeyFile"] else { throw wrong("privateKeyFile is missing") }
    (self.key, passphraseFile) = (key, texts["privateKeyPassphraseFile"])
  }
}
