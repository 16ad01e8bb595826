public import JSON

/// Where a container's output goes.
public struct ContainerLog: JSONObject, Equatable, Sendable {
  /// `k8s-file`, `json-file`, `journald`, `passthrough`, `passthrough-tty` or `none`.
  public var driver = "k8s-file"
  /// The file; nil for the container's own folder.
  public var path: String?
  /// Bytes; nil for no limit.
  public var maxSize: Int64?
  public var maxFiles: Int?
  public var tag: String?
  /// Labels for the journal, `NAME=value`.
  public var labels: [String] = []

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("driver", &driver)
    try object.member("path", &path)
    try object.member("maxSize", &maxSize)
    try object.member("maxFiles", &maxFiles)
    try object.member("tag", &tag)
    try object.member("labels", &labels, standard: [])
  }
}
