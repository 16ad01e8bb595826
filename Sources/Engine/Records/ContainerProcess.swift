public import JSON
public import RuntimeSpec

/// The program of a container, and what it is given.
public struct ContainerProcess: JSONObject, Equatable, Sendable {
  /// What stands before the command.
  public var entrypoint: [String] = []
  /// What was asked for, or else what the image says.
  public var command: [String] = []
  /// `NAME=value`.
  public var environment: [String] = []
  public var workingDirectory = "/"
  /// Whether the folder has to be there; else it is made.
  public var requiresWorkingDirectory = false
  /// `name`, `uid`, `name:group`…; empty for root. Looked up in the container's files at each start.
  public var user = ""
  /// Further groups, by name or number; `keep-groups` leaves the caller's.
  public var groups: [String] = []
  public var hasTerminal = false
  public var hasStandardInput = false
  public var umask: UInt32 = 0o022
  public var limits: [Spec.Process.Rlimit] = []
  public var oomScoreAdjustment: Int?
  /// The host's path of the program that is process 1 in the command's place.
  public var initPath: String?
  /// Whether systemd runs in it and gets the mounts and the signal that it wants.
  public var isSystemd = false
  /// The signal's number; nil for SIGTERM.
  public var stopSignal: Int32?
  /// Seconds.
  public var stopTimeout: UInt32 = 10
  /// Seconds after a start when it is killed; 0 for never.
  public var timeout: UInt64 = 0
  public var personality: String?
  /// Whether the terminal's or the file's path of the time zone is mounted.
  public var timeZone: String?

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("entrypoint", &entrypoint, standard: [])
    try object.member("command", &command, standard: [])
    try object.member("env", &environment, standard: [])
    try object.member("cwd", &workingDirectory, standard: "/")
    try object.member("cwdRequired", &requiresWorkingDirectory, standard: false)
    try object.member("user", &user, standard: "")
    try object.member("groups", &groups, standard: [])
    try object.member("terminal", &hasTerminal, standard: false)
    try object.member("stdin", &hasStandardInput, standard: false)
    try object.member("umask", &umask, standard: 0o022)
    try object.member("limits", &limits, standard: [])
    try object.member("oomScoreAdj", &oomScoreAdjustment)
    try object.member("init", &initPath)
    try object.member("systemd", &isSystemd, standard: false)
    try object.member("stopSignal", &stopSignal)
    try object.member("stopTimeout", &stopTimeout, standard: 10)
    try object.member("timeout", &timeout, standard: 0)
    try object.member("personality", &personality)
    try object.member("timeZone", &timeZone)
  }

  /// The whole command line.
  public var arguments: [String] { entrypoint + command }
}
