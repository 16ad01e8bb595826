public import JSON

/// Where a container's output goes besides its clients.
public struct LogPlan: JSONObject, Sendable, Equatable {
  public enum Driver: String, JSONValue, CaseIterable, Sendable {
    /// Lines of time, stream, P or F, and text: Kubernetes' format of logs.
    case k8sFile = "k8s-file"
    /// Docker's: a JSON object a line.
    case jsonFile = "json-file"
    /// systemd's journal, through its socket.
    case journald
    /// The container gets the standard streams that the monitor was started with.
    case passthrough
    /// The same, be they a terminal.
    case passthroughTTY = "passthrough-tty"
    case none
  }

  public var driver: Driver
  /// The file, for the drivers that have one.
  public var path: String?
  /// Bytes after which the file is renamed to `path.1` and a new one begun; `nil` for no limit.
  public var maxSize: Int64?
  /// How many files there are at most, the current one counted; at least 1.
  public var maxFiles: Int
  /// The journal's CONTAINER_TAG and SYSLOG_IDENTIFIER.
  public var tag: String?
  /// More fields for the journal, `NAME=value`.
  public var labels: [String]

  public init(
    driver: Driver = .none, path: String? = nil, maxSize: Int64? = nil, maxFiles: Int = 2,
    tag: String? = nil, labels: [String] = []
  ) {
    self.driver = driver
    self.path = path
    self.maxSize = maxSize
    self.maxFiles = maxFiles
    self.tag = tag
    self.labels = labels
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("driver", &driver)
    try object.member("path", &path)
    try object.member("maxSize", &maxSize)
    try object.member("maxFiles", &maxFiles)
    try object.member("tag", &tag)
    try object.member("labels", &labels)
  }
}
