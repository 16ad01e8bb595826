internal import CCrypto

/// A key that checks signatures: ECDSA, RSA or Ed25519, as libcrypto reads it.
public final class VerificationKey {
  private let key: OpaquePointer

  /// - Parameter pem: `-----BEGIN PUBLIC KEY-----`, RFC 7468.
  public init(pem: [UInt8]) throws(CryptographyError) {
    let key = pem.withUnsafeBytes { bytes -> OpaquePointer? in
      let input = BIO_new_mem_buf(bytes.baseAddress, CInt(clamping: bytes.count))
      defer { BIO_free(input) }
      return PEM_read_bio_PUBKEY(input, nil, nil, nil)
    }
    guard let key else { throw .notKey(wanted: "public key in PEM") }
    self.key = key
  }

  deinit { EVP_PKEY_free(key) }

  /// Whether a signature over the SHA-256 of a message is this key's.
  public func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    let digest = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
    guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else { return false }
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}

/// A key that signs.
public final class SigningKey {
  private let key: OpaquePointer

  /// - Parameter pkcs8: RFC 5208, in DER.
  init(pkcs8: [UInt8]) throws(CryptographyError) {
    let key = pkcs8.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var place = bytes.baseAddress
      guard let info = d2i_PKCS8_PRIV_KEY_INFO(nil, &place, bytes.count) else { return nil }
      defer { PKCS8_PRIV_KEY_INFO_free(info) }
      return EVP_PKCS82PKEY(info)
    }
    guard let key else { throw .notKey(wanted: "private key in PKCS#8") }
    self.key = key
  }

  deinit { EVP_PKEY_free(key) }

  /// Signs the SHA-256 of a message: ASN.1's form, for ECDSA.
  public func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw .failed("sign") }
    defer { EVP_MD_CTX_free(context) }
    let digest = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
    var length = 0
    guard EVP_DigestSignInit(context, nil, digest, nil, key) == 1,
      EVP_DigestSign(context, nil, &length, message, message.count) == 1
    else { throw .failed("sign") }
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else {
      throw .failed("sign")
    }
    return Array(signature.prefix(length))
  }
}
