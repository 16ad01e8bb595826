public import JSON

extension Spec.Linux {
  /// Limits of the container's cgroup (config-linux.md, "Control groups").
  public struct Resources: JSONObject, Sendable, Equatable {
    /// Who may use which devices; a later rule overrides an earlier one.
    public var devices: [DeviceRule]?
    /// Memory limits.
    public var memory: Memory?
    /// Processor limits.
    public var cpu: CPU?
    /// The limit of processes and threads.
    public var pids: Pids?
    /// Disk limits.
    public var blockIO: BlockIO?
    /// Huge page limits by page size.
    public var hugepageLimits: [HugepageLimit]?
    /// Network class and priorities (cgroup v1).
    public var network: Network?
    /// RDMA limits by device.
    public var rdma: [String: Rdma]?
    /// Values for files of cgroup v2 by file name.
    public var unified: [String: String]?

    public init(
      devices: [DeviceRule]? = nil, memory: Memory? = nil, cpu: CPU? = nil, pids: Pids? = nil,
      blockIO: BlockIO? = nil, hugepageLimits: [HugepageLimit]? = nil, network: Network? = nil,
      rdma: [String: Rdma]? = nil, unified: [String: String]? = nil
    ) {
      self.devices = devices
      self.memory = memory
      self.cpu = cpu
      self.pids = pids
      self.blockIO = blockIO
      self.hugepageLimits = hugepageLimits
      self.network = network
      self.rdma = rdma
      self.unified = unified
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("devices", &devices)
      try object.member("memory", &memory)
      try object.member("cpu", &cpu)
      try object.member("pids", &pids)
      try object.member("blockIO", &blockIO)
      try object.member("hugepageLimits", &hugepageLimits)
      try object.member("network", &network)
      try object.member("rdma", &rdma)
      try object.member("unified", &unified)
    }

    /// A rule of the device controller.
    public struct DeviceRule: JSONObject, Sendable, Equatable {
      /// Whether it allows or denies.
      public var allow: Bool
      /// Which kind of device; all when absent.
      public var type: Kind?
      /// The major number; any when absent or -1.
      public var major: Int64?
      /// The minor number; any when absent or -1.
      public var minor: Int64?
      /// What it is about: any of `r`, `w` and `m` (mknod).
      public var access: String?

      public init(
        allow: Bool, type: Kind? = nil, major: Int64? = nil, minor: Int64? = nil,
        access: String? = nil
      ) {
        self.allow = allow
        self.type = type
        self.major = major
        self.minor = minor
        self.access = access
      }

      public static var blank: Self { Self(allow: false) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("allow", &allow)
        try object.member("type", &type)
        try object.member("major", &major)
        try object.member("minor", &minor)
        try object.member("access", &access)
      }

      /// The kinds of devices.
      public enum Kind: String, JSONValue, Sendable, CaseIterable {
        case all = "a"
        case character = "c"
        case block = "b"
      }
    }

    /// Memory limits in bytes; -1 is "no limit".
    public struct Memory: JSONObject, Sendable, Equatable {
      /// Memory.
      public var limit: Int64?
      /// The soft limit.
      public var reservation: Int64?
      /// Memory and swap together.
      public var swap: Int64?
      /// Kernel memory; no supported kernel has it any more.
      public var kernel: Int64?
      /// TCP buffers (cgroup v1).
      public var kernelTCP: Int64?
      /// How readily the kernel swaps, 0 to 100 (cgroup v1).
      public var swappiness: UInt64?
      /// Whether processes wait instead of being killed (cgroup v1).
      public var disableOOMKiller: Bool?
      /// Whether children are counted too (cgroup v1).
      public var useHierarchy: Bool?
      /// Whether a limit below the present use is refused.
      public var checkBeforeUpdate: Bool?

