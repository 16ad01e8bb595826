/// Why a key or a message cannot be used.
public enum CryptographyError: Error, Equatable, Sendable {
  /// The text is no key of the kind that is wanted.
  case notKey(wanted: String)
  /// A private key is kept in a way that is not understood.
  case unknownProtection(String)
  /// The passphrase does not open a private key.
  case wrongPassphrase
  /// libcrypto refused: the operation.
  case failed(String)
}

extension CryptographyError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    switch self {
    case .notKey(let wanted): "it is no \(wanted)"
    case .unknownProtection(let name): "it is protected by \(name), which is not supported"
    case .wrongPassphrase: "the passphrase does not open it"
    case .failed(let operation): "libcrypto cannot \(operation)"
    }
  }
}
