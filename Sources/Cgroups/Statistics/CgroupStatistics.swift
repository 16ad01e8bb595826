/// What the kernel has counted for a container, in one form for both versions of cgroups.
///
/// Times are nanoseconds, sizes bytes. What a host does not count is 0, empty or nil.
public struct CgroupStatistics: Equatable, Sendable {
  /// Which counters to read: each costs some files.
  public struct Parts: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let cpu = Parts(rawValue: 1)
    public static let memory = Parts(rawValue: 2)
    public static let pids = Parts(rawValue: 4)
    public static let blockIO = Parts(rawValue: 8)
    public static let hugepages = Parts(rawValue: 16)
    public static let cpuset = Parts(rawValue: 32)
    public static let all: Parts = [.cpu, .memory, .pids, .blockIO, .hugepages, .cpuset]
  }

  public var cpu = CPU()
  public var cpuset = Cpuset()
  public var memory = Memory()
  public var pids = Pids()
  public var blockIO = BlockIO()
  /// By page size, as `2MB`.
  public var hugepages: [String: Hugepages] = [:]

  public init() {}

  /// Processor time.
  public struct CPU: Equatable, Sendable {
    /// All of it, in nanoseconds; `user` and `kernel` are its parts.
    public var total: UInt64 = 0
    public var user: UInt64 = 0
    public var kernel: UInt64 = 0
    /// By processor (cgroup v1).
    public var perCPU: [UInt64] = []
    public var perCPUKernel: [UInt64] = []
    public var perCPUUser: [UInt64] = []
    /// Periods with a quota, those in which it was used up, and the time that processes then waited.
    public var periods: UInt64 = 0
    public var throttledPeriods: UInt64 = 0
    public var throttledTime: UInt64 = 0
    /// Periods in which more than the quota was used, and by how much.
    public var burstPeriods: UInt64 = 0
    public var burstTime: UInt64 = 0
    public var pressure: Pressure?
  }

  /// The settings of a v1 cpuset, as the kernel has them.
  public struct Cpuset: Equatable, Sendable {
    public var cpus: [UInt16] = []
    public var mems: [UInt16] = []
    public var cpuExclusive: UInt64 = 0
    public var memHardwall: UInt64 = 0
    public var memExclusive: UInt64 = 0
    public var memoryMigrate: UInt64 = 0
    public var memorySpreadPage: UInt64 = 0
    public var memorySpreadSlab: UInt64 = 0
    public var memoryPressure: UInt64 = 0
    public var schedLoadBalance: UInt64 = 0
    public var schedRelaxDomainLevel: Int64 = 0
  }

  /// Memory of one kind, in bytes.
  public struct MemoryUse: Equatable, Sendable {
    public var usage: UInt64 = 0
    /// The most that was ever used.
    public var peak: UInt64 = 0
    /// How often the limit was met.
    public var failures: UInt64 = 0
    /// The greatest number when there is none.
    public var limit: UInt64 = 0
  }

  public struct Memory: Equatable, Sendable {
    /// Of the usage, what is page cache.
    public var cache: UInt64 = 0
    public var usage = MemoryUse()
    /// Memory and swap together.
    public var swap = MemoryUse()
    /// Kernel memory, and of it TCP buffers (cgroup v1).
    public var kernel = MemoryUse()
    public var kernelTCP = MemoryUse()
    /// All of `memory.stat`, in the kernel's names and units.
    public var raw: [String: UInt64] = [:]
    public var pressure: Pressure?
  }

  /// Processes and threads.
  public struct Pids: Equatable, Sendable {
    public var current: UInt64 = 0
    /// 0 when there is none.
    public var limit: UInt64 = 0
  }

  /// A counter of one block device.
  public struct BlockEntry: Equatable, Sendable {
    public var major: UInt64
    public var minor: UInt64
    /// `Read`, `Write`, and on v1 also `Sync`, `Async`, `Discard`, `Total`; empty where v1 counts
    /// without difference.
    public var operation: String
    public var value: UInt64
  }

  /// Block devices, cgroups below included.
  public struct BlockIO: Equatable, Sendable {
    public var serviceBytes: [BlockEntry] = []
    public var serviced: [BlockEntry] = []
    public var queued: [BlockEntry] = []
    public var serviceTime: [BlockEntry] = []
    public var waitTime: [BlockEntry] = []
    public var merged: [BlockEntry] = []
    public var time: [BlockEntry] = []
    public var sectors: [BlockEntry] = []
    public var pressure: Pressure?
  }

  public struct Hugepages: Equatable, Sendable {
    public var usage: UInt64 = 0
    /// The most that was ever used (cgroup v1).
    public var peak: UInt64 = 0
    public var failures: UInt64 = 0
  }

  /// How much processes wait for a resource (kernel, Documentation/accounting/psi.rst).
  public struct Pressure: Equatable, Sendable {
    /// Some of them wait.
    public var some = Share()
    /// All of them wait.
    public var full = Share()

    /// Shares of the last 10, 60 and 300 seconds in percent, and all in microseconds.
    public struct Share: Equatable, Sendable {
      public var average10: Double = 0
      public var average60: Double = 0
      public var average300: Double = 0
      public var total: UInt64 = 0
    }
  }
}