      public init(
        limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, kernel: Int64? = nil,
        kernelTCP: Int64? = nil, swappiness: UInt64? = nil, disableOOMKiller: Bool? = nil,
        useHierarchy: Bool? = nil, checkBeforeUpdate: Bool? = nil
      ) {
        self.limit = limit
        self.reservation = reservation
        self.swap = swap
        self.kernel = kernel
        self.kernelTCP = kernelTCP
        self.swappiness = swappiness
        self.disableOOMKiller = disableOOMKiller
        self.useHierarchy = useHierarchy
        self.checkBeforeUpdate = checkBeforeUpdate
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("limit", &limit)
        try object.member("reservation", &reservation)
        try object.member("swap", &swap)
        try object.member("kernel", &kernel)
        try object.member("kernelTCP", &kernelTCP)
        try object.member("swappiness", &swappiness)
        try object.member("disableOOMKiller", &disableOOMKiller)
        try object.member("useHierarchy", &useHierarchy)
        try object.member("checkBeforeUpdate", &checkBeforeUpdate)
      }
    }

    /// Processor limits.
    public struct CPU: JSONObject, Sendable, Equatable {
      /// The relative weight, 2 to 262144.
      public var shares: UInt64?
      /// Microseconds in each period; -1 is "no limit".
      public var quota: Int64?
      /// Microseconds that unused quota may accumulate to.
      public var burst: UInt64?
      /// The period in microseconds.
      public var period: UInt64?
      /// Microseconds of realtime scheduling in each period (cgroup v1).
      public var realtimeRuntime: Int64?
      /// That period in microseconds (cgroup v1).
      public var realtimePeriod: UInt64?
      /// The processors as a list: `0-3,7`.
      public var cpus: String?
      /// The memory nodes as a list.
      public var mems: String?
      /// 1 makes the whole cgroup SCHED_IDLE.
      public var idle: Int64?

      public init(
        shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil,
        realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String? = nil,
        mems: String? = nil, idle: Int64? = nil
      ) {
        self.shares = shares
        self.quota = quota
        self.burst = burst
        self.period = period
        self.realtimeRuntime = realtimeRuntime
        self.realtimePeriod = realtimePeriod
        self.cpus = cpus
        self.mems = mems
        self.idle = idle
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("shares", &shares)
        try object.member("quota", &quota)
        try object.member("burst", &burst)
        try object.member("period", &period)
        try object.member("realtimeRuntime", &realtimeRuntime)
        try object.member("realtimePeriod", &realtimePeriod)
        try object.member("cpus", &cpus)
        try object.member("mems", &mems)
        try object.member("idle", &idle)
      }
    }

    /// The limit of processes and threads.
    public struct Pids: JSONObject, Sendable, Equatable {
      /// How many; none when 0 or below.
      public var limit: Int64?

      public init(limit: Int64? = nil) {
        self.limit = limit
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("limit", &limit)
      }
    }

    /// Disk weights and limits.
    public struct BlockIO: JSONObject, Sendable, Equatable {
      /// The weight, 10 to 1000.
      public var weight: UInt16?
      /// The weight against child cgroups (cgroup v1).
      public var leafWeight: UInt16?
      /// Weights for single devices.
      public var weightDevice: [WeightDevice]?
      /// Bytes a second to read.
      public var throttleReadBpsDevice: [ThrottleDevice]?
      /// Bytes a second to write.
      public var throttleWriteBpsDevice: [ThrottleDevice]?
      /// Reads a second.
      public var throttleReadIOPSDevice: [ThrottleDevice]?
      /// Writes a second.
      public var throttleWriteIOPSDevice: [ThrottleDevice]?

