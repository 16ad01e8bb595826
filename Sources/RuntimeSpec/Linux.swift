public import JSON

extension Spec {
  /// What only Linux has (config-linux.md).
  public struct Linux: JSONObject, Sendable, Equatable {
    /// The user numbers of a new user namespace.
    public var uidMappings: [IDMapping]?
    /// The group numbers of a new user namespace.
    public var gidMappings: [IDMapping]?
    /// Kernel parameters by their dotted names.
    public var sysctl: [String: String]?
    /// Limits of the cgroup.
    public var resources: Resources?
    /// The cgroup: a path, or `slice:prefix:name` for systemd.
    public var cgroupsPath: String?
    /// The namespaces to create or to join; what is not listed is the runtime's own.
    public var namespaces: [Namespace]?
    /// Device nodes beside the default ones.
    public var devices: [Device]?
    /// Network devices of the host to move inside, by their names there.
    public var netDevices: [String: NetDevice]?
    /// The system call filter.
    public var seccomp: Seccomp?
    /// The propagation of the root mount: `shared`, `slave`, `private` or `unbindable`, each with
    /// an `r` before it for the whole tree.
    public var rootfsPropagation: String?
    /// Paths that cannot be read inside.
    public var maskedPaths: [String]?
    /// Paths that cannot be written inside.
    public var readonlyPaths: [String]?
    /// The SELinux context of the mounts.
    public var mountLabel: String?
    /// Cache and memory bandwidth control.
    public var intelRdt: IntelRdt?
    /// The NUMA memory policy.
    public var memoryPolicy: MemoryPolicy?
    /// The execution domain.
    public var personality: Personality?
    /// Clock offsets of a new time namespace: `monotonic` and `boottime`.
    public var timeOffsets: [String: TimeOffset]?

    public init(
      uidMappings: [IDMapping]? = nil, gidMappings: [IDMapping]? = nil,
      sysctl: [String: String]? = nil, resources: Resources? = nil, cgroupsPath: String? = nil,
      namespaces: [Namespace]? = nil, devices: [Device]? = nil,
      netDevices: [String: NetDevice]? = nil, seccomp: Seccomp? = nil,
      rootfsPropagation: String? = nil, maskedPaths: [String]? = nil,
      readonlyPaths: [String]? = nil, mountLabel: String? = nil, intelRdt: IntelRdt? = nil,
      memoryPolicy: MemoryPolicy? = nil, personality: Personality? = nil,
      timeOffsets: [String: TimeOffset]? = nil
    ) {
      self.uidMappings = uidMappings
      self.gidMappings = gidMappings
      self.sysctl = sysctl
      self.resources = resources
      self.cgroupsPath = cgroupsPath
      self.namespaces = namespaces
      self.devices = devices
      self.netDevices = netDevices
      self.seccomp = seccomp
      self.rootfsPropagation = rootfsPropagation
      self.maskedPaths = maskedPaths
      self.readonlyPaths = readonlyPaths
      self.mountLabel = mountLabel
      self.intelRdt = intelRdt
      self.memoryPolicy = memoryPolicy
      self.personality = personality
      self.timeOffsets = timeOffsets
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("uidMappings", &uidMappings)
      try object.member("gidMappings", &gidMappings)
      try object.member("sysctl", &sysctl)
      try object.member("resources", &resources)
      try object.member("cgroupsPath", &cgroupsPath)
      try object.member("namespaces", &namespaces)
      try object.member("devices", &devices)
      try object.member("netDevices", &netDevices)
      try object.member("seccomp", &seccomp)
      try object.member("rootfsPropagation", &rootfsPropagation)
      try object.member("maskedPaths", &maskedPaths)
      try object.member("readonlyPaths", &readonlyPaths)
      try object.member("mountLabel", &mountLabel)
      try object.member("intelRdt", &intelRdt)
      try object.member("memoryPolicy", &memoryPolicy)
      try object.member("personality", &personality)
      try object.member("timeOffsets", &timeOffsets)
    }

    /// A range of user or group numbers, as a line of /proc/PID/uid_map; the specification's
    /// LinuxIDMapping.
    public struct IDMapping: JSONObject, Sendable, Equatable {
      /// The first number inside.
      public var containerID: UInt32
      /// The first number outside.
      public var hostID: UInt32
      /// How many numbers.
      public var size: UInt32

      public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
      }

      public static var blank: Self { Self(containerID: 0, hostID: 0, size: 0) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("containerID", &containerID)
        try object.member("hostID", &hostID)
        try object.member("size", &size)
      }
    }

    /// A namespace of the container (namespaces(7)).
    public struct Namespace: JSONObject, Sendable, Equatable {
      /// Which kind.
      public var type: Kind
      /// An existing one to join; a new one is made when absent.
      public var path: String?

      public init(type: Kind, path: String? = nil) {
        self.type = type
        self.path = path
      }

      public static var blank: Self { Self(type: .pid) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("type", &type)
        try object.member("path", &path)
      }

      /// The kinds of namespaces(7).
      public enum Kind: String, JSONValue, Sendable, CaseIterable {
        case pid
        case network
        case mount
        case ipc
        case uts
        case user
        case cgroup
        case time
      }
    }

