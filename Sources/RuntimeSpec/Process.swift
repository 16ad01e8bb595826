public import JSON

extension Spec {
  /// The container's program and what it is given (config.md, "Process").
  public struct Process: JSONObject, Sendable, Equatable {
    /// Whether it gets a terminal of its own.
    public var terminal: Bool?
    /// The size of that terminal in characters.
    public var consoleSize: ConsoleSize?
    /// Whose rights it has.
    public var user: User
    /// The program and its arguments as execve(2) takes them.
    public var args: [String]?
    /// The environment, each entry `NAME=value`.
    public var env: [String]?
    /// The working directory, absolute, inside the container.
    public var cwd: String
    /// The five capability sets; when absent, every set is empty.
    public var capabilities: Capabilities?
    /// Resource limits, at most one for each kind.
    public var rlimits: [Rlimit]?
    /// Whether execve can never give more rights (prctl PR_SET_NO_NEW_PRIVS).
    public var noNewPrivileges: Bool?
    /// The AppArmor profile to enter.
    public var apparmorProfile: String?
    /// The kernel's out-of-memory adjustment, -1000 to 1000; when absent it is not changed.
    public var oomScoreAdj: Int?
    /// The scheduling policy.
    public var scheduler: Scheduler?
    /// The SELinux context to enter.
    public var selinuxLabel: String?
    /// The I/O priority.
    public var ioPriority: IOPriority?
    /// The processors for `exec` processes.
    public var execCPUAffinity: ExecCPUAffinity?

    public init(
      terminal: Bool? = nil, consoleSize: ConsoleSize? = nil, user: User, args: [String]? = nil,
      env: [String]? = nil, cwd: String, capabilities: Capabilities? = nil,
      rlimits: [Rlimit]? = nil, noNewPrivileges: Bool? = nil, apparmorProfile: String? = nil,
      oomScoreAdj: Int? = nil, scheduler: Scheduler? = nil, selinuxLabel: String? = nil,
      ioPriority: IOPriority? = nil, execCPUAffinity: ExecCPUAffinity? = nil
    ) {
      self.terminal = terminal
      self.consoleSize = consoleSize
      self.user = user
      self.args = args
      self.env = env
      self.cwd = cwd
      self.capabilities = capabilities
      self.rlimits = rlimits
      self.noNewPrivileges = noNewPrivileges
      self.apparmorProfile = apparmorProfile
      self.oomScoreAdj = oomScoreAdj
      self.scheduler = scheduler
      self.selinuxLabel = selinuxLabel
      self.ioPriority = ioPriority
      self.execCPUAffinity = execCPUAffinity
    }

    public static var blank: Self { Self(user: .blank, cwd: "") }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("terminal", &terminal)
      try object.member("consoleSize", &consoleSize)
      try object.member("user", &user)
      try object.member("args", &args)
      try object.member("env", &env)
      try object.member("cwd", &cwd)
      try object.member("capabilities", &capabilities)
      try object.member("rlimits", &rlimits)
      try object.member("noNewPrivileges", &noNewPrivileges)
      try object.member("apparmorProfile", &apparmorProfile)
      try object.member("oomScoreAdj", &oomScoreAdj)
      try object.member("scheduler", &scheduler)
      try object.member("selinuxLabel", &selinuxLabel)
      try object.member("ioPriority", &ioPriority)
      try object.member("execCPUAffinity", &execCPUAffinity)
    }

    /// The size of a terminal in characters.
    public struct ConsoleSize: JSONObject, Sendable, Equatable {
      /// Rows.
      public var height: UInt
      /// Columns.
      public var width: UInt

      public init(height: UInt, width: UInt) {
        self.height = height
        self.width = width
      }

      public static var blank: Self { Self(height: 0, width: 0) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("height", &height)
        try object.member("width", &width)
      }
    }

    /// The user and groups of a process.
    public struct User: JSONObject, Sendable, Equatable {
      /// The user number inside the container.
      public var uid: UInt32
      /// The primary group's number inside the container.
      public var gid: UInt32
      /// The file mode mask; when absent, the runtime's default 0022.
      public var umask: UInt32?
      /// The supplementary groups.
      public var additionalGids: [UInt32]?

      public init(uid: UInt32, gid: UInt32, umask: UInt32? = nil, additionalGids: [UInt32]? = nil) {
        self.uid = uid
        self.gid = gid
        self.umask = umask
        self.additionalGids = additionalGids
      }

      public static var blank: Self { Self(uid: 0, gid: 0) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("uid", &uid)
        try object.member("gid", &gid)
        try object.member("umask", &umask)
        try object.member("additionalGids", &additionalGids)
      }
    }

    /// Capability names (`CAP_KILL`) for each of the sets of capabilities(7).
    public struct Capabilities: JSONObject, Sendable, Equatable {
      /// What execve can ever give.
      public var bounding: [String]?
      /// What the kernel checks.
      public var effective: [String]?
      /// What survives execve of a file that has it inheritable.
      public var inheritable: [String]?
      /// What may become effective.
      public var permitted: [String]?
      /// What survives execve of an ordinary file.
      public var ambient: [String]?

      public init(
        bounding: [String]? = nil, effective: [String]? = nil, inheritable: [String]? = nil,
        permitted: [String]? = nil, ambient: [String]? = nil
      ) {
        self.bounding = bounding
        self.effective = effective
        self.inheritable = inheritable
        self.permitted = permitted
        self.ambient = ambient
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("bounding", &bounding)
        try object.member("effective", &effective)
        try object.member("inheritable", &inheritable)
        try object.member("permitted", &permitted)
        try object.member("ambient", &ambient)
      }
    }

