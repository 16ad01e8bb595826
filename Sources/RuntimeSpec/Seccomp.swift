public import JSON

extension Spec.Linux {
  /// The system call filter (config-linux.md, "Seccomp"; seccomp(2)).
  public struct Seccomp: JSONObject, Sendable, Equatable {
    /// What happens to calls that no rule names.
    public var defaultAction: Action
    /// The error number of a default `errno` or the data of `trace`; EPERM when absent.
    public var defaultErrnoRet: UInt?
    /// Further architectures that calls may come from.
    public var architectures: [Architecture]?
    /// Flags of seccomp(2).
    public var flags: [Flag]?
    /// The socket of the agent that gets the descriptor of `notify`.
    public var listenerPath: String?
    /// Opaque data for that agent.
    public var listenerMetadata: String?
    /// The rules.
    public var syscalls: [Syscall]?

    public init(
      defaultAction: Action, defaultErrnoRet: UInt? = nil, architectures: [Architecture]? = nil,
      flags: [Flag]? = nil, listenerPath: String? = nil, listenerMetadata: String? = nil,
      syscalls: [Syscall]? = nil
    ) {
      self.defaultAction = defaultAction
      self.defaultErrnoRet = defaultErrnoRet
      self.architectures = architectures
      self.flags = flags
      self.listenerPath = listenerPath
      self.listenerMetadata = listenerMetadata
      self.syscalls = syscalls
    }

    public static var blank: Self { Self(defaultAction: .allow) }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("defaultAction", &defaultAction)
      try object.member("defaultErrnoRet", &defaultErrnoRet)
      try object.member("architectures", &architectures)
      try object.member("flags", &flags)
      try object.member("listenerPath", &listenerPath)
      try object.member("listenerMetadata", &listenerMetadata)
      try object.member("syscalls", &syscalls)
    }

    /// A rule: some calls, conditions on their arguments, and an action.
    public struct Syscall: JSONObject, Sendable, Equatable {
      /// The calls; those that this kernel lacks are passed over.
      public var names: [String]
      /// What happens to them.
      public var action: Action
      /// The error number of `errno` or the data of `trace`; EPERM when absent.
      public var errnoRet: UInt?
      /// Conditions, all of which must hold.
      public var args: [Argument]?

      public init(names: [String], action: Action, errnoRet: UInt? = nil, args: [Argument]? = nil) {
        self.names = names
        self.action = action
        self.errnoRet = errnoRet
        self.args = args
      }

      public static var blank: Self { Self(names: [], action: .allow) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("names", &names)
        try object.member("action", &action)
        try object.member("errnoRet", &errnoRet)
        try object.member("args", &args)
      }
    }

    /// A condition on one argument.
    public struct Argument: JSONObject, Sendable, Equatable {
      /// Which argument, 0 to 5.
      public var index: UInt
      /// What it is compared with; the mask for `maskedEqual`.
      public var value: UInt64
      /// For `maskedEqual`, what the masked argument is compared with.
      public var valueTwo: UInt64?
      /// The comparison.
      public var op: Operator

      public init(index: UInt, value: UInt64, valueTwo: UInt64? = nil, op: Operator) {
        self.index = index
        self.value = value
        self.valueTwo = valueTwo
        self.op = op
      }

      public static var blank: Self { Self(index: 0, value: 0, op: .equal) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("index", &index)
        try object.member("value", &value)
        try object.member("valueTwo", &valueTwo)
        try object.member("op", &op)
      }
    }

    /// What the kernel does with a call (seccomp_init(3)).
    public enum Action: String, JSONValue, Sendable, CaseIterable {
      /// As `killThread`.
      case kill = "SCMP_ACT_KILL"
      case killProcess = "SCMP_ACT_KILL_PROCESS"
      case killThread = "SCMP_ACT_KILL_THREAD"
      case trap = "SCMP_ACT_TRAP"
      case errno = "SCMP_ACT_ERRNO"
      case trace = "SCMP_ACT_TRACE"
      case allow = "SCMP_ACT_ALLOW"
      case log = "SCMP_ACT_LOG"
      case notify = "SCMP_ACT_NOTIFY"
    }

    /// The comparisons of seccomp_rule_add(3).
    public enum Operator: String, JSONValue, Sendable, CaseIterable {
      case notEqual = "SCMP_CMP_NE"
      case lessThan = "SCMP_CMP_LT"
      case lessOrEqual = "SCMP_CMP_LE"
      case equal = "SCMP_CMP_EQ"
      case greaterOrEqual = "SCMP_CMP_GE"
      case greaterThan = "SCMP_CMP_GT"
      case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }

    /// The flags of seccomp(2).
    public enum Flag: String, JSONValue, Sendable, CaseIterable {
      /// Accepted without effect: the filter is loaded before there are threads.
      case threadSync = "SECCOMP_FILTER_FLAG_TSYNC"
      case log = "SECCOMP_FILTER_FLAG_LOG"
      case speculationAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
      case waitKillable = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
    }

    /// The architectures of seccomp_arch_add(3).
    public enum Architecture: String, JSONValue, Sendable, CaseIterable {
      case x86 = "SCMP_ARCH_X86"
      case amd64 = "SCMP_ARCH_X86_64"
      case x32 = "SCMP_ARCH_X32"
      case arm = "SCMP_ARCH_ARM"
      case aarch64 = "SCMP_ARCH_AARCH64"
      case mips = "SCMP_ARCH_MIPS"
      case mips64 = "SCMP_ARCH_MIPS64"
      case mips64n32 = "SCMP_ARCH_MIPS64N32"
      case mipsel = "SCMP_ARCH_MIPSEL"
      case mipsel64 = "SCMP_ARCH_MIPSEL64"
      case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
      case ppc = "SCMP_ARCH_PPC"
      case ppc64 = "SCMP_ARCH_PPC64"
      case ppc64le = "SCMP_ARCH_PPC64LE"
      case s390 = "SCMP_ARCH_S390"
      case s390x = "SCMP_ARCH_S390X"
      case parisc = "SCMP_ARCH_PARISC"
      case parisc64 = "SCMP_ARCH_PARISC64"
      case riscv64 = "SCMP_ARCH_RISCV64"
      case loongarch64 = "SCMP_ARCH_LOONGARCH64"
      case m68k = "SCMP_ARCH_M68K"
      case sh = "SCMP_ARCH_SH"
      case sheb = "SCMP_ARCH_SHEB"
    }
  }
}
