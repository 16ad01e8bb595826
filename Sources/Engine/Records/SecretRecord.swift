public import JSON
public import LinuxSystem

/// A secret without its data, as podman and its kin keep it in `secrets.json`.
public struct SecretRecord: JSONObject, Equatable, Sendable {
  public var name = ""
  /// 25 hexadecimal digits.
  public var id = ""
  public var labels: [String: String] = [:]
  /// What others have written about it.
  public var metadata: [String: String] = [:]
  public var created = Timestamp(seconds: 0, nanoseconds: 0)
  public var updated = Timestamp(seconds: 0, nanoseconds: 0)
  /// `file`, `pass` or `shell`.
  public var driver = "file"
  public var driverOptions: [String: String] = [:]

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("name", &name)
    try object.member("id", &id)
    try object.member("labels", &labels, standard: [:])
    try object.member("metadata", &metadata, standard: [:])
    var createdText = created.rfc3339
    try object.member("createdAt", &createdText)
    created = Timestamp(rfc3339: createdText) ?? created
    var updatedText = updated.rfc3339
    try object.member("updatedAt", &updatedText, standard: createdText)
    updated = Timestamp(rfc3339: updatedText) ?? created
    try object.member("driver", &driver)
    var options: [String: String]? = driverOptions
    try object.member("driverOptions", &options)
    driverOptions = options ?? [:]
  }
}
