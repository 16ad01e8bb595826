public import JSON

/// How a container's health is looked after. All times are milliseconds.
public struct HealthPlan: JSONObject, Sendable, Equatable {
  /// What is done once the container is unhealthy.
  public enum FailureAction: String, JSONValue, CaseIterable, Sendable {
    case none, kill, restart, stop
  }

  /// A command that is run in the container at intervals.
  public struct Check: JSONObject, Sendable, Equatable {
    /// The process document of the runtime's `exec --process`, as text: the container's own with the
    /// check's command as its `args`.
    public var process: String
    /// From the end of one run to the next; 0 never runs it but by request.
    public var interval: Int64
    /// After which a run is killed and counts as a failure.
    public var timeout: Int64
    /// Failures in a row that make the container unhealthy; of start-up checks: that restart it, 0 for
    /// never.
    public var retries: Int

    public init(process: String, interval: Int64, timeout: Int64, retries: Int) {
      self.process = process
      self.interval = interval
      self.timeout = timeout
      self.retries = retries
    }

    public static var blank: Self { Self(process: "", interval: 0, timeout: 0, retries: 0) }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("process", &process)
      try object.member("interval", &interval)
      try object.member("timeout", &timeout)
      try object.member("retries", &retries)
    }
  }

  public var check: Check
  /// Failures within this time after the start do not count.
  public var startPeriod: Int64
  /// Run in `check`'s place until it has succeeded `startUpSuccesses` times.
  public var startUp: Check?
  /// At least 1.
  public var startUpSuccesses: Int
  public var onFailure: FailureAction
  /// Where the results are kept as `HealthLog`.
  public var logPath: String
  /// How many results are kept; 0 for all.
  public var logCount: Int
  /// How many bytes of a result's output are kept; 0 for all.
  public var logSize: Int

  public init(
    check: Check, startPeriod: Int64 = 0, startUp: Check? = nil, startUpSuccesses: Int = 1,
    onFailure: FailureAction = .none, logPath: String, logCount: Int = 5, logSize: Int = 500
  ) {
    self.check = check
    self.startPeriod = startPeriod
    self.startUp = startUp
    self.startUpSuccesses = startUpSuccesses
    self.onFailure = onFailure
    self.logPath = logPath
    self.logCount = logCount
    self.logSize = logSize
  }

  public static var blank: Self { Self(check: .blank, logPath: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("check", &check)
    try object.member("startPeriod", &startPeriod)
    try object.member("startUp", &startUp)
    try object.member("startUpSuccesses", &startUpSuccesses)
    try object.member("onFailure", &onFailure)
    try object.member("logPath", &logPath)
    try object.member("logCount", &logCount)
    try object.member("logSize", &logSize)
  }
}

/// The results of health checks, in the names and the file format of podman's `inspect`.
public struct HealthLog: JSONObject, Sendable, Equatable {
  public enum Status: String, JSONValue, CaseIterable, Sendable {
    case starting, healthy, unhealthy
  }

  public struct Result: JSONObject, Sendable, Equatable {
    /// RFC 3339, with nanoseconds.
    public var start: String
    public var end: String
    public var exitCode: Int32
    public var output: String

    public init(start: String, end: String, exitCode: Int32, output: String) {
      self.start = start
      self.end = end
      self.exitCode = exitCode
      self.output = output
    }

    public static var blank: Self { Self(start: "", end: "", exitCode: 0, output: "") }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("Start", &start)
      try object.member("End", &end)
      try object.member("ExitCode", &exitCode)
      try object.member("Output", &output)
    }
  }

  public var status: Status
  public var failingStreak: Int
  /// The oldest first.
  public var results: [Result]

  public init(status: Status = .starting, failingStreak: Int = 0, results: [Result] = []) {
    self.status = status
    self.failingStreak = failingStreak
    self.results = results
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("Status", &status)
    try object.member("FailingStreak", &failingStreak)
    try object.member("Log", &results)
  }
}
