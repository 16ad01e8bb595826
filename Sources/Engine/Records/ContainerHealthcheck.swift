public import JSON

/// How a container's health is checked. Times are nanoseconds.
public struct ContainerHealthcheck: JSONObject, Equatable, Sendable {
  /// `["CMD", …]`, `["CMD-SHELL", line]` or `["NONE"]`.
  public var test: [String] = []
  public var interval: Int64 = 30_000_000_000
  public var timeout: Int64 = 30_000_000_000
  public var startPeriod: Int64 = 0
  public var retries = 3
  /// A check that has to succeed before the other begins.
  public var startUp: StartUp?
  /// `none`, `kill`, `restart` or `stop`.
  public var onFailure = "none"
  /// `local`, a folder, or `events_logger`.
  public var logDestination = "local"
  public var logCount = 5
  public var logSize = 500

  /// A start-up check.
  public struct StartUp: JSONObject, Equatable, Sendable {
    public var test: [String] = []
    public var interval: Int64 = 30_000_000_000
    public var timeout: Int64 = 30_000_000_000
    public var retries = 0
    public var successes = 0

    public init() {}
    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("test", &test)
      try object.member("interval", &interval)
      try object.member("timeout", &timeout)
      try object.member("retries", &retries)
      try object.member("successes", &successes)
    }
  }

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("test", &test)
    try object.member("interval", &interval)
    try object.member("timeout", &timeout)
    try object.member("startPeriod", &startPeriod)
    try object.member("retries", &retries)
    try object.member("startUp", &startUp)
    try object.member("onFailure", &onFailure, standard: "none")
    try object.member("logDestination", &logDestination, standard: "local")
    try object.member("logCount", &logCount, standard: 5)
    try object.member("logSize", &logSize, standard: 500)
  }
}