    /// A device node to make (mknod(2)).
    public struct Device: JSONObject, Sendable, Equatable {
      /// Where, inside the container.
      public var path: String
      /// Which kind of node.
      public var type: Kind
      /// The major number; required except for a `fifo`.
      public var major: Int64?
      /// The minor number; required except for a `fifo`.
      public var minor: Int64?
      /// The permission bits; 0666 when absent.
      public var fileMode: UInt32?
      /// The owner inside the container.
      public var uid: UInt32?
      /// The group inside the container.
      public var gid: UInt32?

      public init(
        path: String, type: Kind, major: Int64? = nil, minor: Int64? = nil, fileMode: UInt32? = nil,
        uid: UInt32? = nil, gid: UInt32? = nil
      ) {
        self.path = path
        self.type = type
        self.major = major
        self.minor = minor
        self.fileMode = fileMode
        self.uid = uid
        self.gid = gid
      }

      public static var blank: Self { Self(path: "", type: .character) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("path", &path)
        try object.member("type", &type)
        try object.member("major", &major)
        try object.member("minor", &minor)
        try object.member("fileMode", &fileMode)
        try object.member("uid", &uid)
        try object.member("gid", &gid)
      }

      /// The kinds of nodes.
      public enum Kind: String, JSONValue, Sendable, CaseIterable {
        case character = "c"
        case block = "b"
        case unbuffered = "u"
        case fifo = "p"
      }
    }

    /// A network device inside the container.
    public struct NetDevice: JSONObject, Sendable, Equatable {
      /// Its name there; the host's when absent.
      public var name: String?

      public init(name: String? = nil) {
        self.name = name
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("name", &name)
      }
    }

    /// A class of Intel's Resource Director Technology (the kernel's resctrl file system).
    public struct IntelRdt: JSONObject, Sendable, Equatable {
      /// The class; the container's id when absent.
      public var closID: String?
      /// Lines for `schemata`, written after the two below.
      public var schemata: [String]?
      /// The L3 cache schema: `L3:0=ff;1=ff`.
      public var l3CacheSchema: String?
      /// The memory bandwidth schema: `MB:0=20;1=70`.
      public var memBwSchema: String?
      /// Whether the container gets a monitoring group.
      public var enableMonitoring: Bool?

      public init(
        closID: String? = nil, schemata: [String]? = nil, l3CacheSchema: String? = nil,
        memBwSchema: String? = nil, enableMonitoring: Bool? = nil
      ) {
        self.closID = closID
        self.schemata = schemata
        self.l3CacheSchema = l3CacheSchema
        self.memBwSchema = memBwSchema
        self.enableMonitoring = enableMonitoring
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("closID", &closID)
        try object.member("schemata", &schemata)
        try object.member("l3CacheSchema", &l3CacheSchema)
        try object.member("memBwSchema", &memBwSchema)
        try object.member("enableMonitoring", &enableMonitoring)
      }
    }

    /// The memory policy of set_mempolicy(2).
    public struct MemoryPolicy: JSONObject, Sendable, Equatable {
      /// The mode.
      public var mode: Mode
      /// The nodes as a list: `0-3,7`.
      public var nodes: String?
      /// Flags of the mode.
      public var flags: [Flag]?

      public init(mode: Mode, nodes: String? = nil, flags: [Flag]? = nil) {
        self.mode = mode
        self.nodes = nodes
        self.flags = flags
      }

      public static var blank: Self { Self(mode: .default) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("mode", &mode)
        try object.member("nodes", &nodes)
        try object.member("flags", &flags)
      }

      /// The modes of set_mempolicy(2).
      public enum Mode: String, JSONValue, Sendable, CaseIterable {
        case `default` = "MPOL_DEFAULT"
        case bind = "MPOL_BIND"
        case interleave = "MPOL_INTERLEAVE"
        case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
        case preferred = "MPOL_PREFERRED"
        case preferredMany = "MPOL_PREFERRED_MANY"
        case local = "MPOL_LOCAL"
      }

      /// The flags of set_mempolicy(2).
      public enum Flag: String, JSONValue, Sendable, CaseIterable {
        case numaBalancing = "MPOL_F_NUMA_BALANCING"
        case relativeNodes = "MPOL_F_RELATIVE_NODES"
        case staticNodes = "MPOL_F_STATIC_NODES"
      }
    }

    /// The execution domain of personality(2).
    public struct Personality: JSONObject, Sendable, Equatable {
      /// The domain.
      public var domain: Domain
      /// Further flags; the specification defines none.
      public var flags: [String]?

      public init(domain: Domain, flags: [String]? = nil) {
        self.domain = domain
        self.flags = flags
      }

      public static var blank: Self { Self(domain: .linux) }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("domain", &domain)
        try object.member("flags", &flags)
      }

      /// The domains that the specification knows.
      public enum Domain: String, JSONValue, Sendable, CaseIterable {
        case linux = "LINUX"
        case linux32 = "LINUX32"
      }
    }

    /// The offset of a clock (time_namespaces(7)).
    public struct TimeOffset: JSONObject, Sendable, Equatable {
      /// Whole seconds.
      public var secs: Int64?
      /// Nanoseconds beyond these, below 1000000000.
      public var nanosecs: UInt32?

      public init(secs: Int64? = nil, nanosecs: UInt32? = nil) {
        self.secs = secs
        self.nanosecs = nanosecs
      }

      public static var blank: Self { Self() }

      public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
        try object.member("secs", &secs)
        try object.member("nanosecs", &nanosecs)
      }
    }
  }
}
