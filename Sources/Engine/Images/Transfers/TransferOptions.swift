public import HelperProtocols
import ImageSpec

/// What a command says about a transfer beside its source and destination.
public struct TransferOptions: Sendable {
  public var access = RegistryAccess()
  public var choice = ImageChoice()
  public var writing = ImageWriting()
  /// Told what happens on the way.
  public var report: @Sendable (TransferEvent) -> Void = { _ in }
  /// Lets somebody at a terminal choose one of several full names for a short one; nil where nobody is
  /// there. It returns nil where nothing is chosen.
  public var choose: (@Sendable (_ name: String, _ candidates: [String]) -> Int?)?

  public init() {}

  /// What a container's request says.
  init(_ source: ContainerRequest.ImageSource, _ engine: ContainerEngine) throws {
    report = engine.transferReport
    choose = engine.nameChoice
    if source.isQuiet { report = { _ in } }
    if let platform = source.platform {
      choice.os = platform.os.isEmpty ? nil : platform.os
      choice.architecture = platform.architecture.isEmpty ? nil : platform.architecture
      choice.variant = platform.variant
    }
    access.authFile = source.authenticationFile
    access.certificateFolder = source.certificateFolder
    access.verifiesTLS = source.verifiesTLS
    access.policyFile = source.signaturePolicy
    if let credentials = source.credentials { access.set(credentials: credentials) }
    if let retries = source.retries { access.retries = Int(clamping: retries) }
    if let delay = source.retryDelay { try access.set(retryDelay: delay) }
    if !source.decryptionKeys.isEmpty {
      throw EngineError.unsupported(
        "--decryption-key", reason: "encrypted layers are not supported")
    }
  }
}

extension RegistryAccess {
  /// Takes `user:password`, or a user alone.
  public mutating func set(credentials: String) {
    let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    user = String(parts[0])
    password = parts.count > 1 ? String(parts[1]) : ""
  }

  /// Takes a duration as `2s`, `500ms` or `1m`.
  public mutating func set(retryDelay text: String) throws {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let factors = ["ms": 1.0, "s": 1000, "m": 60_000, "h": 3_600_000, "": 1000]
    guard let number = Double(digits), let factor = factors[String(text[digits.endIndex...])],
      let milliseconds = Int(exactly: (number * factor).rounded())
    else {
      throw EngineError.invalid(
        option: "--retry-delay", value: text, reason: "it is no duration such as 2s")
    }
    retryDelay = milliseconds
  }
}
