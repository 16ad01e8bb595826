import Cryptography
import Testing

struct SignatureKeyTests {
  @Test func aKeyOfCosignsOpensSignsAndIsBelieved() throws {
    let key = try SigningKey(cosign: Array(Self.privateKey.utf8), passphrase: Array("secret".utf8))
    let message = Array("a message".utf8)
    let signature = try key.sign(message)
    let other = try VerificationKey(pem: Array(Self.publicKey.utf8))
    #expect(other.accepts(signature, of: message))
    #expect(!other.accepts(signature, of: message + [0]))
    #expect(!other.accepts([], of: message))
    #expect(!other.accepts(Array(signature.reversed()), of: message))
  }

  @Test func whatIsNoKeyIsRefused() {
    #expect(throws: CryptographyError.wrongPassphrase) {
      try SigningKey(cosign: Array(Self.privateKey.utf8), passphrase: Array("Secret".utf8))
    }
    for text in ["", "-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----", Self.publicKey] {
      #expect(throws: CryptographyError.self) {
        try SigningKey(cosign: Array(text.utf8), passphrase: [])
      }
    }
    #expect(throws: CryptographyError.self) {
      try VerificationKey(pem: Array(Self.privateKey.utf8))
    }
    #expect(throws: CryptographyError.self) { try VerificationKey(pem: []) }
  }

  private static let privateKey = """
    -----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----
    eyJrZGYiOiB7Im5hbWUiOiAic2NyeXB0IiwgInBhcmFtcyI6IHsiTiI6IDMyNzY4
    LCAiciI6IDgsICJwIjogMX0sICJzYWx0IjogImNDb2JQeDB0QzlMRUQ2dmhYNEtV
    YStqcE1hOWQvaXNhMk1UMnplUlo1V1U9In0sICJjaXBoZXIiOiB7Im5hbWUiOiAi
    bmFjbC9zZWNyZXRib3giLCAibm9uY2UiOiAiTXh3M2hyK1VrcUlRS0Vpb0FmT0NF
    YnNsbDlRb3drdC8ifSwgImNpcGhlcnRleHQiOiAiNXpIZW9ISmwraUtkMUg1ajg2
    ZG53eFFEVzNYOXk4TVFtV0VVR3c5aXVJUDdic2pHVDZGejVUcHMzMjlpNTF1bDU3
    YXh6TGJPU0QvMmhGVnZyN2hDTjY4ZVNuOHR2U0ZkWUNuVCtNYXI2TlNUSUNwNkth
    N2FWM1NhMGthdm9oRzZ0eXNsSDVpZGprNDVWRHk2ZVdyRFVkT0g1ZGltbUNEYmE0
    NWlXWmtYNWtUQnVTRVNnSlVJbVJWcnlNUzhzTDhVbXBublVkVVNiQlZoclE9PSJ9
    -----END ENCRYPTED COSIGN PRIVATE KEY-----
    """

  private static let publicKey = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEen4a0qqI61XaHVshzi/edgWJ4qiT
    Em6/nqowwcj0sxDwsYU2jvZdzdIw7qnd/c/aFB8y5ViEnuS2sa4kPuj+jg==
    -----END PUBLIC KEY-----
    """
}
