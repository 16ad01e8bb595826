internal import CCrypto
import JSON

extension SigningKey {
  /// Opens a private key as cosign keeps it: a PEM block `ENCRYPTED COSIGN PRIVATE KEY` (or `SIGSTORE`) with a
  /// JSON document, the key in NaCl's secretbox under scrypt of the passphrase.
  public convenience init(
    cosign pem: [UInt8], passphrase: [UInt8]
  ) throws(CryptographyError) {
    let wanted = "private key of cosign (ENCRYPTED COSIGN PRIVATE KEY)"
    guard let text = Self.contents(ofPEM: pem),
      let document = try? JSONReader().read(JSONTree.self, from: text)
    else { throw .notKey(wanted: wanted) }
    guard document["kdf"]?["name"]?.string == "scrypt" else {
      throw .unknownProtection(document["kdf"]?["name"]?.string ?? "nothing")
    }
    guard document["cipher"]?["name"]?.string == "nacl/secretbox" else {
      throw .unknownProtection(document["cipher"]?["name"]?.string ?? "nothing")
    }
    guard let parameters = document["kdf"]?["params"],
      let n = parameters["N"]?.integer, let r = parameters["r"]?.integer,
      let p = parameters["p"]?.integer,
      let salt = document["kdf"]?["salt"]?.string.flatMap({ Base64.decode($0) }),
      let nonce = document["cipher"]?["nonce"]?.string.flatMap({ Base64.decode($0) }),
      let box = document["ciphertext"]?.string.flatMap({ Base64.decode($0) })
    else { throw .notKey(wanted: wanted) }
    // What others write is 32768, 8, 1; more than a gigabyte nobody means.
    guard (2...1 << 20).contains(n), (1...32).contains(r), (1...16).contains(p) else {
      throw .unknownProtection("scrypt with N=\(n), r=\(r), p=\(p)")
    }
    var key = [UInt8](repeating: 0, count: 32)
    let passed = passphrase.withUnsafeBytes {
      EVP_PBE_scrypt(
        $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, salt, salt.count,
        UInt64(n), UInt64(r), UInt64(p), 1 << 30, &key, key.count)
    }
    guard passed == 1 else { throw .failed("derive a key with scrypt") }
    guard let der = SecretBox.open(box, nonce: nonce, key: key) else { throw .wrongPassphrase }
    try self.init(pkcs8: der)
  }

  /// What stands between the lines of a PEM block of cosign's.
  private static func contents(ofPEM pem: [UInt8]) -> [UInt8]? {
    let lines = String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ENCRYPTED ") }),
      lines[begin].hasSuffix(" PRIVATE KEY-----"),
      lines[begin].contains("COSIGN") || lines[begin].contains("SIGSTORE"),
      let end = lines[begin...].firstIndex(where: { $0.hasPrefix("-----END ") })
    else { return nil }
    return Base64.decode(lines[lines.index(after: begin)..<end].joined())
  }
}
