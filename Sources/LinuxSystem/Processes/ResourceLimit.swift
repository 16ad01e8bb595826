import CLinux
import Glibc

/// A resource of which a process may use only so much. See getrlimit(2).
public enum ResourceLimit: CInt, CaseIterable, Sendable {
  case cpu = 0
  case fileSize = 1
  case data = 2
  case stack = 3
  case core = 4
  case residentSet = 5
  case processes = 6
  case openFiles = 7
  case lockedMemory = 8
  case addressSpace = 9
  case locks = 10
  case pendingSignals = 11
  case messageQueues = 12
  case nice = 13
  case realtimePriority = 14
  case realtimeTime = 15

  /// The resource of a name as getrlimit(2) has it: `RLIMIT_NOFILE`.
  public init?(name: String) {
    guard let found = ResourceLimit.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The name as getrlimit(2) has it.
  public var name: String {
    switch self {
    case .cpu: "RLIMIT_CPU"
    case .fileSize: "RLIMIT_FSIZE"
    case .data: "RLIMIT_DATA"
    case .stack: "RLIMIT_STACK"
    case .core: "RLIMIT_CORE"
    case .residentSet: "RLIMIT_RSS"
    case .processes: "RLIMIT_NPROC"
    case .openFiles: "RLIMIT_NOFILE"
    case .lockedMemory: "RLIMIT_MEMLOCK"
    case .addressSpace: "RLIMIT_AS"
    case .locks: "RLIMIT_LOCKS"
    case .pendingSignals: "RLIMIT_SIGPENDING"
    case .messageQueues: "RLIMIT_MSGQUEUE"
    case .nice: "RLIMIT_NICE"
    case .realtimePriority: "RLIMIT_RTPRIO"
    case .realtimeTime: "RLIMIT_RTTIME"
    }
  }

  /// A limit's two values in the resource's unit; `UInt64.max` is no limit.
  public struct Values: Equatable, Sendable {
    /// What is enforced.
    public var soft: UInt64
    /// What the first can be raised to.
    public var hard: UInt64

    public init(soft: UInt64, hard: UInt64) {
      self.soft = soft
      self.hard = hard
    }
  }

  /// The limit of a process, 0 for this one. See prlimit(2).
  public func values(of process: ProcessID = 0) throws(SystemError) -> Values {
    var old = rlimit64()
    try systemCall("prlimit", name) {
      prlimit64(process, __rlimit_resource(UInt32(rawValue)), nil, &old)
    }
    return Values(soft: UInt64(old.rlim_cur), hard: UInt64(old.rlim_max))
  }

  /// Limits a process, 0 for this one. Raising a hard limit needs CAP_SYS_RESOURCE. See prlimit(2).
  public func set(_ values: Values, of process: ProcessID = 0) throws(SystemError) {
    var new = rlimit64(rlim_cur: UInt(values.soft), rlim_max: UInt(values.hard))
    try systemCall("prlimit", name) {
      prlimit64(process, __rlimit_resource(UInt32(rawValue)), &new, nil)
    }
  }
}