      public init(
        weight: UInt16? = nil, leafWeight: UInt16? = nil, weightDevice: [WeightDevice]? = nil,
        throttleReadBpsDevice: [ThrottleDevice]? = nil,
        throttleWriteBpsDevice: [ThrottleDevice]? = nil,
        throttleReadIOPSDevice: [ThrottleDevice]? = nil,
        throttleWriteIOPSDevice: [ThrottleDevice]? = nil
      ) {
        self.weight = weight
        self.leafWeight = leafWeight
        self.weightDevice = weightDevice
        self.throttleReadBpsDevice = throttleReadBpsDevice
        self.throttleWriteBpsDevice = throttleWriteBpsDevice
        self.throttleReadIOPSDevice = throttleReadIOPSDevice
        self.throttleWriteIOPSDevice = throttleWriteIOPSDevice
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("weight", &weight)
        try object.member("leafWeight", &leafWeight)
        try object.member("weightDevice", &weightDevice)
        try object.member("throttleReadBpsDevice", &throttleReadBpsDevice)
        try object.member("throttleWriteBpsDevice", &throttleWriteBpsDevice)
        try object.member("throttleReadIOPSDevice", &throttleReadIOPSDevice)
        try object.member("throttleWriteIOPSDevice", &throttleWriteIOPSDevice)
      }

      /// A weight for one device.
      public struct WeightDevice: JSONObject, Sendable, Equatable {
        /// The device's major number.
        public var major: Int64
        /// The device's minor number.
        public var minor: Int64
        /// The weight, 10 to 1000.
        public var weight: UInt16?
        /// The weight against child cgroups (cgroup v1).
        public var leafWeight: UInt16?

        public init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
          self.major = major
          self.minor = minor
          self.weight = weight
          self.leafWeight = leafWeight
        }

        public static var blank: Self { Self(major: 0, minor: 0) }

        public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
          try object.member("major", &major)
          try object.member("minor", &minor)
          try object.member("weight", &weight)
          try object.member("leafWeight", &leafWeight)
        }
      }

      /// A rate for one device.
      public struct ThrottleDevice: JSONObject, Sendable, Equatable {
        /// The device's major number.
        public var major: Int64
        /// The device's minor number.
        public var minor: Int64
        /// Bytes or operations a second.
        public var rate: UInt64

        public init(major: Int64, minor: Int64, rate: UInt64) {
          self.major = major
          self.minor = minor
          self.rate = rate
        }

        public static var blank: Self { Self(major: 0, minor: 0, rate: 0) }

        public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
          try object.member("major", &major)
          try object.member("minor", &minor)
          try object.member("rate", &rate)
        }
      }
    }

    /// A limit of huge pages.
    public struct HugepageLimit: JSONObject, Sendable, Equatable {
      /// The size of a page: `64KB`, `2MB`, `1GB`.
      public var pageSize: String
      /// Bytes.
      public var limit: UInt64

      public init(pageSize: String, limit: UInt64) {
        self.pageSize = pageSize
        self.limit = limit
      }

      public static var blank: Self { Self(pageSize: "", limit: 0) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("pageSize", &pageSize)
        try object.member("limit", &limit)
      }
    }

    /// Network class and priorities (cgroup v1).
    public struct Network: JSONObject, Sendable, Equatable {
      /// The class of the container's packets (net_cls).
      public var classID: UInt32?
      /// Priorities by interface (net_prio).
      public var priorities: [InterfacePriority]?

      public init(classID: UInt32? = nil, priorities: [InterfacePriority]? = nil) {
        self.classID = classID
        self.priorities = priorities
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("classID", &classID)
        try object.member("priorities", &priorities)
      }

      /// A priority on one interface.
      public struct InterfacePriority: JSONObject, Sendable, Equatable {
        /// The interface, as the runtime sees it.
        public var name: String
        /// The priority.
        public var priority: UInt32

        public init(name: String, priority: UInt32) {
          self.name = name
          self.priority = priority
        }

        public static var blank: Self { Self(name: "", priority: 0) }

        public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
          try object.member("name", &name)
          try object.member("priority", &priority)
        }
      }
    }

    /// RDMA limits of one device.
    public struct Rdma: JSONObject, Sendable, Equatable {
      /// Handles.
      public var hcaHandles: UInt32?
      /// Objects.
      public var hcaObjects: UInt32?

      public init(hcaHandles: UInt32? = nil, hcaObjects: UInt32? = nil) {
        self.hcaHandles = hcaHandles
        self.hcaObjects = hcaObjects
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("hcaHandles", &hcaHandles)
        try object.member("hcaObjects", &hcaObjects)
      }
    }
  }
}
