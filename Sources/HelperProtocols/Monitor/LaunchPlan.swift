public import JSON

/// What the engine tells `podman-monitor`: all of one container, from its creation to its clean-up.
///
/// The engine starts `podman-monitor PLAN ANSWER`, two numbers of inherited descriptors. From the first
/// the monitor reads this document to its end; to the second it writes one line, a `LaunchAnswer`,
/// once the container is created (and started, if `starts`), or once it is known why not. The program
/// that was started ends as soon as the monitor has a process of its own, which is before the answer.
/// `MonitorRequest` is what can be asked afterwards.
public struct LaunchPlan: JSONObject, Sendable, Equatable {
  /// The container's full id, and its name for the runtime.
  public var id: String
  /// The name that people gave it.
  public var name: String
  public var runtime: Runtime
  /// The folder that holds `config.json`.
  public var bundle: String
  /// A folder for this container alone, on a tmpfs, that exists and is empty but for what an earlier
  /// monitor left: `MonitorFiles` names what the monitor keeps in it.
  public var runFolder: String
  /// Where the first process's number is written as well, at each start.
  public var pidFile: String?
  /// Where the monitor's own number is written as well.
  public var monitorPidFile: String?
  /// The cgroup that the monitor goes into; `nil` leaves it where it was started.
  public var cgroup: Cgroup?
  /// Whether the container is started as soon as it is created, or when a request says so.
  public var starts = false
  /// Further arguments of the runtime's `restore`, where the container goes on from a saved state in place
  /// of beginning; it runs as soon as it is there. A restart by the policy begins anew.
  public var restoreOptions: [String]?
  /// The terminal that the container has; without one it has three pipes.
  public var terminal: Terminal?
  public var standardInput = StandardInput.closed
  public var log = LogPlan()
  /// An inherited descriptor: the monitor's end of a pair of sequenced-packet sockets whose other end
  /// is served as if it had asked to attach. So nothing of the output is missed, not even by whom no
  /// socket could yet reach.
  public var attached: AttachedDescriptor?
  /// How many descriptors from 3 on are the container's own.
  public var preservedDescriptors = 0
  /// Inherited descriptors that the monitor only keeps open as long as it lives: sockets that hold the
  /// published ports, so that no other program of the host takes one meanwhile.
  public var heldDescriptors: [Int32] = []
  /// What has to be done again and again as long as the container is there.
  public var upkeep: Upkeep?
  public var restart = RestartPlan()
  public var health: HealthPlan?
  /// How the container is asked to stop where the monitor decides that it must.
  public var stop = StopPlan()
  /// Seconds after each start when the container is killed; `nil` for never.
  public var runTimeout: Int64?
  public var notification: NotificationPlan?
  /// A program with its first arguments, run with the name of an event appended for what happens to
  /// the container while no command waits for it: `died STATUS`, `start`, `restart`,
  /// `health_status healthy`, `exec_died STATUS SESSION`. Empty for none. The last `died` is the clean-up command's own affair.
  public var eventCommand: [String] = []
  /// A program with its arguments, run when the container is gone for good: it unmounts, takes down
  /// the network, removes with `--rm`. Empty for none.
  public var cleanUpCommand: [String] = []

  public init(id: String, name: String, runtime: Runtime, bundle: String, runFolder: String) {
    self.id = id
    self.name = name
    self.runtime = runtime
    self.bundle = bundle
    self.runFolder = runFolder
  }

  public static var blank: Self {
    Self(id: "", name: "", runtime: Runtime(program: ""), bundle: "", runFolder: "")
  }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("name", &name)
    try object.member("runtime", &runtime)
    try object.member("bundle", &bundle)
    try object.member("runFolder", &runFolder)
    try object.member("pidFile", &pidFile)
    try object.member("monitorPidFile", &monitorPidFile)
    try object.member("cgroup", &cgroup)
    try object.member("starts", &starts)
    try object.member("restoreOptions", &restoreOptions)
    try object.member("terminal", &terminal)
    try object.member("standardInput", &standardInput)
    try object.member("log", &log)
    try object.member("attached", &attached)
    try object.member("preservedDescriptors", &preservedDescriptors)
    try object.member("heldDescriptors", &heldDescriptors)
    try object.member("upkeep", &upkeep)
    try object.member("restart", &restart)
    try object.member("health", &health)
    try object.member("stop", &stop)
    try object.member("runTimeout", &runTimeout)
    try object.member("notification", &notification)
    try object.member("eventCommand", &eventCommand)
    try object.member("cleanUpCommand", &cleanUpCommand)
  }
}

extension LaunchPlan {
  /// A command that is run from time to time: addresses that are lent have to be asked for anew.
  public struct Upkeep: JSONObject, Sendable, Equatable {
    /// A program with its arguments.
    public var command: [String]
    /// Seconds between two runs, at least 1.
    public var interval: Int64

