import CLinux
import Glibc

/// How the kernel shares processor time out to a thread. See sched(7).
public enum SchedulingPolicy: UInt32, Sendable {
  case other = 0
  case fifo = 1
  case roundRobin = 2
  case batch = 3
  /// Reserved; no kernel has it.
  case iso = 4
  case idle = 5
  case deadline = 6
}

/// The attributes of sched_setattr(2).
public struct SchedulingAttributes: Sendable {
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let resetOnFork = Flags(rawValue: 0x01)
    public static let reclaim = Flags(rawValue: 0x02)
    public static let deadlineOverrun = Flags(rawValue: 0x04)
    public static let keepPolicy = Flags(rawValue: 0x08)
    public static let keepParameters = Flags(rawValue: 0x10)
    public static let utilizationClampMinimum = Flags(rawValue: 0x20)
    public static let utilizationClampMaximum = Flags(rawValue: 0x40)
  }

  public var policy: SchedulingPolicy
  public var flags: Flags = []
  /// For `other` and `batch`: -20 to 19.
  public var nice: Int32 = 0
  /// For `fifo` and `roundRobin`: 1 to 99.
  public var priority: UInt32 = 0
  /// Nanoseconds, for `deadline`.
  public var runtime: UInt64 = 0
  /// Nanoseconds, for `deadline`.
  public var deadline: UInt64 = 0
  /// Nanoseconds, for `deadline`.
  public var period: UInt64 = 0

  public init(policy: SchedulingPolicy) { self.policy = policy }

  /// Gives this thread these attributes.
  public func install() throws(SystemError) {
    var value = clinux_sched_attr()
    value.size = UInt32(MemoryLayout<clinux_sched_attr>.size)
    value.sched_policy = policy.rawValue
    value.sched_flags = flags.rawValue
    value.sched_nice = nice
    value.sched_priority = priority
    value.sched_runtime = runtime
    value.sched_deadline = deadline
    value.sched_period = period
    try systemCall("sched_setattr") { clinux_sched_setattr(0, &value) }
  }
}

/// The order of a process's disk requests. See ioprio_set(2).
public struct IOPriority: Equatable, Sendable {
  public enum Class: CInt, Sendable {
    case realtime = 1
    case bestEffort = 2
    case idle = 3
  }

  public var `class`: Class
  /// The level in the class, 0 (first) to 7 (last).
  public var level: UInt8

  public init(class: Class, level: UInt8) {
    self.class = `class`
    self.level = level
  }

  /// Gives this thread the priority.
  public func install() throws(SystemError) {
    let thread: UInt = 1  // IOPRIO_WHO_PROCESS
    let value = UInt(`class`.rawValue) << 13 | UInt(level)
    try systemCall("ioprio_set") { clinux_syscall(Int(SYS_ioprio_set), thread, 0, value, 0, 0, 0) }
  }

  /// The priority of this thread; `nil` if it has none of its own.
  public static func current() throws(SystemError) -> IOPriority? {
    let value = try systemCall("ioprio_get") {
      clinux_syscall(Int(SYS_ioprio_get), 1, 0, 0, 0, 0, 0)
    }
    guard let `class` = Class(rawValue: CInt(truncatingIfNeeded: value >> 13)) else { return nil }
    return IOPriority(class: `class`, level: UInt8(truncatingIfNeeded: value & 7))
  }
}

/// The kind of machine that a process believes to run on. See personality(2).
public enum Personality: UInt, Sendable {
  case linux = 0
  /// uname(2) tells of the 32-bit machine.
  case linux32 = 8

  /// Takes on this personality, for what is executed later too.
  public func install() throws(SystemError) {
    try systemCall("personality") { clinux_syscall(Int(SYS_personality), rawValue, 0, 0, 0, 0, 0) }
  }
}
