public import JSON

/// What a connection to a monitor's socket (`MonitorFiles.socket`, sequenced packets) asks: its first
/// packet, as JSON. One connection, one request.
///
/// Every packet from the monitor begins with a byte, a `MonitorPacket`. The first is always
/// `answer` with a `MonitorAnswer`.
public struct MonitorRequest: JSONObject, Sendable, Equatable {
  public enum Verb: String, JSONValue, CaseIterable, Sendable {
    /// Starts the created container.
    case start
    /// Serves the container's streams on this connection; `attach` says how.
    case attach
    /// Starts another process in the container; `exec` says which.
    case exec
    /// Stops the container: `stop` says how, or else the plan. No policy starts it again. Answered once
    /// it has ended.
    case stop
    /// Sends the first process a signal, `stop.signal`; after SIGKILL no policy starts it again.
    case kill
    /// Answers with the status, and again with each change of it until the container is gone.
    case watch
    /// Runs the health check now. Answered with its result: status 0 or 1.
    case checkHealth
    /// Takes another policy, `restart`; the count of restarts stays.
    case setRestart
    /// Opens the log file anew by its path.
    case reopenLog
  }

  public var verb: Verb
  public var attach: AttachRequest?
  public var exec: ExecRequest?
  public var stop: StopPlan?
  public var restart: RestartPlan?

  public init(_ verb: Verb) { self.verb = verb }

  public static var blank: Self { Self(.watch) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("verb", &verb)
    try object.member("attach", &attach)
    try object.member("exec", &exec)
    try object.member("stop", &stop)
    try object.member("restart", &restart)
  }
}

/// How a client takes part in the container's streams.
public struct AttachRequest: JSONObject, Sendable, Equatable {
  public var input: Bool
  public var output: Bool
  public var errorOutput: Bool
  /// Whether the client does the clean-up itself, instead of the clean-up command: the monitor waits
  /// for its `cleanedUp`, and runs the command if the connection ends without.
  public var cleansUp: Bool

  public init(
    input: Bool = true, output: Bool = true, errorOutput: Bool = true, cleansUp: Bool = false
  ) {
    self.input = input
    self.output = output
    self.errorOutput = errorOutput
    self.cleansUp = cleansUp
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("input", &input)
    try object.member("output", &output)
    try object.member("errorOutput", &errorOutput)
    try object.member("cleansUp", &cleansUp)
  }
}

/// Another process in the container.
///
/// With the request come descriptors: the process document (a memory file that is read from its
/// beginning), then, without a terminal, the process's standard input, output and error, then those
/// that it keeps from 3 on, then the reading ends of its output, if the client has pipes for that.
/// The client makes the pipes and serves them itself: the monitor is not in the way. With a terminal,
/// its controlling end comes with the answer.
/// The connection stays until the packet `exit`. A client that goes away leaves the process running:
/// the monitor then reads, and drops, what it writes.
public struct ExecRequest: JSONObject, Sendable, Equatable {
  public var terminal: LaunchPlan.Terminal?
  /// How many descriptors from 3 on are the process's own.
  public var preservedDescriptors: Int
  /// What the session is called in the status and in events; `nil` tells nobody of it.
  public var session: String?
  /// Whether nobody waits for its end: then it is the monitor that tells of it, as it does when the
  /// client goes away before.
  public var isDetached = false

  public init(
    terminal: LaunchPlan.Terminal? = nil, preservedDescriptors: Int = 0, session: String? = nil
  ) {
    self.terminal = terminal
    self.preservedDescriptors = preservedDescriptors
    self.session = session
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("terminal", &terminal)
    try object.member("preservedDescriptors", &preservedDescriptors)
    try object.member("session", &session)
    try object.member("isDetached", &isDetached, standard: false)
  }
}

/// The answer to a request.
public struct MonitorAnswer: JSONObject, Sendable, Equatable {
  /// Why it was not done; absent when it was.
  public var error: String?
  /// What the runtime ended with, if it failed.
  public var runtimeStatus: Int32?
  /// The process that was started.
  public var pid: Int32?
  /// The result of a health check: 0 for success.
  public var result: Int32?
  public var status: MonitorStatus?

  public init(
    error: String? = nil, runtimeStatus: Int32? = nil, pid: Int32? = nil, result: Int32? = nil,
    status: MonitorStatus? = nil
  ) {
    self.error = error
    self.runtimeStatus = runtimeStatus
    self.pid = pid
    self.result = result
    self.status = status
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("error", &error)
    try object.member("runtimeStatus", &runtimeStatus)
    try object.member("pid", &pid)
    try object.member("result", &result)
    try object.member("status", &status)
  }
}
