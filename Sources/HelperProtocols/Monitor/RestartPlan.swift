public import JSON

/// When a container that has ended is started again (`--restart`).
public struct RestartPlan: JSONObject, Sendable, Equatable {
  public enum Policy: String, JSONValue, CaseIterable, Sendable {
    case no
    /// When its status is not zero.
    case onFailure = "on-failure"
    case always
    /// As `always`: they differ only in what is started with the machine.
    case unlessStopped = "unless-stopped"
  }

  public var policy: Policy
  /// How often at most, for `on-failure`; `nil` for any number of times.
  public var retries: Int?
  /// How often it was started again before, by earlier monitors.
  public var count: Int

  public init(policy: Policy = .no, retries: Int? = nil, count: Int = 0) {
    self.policy = policy
    self.retries = retries
    self.count = count
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("policy", &policy)
    try object.member("retries", &retries)
    try object.member("count", &count)
  }
}
