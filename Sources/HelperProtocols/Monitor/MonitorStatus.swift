public import JSON

/// What lies in a container's `runFolder`.
public enum MonitorFiles {
  /// `MonitorStatus`, replaced whole at each change.
  public static let status = "status.json"
  /// The monitor's sequenced-packet socket.
  public static let socket = "monitor.sock"
  /// What the runtime logged last.
  public static let runtimeLog = "runtime.log"
}

/// Where a container stands, as its monitor last wrote it.
///
/// It is the truth while the monitor lives, and after it has ended in `exited`. A monitor that was
/// killed left another state: then the truth is whether process `pid` with `startTime` is there.
public struct MonitorStatus: JSONObject, Sendable, Equatable {
  public enum State: String, JSONValue, CaseIterable, Sendable {
    case created, running
    /// It has ended, and the monitor is about to start it again.
    case restarting
    /// It has ended for good; the clean-up may still be under way.
    case exited
  }

  public var state: State
  /// The monitor's own number and start time (clock ticks, proc_pid_stat(5)): its identity.
  public var monitor: Int32
  public var monitorStartTime: UInt64
  /// The first process's number, seen from the monitor; 0 when there is none.
  public var pid: Int32
  public var startTime: UInt64
  /// When it was last started and last ended: seconds and nanoseconds since 1970, RFC 3339.
  public var startedAt: String?
  public var finishedAt: String?
  /// What it last ended with: its status, or 128 + the signal.
  public var exitCode: Int32?
  /// Whether it was last killed for want of memory.
  public var oomKilled: Bool
  /// How often the policy has started it again.
  public var restartCount: Int
  /// Whether somebody asked for the end: then no policy applies.
  public var isStopRequested: Bool
  public var health: HealthLog.Status?
  /// Why the monitor could not start it again.
  public var error: String?
  /// The further processes that run, but those that were not to be told of.
  public var sessions: [String] = []

  public init(state: State, monitor: Int32, monitorStartTime: UInt64) {
    self.state = state
    self.monitor = monitor
    self.monitorStartTime = monitorStartTime
    pid = 0
    startTime = 0
    oomKilled = false
    restartCount = 0
    isStopRequested = false
  }

  public static var blank: Self { Self(state: .created, monitor: 0, monitorStartTime: 0) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("state", &state)
    try object.member("monitor", &monitor)
    try object.member("monitorStartTime", &monitorStartTime)
    try object.member("pid", &pid)
    try object.member("startTime", &startTime)
    try object.member("startedAt", &startedAt)
    try object.member("finishedAt", &finishedAt)
    try object.member("exitCode", &exitCode)
    try object.member("oomKilled", &oomKilled)
    try object.member("restartCount", &restartCount)
    try object.member("isStopRequested", &isStopRequested)
    try object.member("health", &health)
    try object.member("error", &error)
    try object.member("sessions", &sessions, standard: [])
  }
}

/// The one line that answers a `LaunchPlan`.
public struct LaunchAnswer: JSONObject, Sendable, Equatable {
  /// The monitor's number.
  public var monitor: Int32
  /// The container's first process; absent if it failed.
  public var pid: Int32?
  /// Why the container could not be created or started: the runtime's own message where it has one.
  /// Nothing is left then; the clean-up command is not run.
  public var error: String?
  /// What the runtime ended with, if it failed.
  public var runtimeStatus: Int32?

  public init(
    monitor: Int32, pid: Int32? = nil, error: String? = nil, runtimeStatus: Int32? = nil
  ) {
    self.monitor = monitor
    self.pid = pid
    self.error = error
    self.runtimeStatus = runtimeStatus
  }

  public static var blank: Self { Self(monitor: 0) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("monitor", &monitor)
    try object.member("pid", &pid)
    try object.member("error", &error)
    try object.member("runtimeStatus", &runtimeStatus)
  }
}