    public init(command: [String], interval: Int64) {
      self.command = command
      self.interval = interval
    }

    public static var blank: Self { Self(command: [], interval: 0) }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("command", &command)
      try object.member("interval", &interval)
    }
  }

  /// The OCI runtime, and how it is called.
  public struct Runtime: JSONObject, Sendable, Equatable {
    /// Its absolute path.
    public var program: String
    /// What stands before each command: `--root`, `--systemd-cgroup`. `--log` is the monitor's.
    public var options: [String]
    /// The FIFO of a created container where a byte written is all that `start` takes (ocirun's and
    /// runc's `<root>/<id>/exec.fifo`); `nil` runs the runtime's `start`, as hooks after it need.
    public var startFIFO: String?
    /// Whether the program is to be executed from a read-only mount of its file alone: ocirun executes
    /// itself anew from one where it was not.
    public var startsSealed = false
    /// More arguments of `create`, as `--no-pivot`.
    public var createOptions: [String]

    public init(
      program: String, options: [String] = [], startFIFO: String? = nil,
      createOptions: [String] = []
    ) {
      self.program = program
      self.options = options
      self.startFIFO = startFIFO
      self.createOptions = createOptions
    }

    public static var blank: Self { Self(program: "") }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("program", &program)
      try object.member("options", &options)
      try object.member("startFIFO", &startFIFO)
      try object.member("startsSealed", &startsSealed)
      try object.member("createOptions", &createOptions)
    }
  }

  /// A cgroup for the monitor, beside those of containers.
  public struct Cgroup: JSONObject, Sendable, Equatable {
    public enum Manager: String, JSONValue, CaseIterable, Sendable { case cgroupfs, systemd }

    public var manager: Manager
    /// What `linux.cgroupsPath` would be: a path from the root, or systemd's `slice:prefix:name`.
    public var path: String
    /// Whether it may be that the user has no right to it: then nobody is told.
    public var isRootless: Bool

    public init(manager: Manager, path: String, isRootless: Bool) {
      self.manager = manager
      self.path = path
      self.isRootless = isRootless
    }

    public static var blank: Self { Self(manager: .cgroupfs, path: "", isRootless: false) }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("manager", &manager)
      try object.member("path", &path)
      try object.member("isRootless", &isRootless)
    }
  }

  /// The first size of a container's terminal; zeros leave it to the runtime.
  public struct Terminal: JSONObject, Sendable, Equatable {
    public var rows: UInt16
    public var columns: UInt16

    public init(rows: UInt16 = 0, columns: UInt16 = 0) {
      self.rows = rows
      self.columns = columns
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("rows", &rows)
      try object.member("columns", &columns)
    }
  }

  /// What becomes of the container's standard input.
  public enum StandardInput: String, JSONValue, CaseIterable, Sendable {
    /// It is at its end from the beginning.
    case closed
    /// It ends with the first client that sends to it (`-i` of a foreground `run`).
    case once
    /// Clients come and go, it stays open.
    case open
  }

  /// A client that is there from the beginning.
  public struct AttachedDescriptor: JSONObject, Sendable, Equatable {
    /// The inherited descriptor's number.
    public var number: Int32
    public var attach: AttachRequest

    public init(number: Int32, attach: AttachRequest) {
      self.number = number
      self.attach = attach
    }

    public static var blank: Self { Self(number: -1, attach: .blank) }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("number", &number)
      try object.member("attach", &attach)
    }
  }
}

/// How a container is asked to stop.
public struct StopPlan: JSONObject, Sendable, Equatable {
  /// The signal's number.
  public var signal: Int32
  /// Seconds after which it is killed.
  public var timeout: Int64

  public init(signal: Int32 = 15, timeout: Int64 = 10) {
    self.signal = signal
    self.timeout = timeout
  }

  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("signal", &signal)
    try object.member("timeout", &timeout)
  }
}

/// Who tells the service manager that the container is ready. See sd_notify(3) and `--sdnotify`.
public struct NotificationPlan: JSONObject, Sendable, Equatable {
  public enum Mode: String, JSONValue, CaseIterable, Sendable {
    /// The monitor, as soon as the container has started.
    case conmon
    /// The container's own messages are passed on.
    case container
    /// The monitor, once the health check succeeds.
    case healthy
  }

  public var mode: Mode
  /// The service manager's socket: what `NOTIFY_SOCKET` held; one of Linux's abstract names begins
  /// with `@`.
  public var managerSocket: String
  /// Where the monitor makes the socket that the engine mounts into the container, for `container`.
  public var containerSocket: String?

  public init(mode: Mode, managerSocket: String, containerSocket: String? = nil) {
    self.mode = mode
    self.managerSocket = managerSocket
    self.containerSocket = containerSocket
  }

  public static var blank: Self { Self(mode: .conmon, managerSocket: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("mode", &mode)
    try object.member("managerSocket", &managerSocket)
    try object.member("containerSocket", &containerSocket)
  }
}
