public import JSON

/// When a container is started again.
public struct ContainerRestart: JSONObject, Equatable, Sendable {
  /// `no`, `on-failure`, `always` or `unless-stopped`.
  public var policy = "no"
  /// How often at most, for `on-failure`; nil for any number of times.
  public var retries: Int?

  public init() {}
  public static var blank: Self { Self() }

  /// Reads `always`, `on-failure:3`, `never`…; nil for other words.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch parts.first {
    case "no", "never", "": policy = "no"
    case "always", "unless-stopped", "on-failure": policy = String(parts[0])
    default: return nil
    }
    guard parts.count == 2 else { return }
    guard policy == "on-failure", let number = Int(parts[1]), number >= 0 else { return nil }
    retries = number
  }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("policy", &policy)
    try object.member("retries", &retries)
  }
}
