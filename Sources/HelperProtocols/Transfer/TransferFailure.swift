public import JSON

/// Why a transfer cannot be done; `TransferFailure+Sentence.swift` says it in words.
public struct TransferFailure: JSONObject, Error, Sendable, Equatable {
  public enum Cause: String, CaseIterable, JSONValue, Sendable {
    // The way to a registry.
    case unknownHost, unreachable, certificate, notTLS, timeout, cut
    // What a registry said.
    case unauthorized, forbidden, notFound, tooManyRequests, serverError, unexpectedAnswer
    /// It sends the user's credentials somewhere else: `detail` is where.
    case realm
    /// It redirects to where nobody may follow: `detail` is where.
    case redirect
    // What came.
    case digestMismatch, sizeMismatch, tooLarge, malformed
    /// Something recognised that is not supported: `detail` says what.
    case unsupported
    /// A list has nothing for the platform in `detail`.
    case noPlatform
    // What this machine says.
    case blocked, rejected, badSignature
    /// A signature cannot be made or kept: `detail` says why.
    case signing
    case diskFull, system, archive, store
    case noSuchImage, invalidName, configuration
    /// A program that keeps credentials failed: `detail` is what it said.
    case credentialHelper
    case notLoggedIn
    /// The request itself makes no sense.
    case request
    /// The program ended without a last line.
    case ended
  }

  public var cause: Cause
  /// What it is about: an image, a blob, a file.
  public var subject: String
  /// The registry.
  public var host: String?
  /// What the other side, the kernel or a library said.
  public var detail: String?
  public var status: Int?
  public var expected: String?
  public var found: String?
  /// Where several places were tried, why each of them failed.
  public var attempts: [TransferFailure]?

  public init(
    _ cause: Cause, _ subject: String = "", host: String? = nil, detail: String? = nil,
    status: Int? = nil, expected: String? = nil, found: String? = nil
  ) {
    self.cause = cause
    self.subject = subject
    self.host = host
    self.detail = detail
    self.status = status
    self.expected = expected
    self.found = found
  }

  public static var blank: TransferFailure { TransferFailure(.request) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("cause", &cause)
    try object.member("subject", &subject)
    try object.member("host", &host)
    try object.member("detail", &detail)
    try object.member("status", &status)
    try object.member("expected", &expected)
    try object.member("found", &found)
    try object.member("attempts", &attempts)
  }
}