    /// One resource limit of setrlimit(2).
    public struct Rlimit: JSONObject, Sendable, Equatable {
      /// The resource.
      public var type: Kind
      /// The ceiling; 18446744073709551615 is "no limit".
      public var hard: UInt64
      /// What is enforced, at most `hard`.
      public var soft: UInt64

      public init(type: Kind, hard: UInt64, soft: UInt64) {
        self.type = type
        self.hard = hard
        self.soft = soft
      }

      public static var blank: Self { Self(type: .core, hard: 0, soft: 0) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("type", &type)
        try object.member("hard", &hard)
        try object.member("soft", &soft)
      }

      /// The resources of setrlimit(2).
      public enum Kind: String, JSONValue, Sendable, CaseIterable {
        case addressSpace = "RLIMIT_AS"
        case core = "RLIMIT_CORE"
        case cpu = "RLIMIT_CPU"
        case data = "RLIMIT_DATA"
        case fileSize = "RLIMIT_FSIZE"
        case locks = "RLIMIT_LOCKS"
        case lockedMemory = "RLIMIT_MEMLOCK"
        case messageQueues = "RLIMIT_MSGQUEUE"
        case nice = "RLIMIT_NICE"
        case openFiles = "RLIMIT_NOFILE"
        case processes = "RLIMIT_NPROC"
        case residentSet = "RLIMIT_RSS"
        case realtimePriority = "RLIMIT_RTPRIO"
        case realtimeTime = "RLIMIT_RTTIME"
        case pendingSignals = "RLIMIT_SIGPENDING"
        case stack = "RLIMIT_STACK"
      }
    }

    /// The attributes of sched_setattr(2).
    public struct Scheduler: JSONObject, Sendable, Equatable {
      /// The scheduling policy.
      public var policy: Policy
      /// The nice value, for `other` and `batch`: -20 to 19.
      public var nice: Int32?
      /// The static priority, for `fifo` and `roundRobin`: 1 to 99.
      public var priority: Int32?
      /// Flags of the call.
      public var flags: [Flag]?
      /// Nanoseconds of work in each period, for `deadline`.
      public var runtime: UInt64?
      /// Nanoseconds by which the work must be done, for `deadline`.
      public var deadline: UInt64?
      /// The period in nanoseconds, for `deadline`.
      public var period: UInt64?

      public init(
        policy: Policy, nice: Int32? = nil, priority: Int32? = nil, flags: [Flag]? = nil,
        runtime: UInt64? = nil, deadline: UInt64? = nil, period: UInt64? = nil
      ) {
        self.policy = policy
        self.nice = nice
        self.priority = priority
        self.flags = flags
        self.runtime = runtime
        self.deadline = deadline
        self.period = period
      }

      public static var blank: Self { Self(policy: .other) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("policy", &policy)
        try object.member("nice", &nice)
        try object.member("priority", &priority)
        try object.member("flags", &flags)
        try object.member("runtime", &runtime)
        try object.member("deadline", &deadline)
        try object.member("period", &period)
      }

      /// The policies of sched(7).
      public enum Policy: String, JSONValue, Sendable, CaseIterable {
        case other = "SCHED_OTHER"
        case fifo = "SCHED_FIFO"
        case roundRobin = "SCHED_RR"
        case batch = "SCHED_BATCH"
        /// Reserved by the specification; no kernel has it.
        case iso = "SCHED_ISO"
        case idle = "SCHED_IDLE"
        case deadline = "SCHED_DEADLINE"
      }

      /// The flags of sched_setattr(2).
      public enum Flag: String, JSONValue, Sendable, CaseIterable {
        case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
        case reclaim = "SCHED_FLAG_RECLAIM"
        case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
        case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
        case keepParameters = "SCHED_FLAG_KEEP_PARAMS"
        case utilizationClampMinimum = "SCHED_FLAG_UTIL_CLAMP_MIN"
        case utilizationClampMaximum = "SCHED_FLAG_UTIL_CLAMP_MAX"
      }
    }

    /// The I/O priority of ioprio_set(2).
    public struct IOPriority: JSONObject, Sendable, Equatable {
      /// The scheduling class.
      public var `class`: Class
      /// The level in the class, 0 (first) to 7 (last).
      public var priority: Int

      public init(`class`: Class, priority: Int) {
        self.class = `class`
        self.priority = priority
      }

      public static var blank: Self { Self(class: .bestEffort, priority: 0) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("class", &self.class)
        try object.member("priority", &priority)
      }

      /// The classes of ioprio_set(2).
      public enum Class: String, JSONValue, Sendable, CaseIterable {
        case realtime = "IOPRIO_CLASS_RT"
        case bestEffort = "IOPRIO_CLASS_BE"
        case idle = "IOPRIO_CLASS_IDLE"
      }
    }

    /// The processors of an `exec` process, as lists of the form `0-3,7`.
    public struct ExecCPUAffinity: JSONObject, Sendable, Equatable {
      /// Before the process is in the container's cgroup.
      public var initial: String?
      /// After that.
      public var final: String?

      public init(initial: String? = nil, final: String? = nil) {
        self.initial = initial
        self.final = final
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("initial", &initial)
        try object.member("final", &final)
      }
    }
  }
}
