public import JSON

/// A secret without its data.
public struct SecretRecord: JSONObject, Equatable, Sendable {
  public var name = ""
  /// `file`, `pass` or `shell`.
  public var driver = "file"
  public var driverOptions: [String: String] = [:]
  public var labels: [String: String] = [:]
  /// Nanoseconds since 1970.
  public var created: Int64 = 0
  public var updated: Int64 = 0

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("name", &name)
    try object.member("driver", &driver)
    try object.member("driverOptions", &driverOptions, standard: [:])
    try object.member("labels", &labels, standard: [:])
    try object.member("created", &created)
    try object.member("updated", &updated)
  }
}
