/// What is asked of an HTTP server.
public struct HTTPRequest: Sendable {
  public var method: String
  public var url: String
  /// Names and values, in the order in which they are sent.
  public var headers: [(name: String, value: String)] = []
  public var body = Body.none
  public var tls = TLSSettings()
  /// A proxy's URL; nil for none.
  public var proxy: String?
  /// A Unix socket that is connected to in place of the URL's host.
  public var unixSocket: String?
  /// Seconds that may pass without a byte in either direction.
  public var idleLimit = 60
  /// Seconds until the connection stands.
  public var connectLimit = 30

  /// What is sent with a request.
  public enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// What the transfer's `source` gives; the length in bytes, nil where it is not known.
    case stream(length: Int64?)
  }

  public init(_ method: String, _ url: String) {
    self.method = method
    self.url = url
  }
}

/// Whom an HTTPS client trusts, and as whom it appears.
public struct TLSSettings: Equatable, Sendable {
  /// Whether the server has to prove who it is.
  public var verifies = true
  /// Certificates of authorities in PEM that are trusted beside the system's.
  public var authorities: [UInt8] = []
  /// Files in PEM with the client's own certificate and its key.
  public var certificateFile: String?
  public var keyFile: String?

  public init() {}
}

/// The first part of a server's answer.
public struct HTTPResponseHead: Equatable, Sendable {
  public var status: Int
  /// By names in small letters; values of equal names one after another.
  public var headers: [String: [String]]

  public init(status: Int, headers: [String: [String]] = [:]) {
    self.status = status
    self.headers = headers
  }

  /// The first value of a header, by its name in small letters.
  public subscript(name: String) -> String? { headers[name]?.first }
}

/// An answer with a whole body.
public struct HTTPResponse: Sendable {
  public var head: HTTPResponseHead
  public var body: [UInt8]

  public init(head: HTTPResponseHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}

/// Why there is no answer, or no whole one. Texts are libcurl's own.
public enum HTTPError: Error, Equatable, Sendable {
  case unknownHost(String)
  /// No connection: refused, unreachable, or not in time.
  case unreachable(String)
  /// The server's certificate or ours was not accepted.
  case certificate(String)
  /// There is no TLS at the other end, or none in common.
  case notTLS(String)
  /// The connection ended before the answer did.
  case cut(String)
  /// Nothing came for too long.
  case timeout(String)
  /// The body is longer than the caller takes.
  case tooLarge(limit: Int)
  /// A consumer of the body refused it, or the caller gave up.
  case cancelled
  /// There is no memory for one more connection.
  case outOfMemory
  case failure(String)
}
