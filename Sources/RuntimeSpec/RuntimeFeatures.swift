public import JSON

/// What the runtime can do, as `features` prints it (features.md, features-linux.md).
public struct RuntimeFeatures: JSONObject, Sendable, Equatable {
  /// The first version of the specification that is understood.
  public var ociVersionMin: String
  /// The last one.
  public var ociVersionMax: String
  /// The hooks that are run.
  public var hooks: [String]?
  /// The mount options that are understood.
  public var mountOptions: [String]?
  /// What only Linux has.
  public var linux: Linux?
  /// Data of the implementation.
  public var annotations: [String: String]?
  /// Annotations of a `config.json` that can change what the runtime does; one that ends in a dot
  /// is a prefix.
  public var potentiallyUnsafeConfigAnnotations: [String]?

  public init(
    ociVersionMin: String, ociVersionMax: String, hooks: [String]? = nil,
    mountOptions: [String]? = nil, linux: Linux? = nil, annotations: [String: String]? = nil,
    potentiallyUnsafeConfigAnnotations: [String]? = nil
  ) {
    self.ociVersionMin = ociVersionMin
    self.ociVersionMax = ociVersionMax
    self.hooks = hooks
    self.mountOptions = mountOptions
    self.linux = linux
    self.annotations = annotations
    self.potentiallyUnsafeConfigAnnotations = potentiallyUnsafeConfigAnnotations
  }

  public static var blank: Self { Self(ociVersionMin: "", ociVersionMax: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ociVersionMin", &ociVersionMin)
    try object.member("ociVersionMax", &ociVersionMax)
    try object.member("hooks", &hooks)
    try object.member("mountOptions", &mountOptions)
    try object.member("linux", &linux)
    try object.member("annotations", &annotations)
    try object.member("potentiallyUnsafeConfigAnnotations", &potentiallyUnsafeConfigAnnotations)
  }

  /// What only Linux has.
  public struct Linux: JSONObject, Sendable, Equatable {
    /// The kinds of namespaces.
    public var namespaces: [String]?
    /// The capability names.
    public var capabilities: [String]?
    /// Control groups.
    public var cgroup: Cgroup?
    /// System call filters.
    public var seccomp: Seccomp?
    /// AppArmor.
    public var apparmor: Support?
    /// SELinux.
    public var selinux: Support?
    /// Intel RDT.
    public var intelRdt: IntelRdt?
    /// NUMA memory policies.
    public var memoryPolicy: MemoryPolicy?
    /// Kinds of mounts beyond mount(2).
    public var mountExtensions: MountExtensions?
    /// Moving network devices.
    public var netDevices: Support?

    public init(
      namespaces: [String]? = nil, capabilities: [String]? = nil, cgroup: Cgroup? = nil,
      seccomp: Seccomp? = nil, apparmor: Support? = nil, selinux: Support? = nil,
      intelRdt: IntelRdt? = nil, memoryPolicy: MemoryPolicy? = nil,
      mountExtensions: MountExtensions? = nil, netDevices: Support? = nil
    ) {
      self.namespaces = namespaces
      self.capabilities = capabilities
      self.cgroup = cgroup
      self.seccomp = seccomp
      self.apparmor = apparmor
      self.selinux = selinux
      self.intelRdt = intelRdt
      self.memoryPolicy = memoryPolicy
      self.mountExtensions = mountExtensions
      self.netDevices = netDevices
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("namespaces", &namespaces)
      try object.member("capabilities", &capabilities)
      try object.member("cgroup", &cgroup)
      try object.member("seccomp", &seccomp)
      try object.member("apparmor", &apparmor)
      try object.member("selinux", &selinux)
      try object.member("intelRdt", &intelRdt)
      try object.member("memoryPolicy", &memoryPolicy)
      try object.member("mountExtensions", &mountExtensions)
      try object.member("netDevices", &netDevices)
    }
  }

  /// Whether a thing is supported by the program, whatever the host has.
  public struct Support: JSONObject, Sendable, Equatable {
    /// Whether it is.
    public var enabled: Bool?

    public init(enabled: Bool? = nil) {
      self.enabled = enabled
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("enabled", &enabled)
    }
  }

  /// Which control groups the program knows, whatever the host has.
  public struct Cgroup: JSONObject, Sendable, Equatable {
    /// Version 1.
    public var v1: Bool?
    /// Version 2.
    public var v2: Bool?
    /// Through systemd.
    public var systemd: Bool?
    /// Through a user's systemd.
    public var systemdUser: Bool?
    /// The RDMA controller.
    public var rdma: Bool?

    public init(
      v1: Bool? = nil, v2: Bool? = nil, systemd: Bool? = nil, systemdUser: Bool? = nil,
      rdma: Bool? = nil
    ) {
      self.v1 = v1
      self.v2 = v2
      self.systemd = systemd
      self.systemdUser = systemdUser
      self.rdma = rdma
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("v1", &v1)
      try object.member("v2", &v2)
      try object.member("systemd", &systemd)
      try object.member("systemdUser", &systemdUser)
      try object.member("rdma", &rdma)
    }
  }

  /// System call filters.
  public struct Seccomp: JSONObject, Sendable, Equatable {
    /// Whether they are supported.
    public var enabled: Bool?
    /// The actions.
    public var actions: [String]?
    /// The operators.
    public var operators: [String]?
    /// The architectures.
    public var archs: [String]?
    /// The flags that the program knows.
    public var knownFlags: [String]?
    /// Those of them that this kernel and libseccomp have.
    public var supportedFlags: [String]?

    public init(
      enabled: Bool? = nil, actions: [String]? = nil, operators: [String]? = nil,
      archs: [String]? = nil, knownFlags: [String]? = nil, supportedFlags: [String]? = nil
    ) {
      self.enabled = enabled
      self.actions = actions
      self.operators = operators
      self.archs = archs
      self.knownFlags = knownFlags
      self.supportedFlags = supportedFlags
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("enabled", &enabled)
      try object.member("actions", &actions)
      try object.member("operators", &operators)
      try object.member("archs", &archs)
      try object.member("knownFlags", &knownFlags)
      try object.member("supportedFlags", &supportedFlags)
    }
  }

  /// Intel RDT.
  public struct IntelRdt: JSONObject, Sendable, Equatable {
    /// Whether it is supported.
    public var enabled: Bool?
    /// Whether `linux.intelRdt.schemata` is.
    public var schemata: Bool?
    /// Whether `linux.intelRdt.enableMonitoring` is.
    public var monitoring: Bool?

    public init(enabled: Bool? = nil, schemata: Bool? = nil, monitoring: Bool? = nil) {
      self.enabled = enabled
      self.schemata = schemata
      self.monitoring = monitoring
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("enabled", &enabled)
      try object.member("schemata", &schemata)
      try object.member("monitoring", &monitoring)
    }
  }

  /// NUMA memory policies.
  public struct MemoryPolicy: JSONObject, Sendable, Equatable {
    /// The modes.
    public var modes: [String]?
    /// The flags.
    public var flags: [String]?

    public init(modes: [String]? = nil, flags: [String]? = nil) {
      self.modes = modes
      self.flags = flags
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("modes", &modes)
      try object.member("flags", &flags)
    }
  }

  /// Kinds of mounts beyond mount(2).
  public struct MountExtensions: JSONObject, Sendable, Equatable {
    /// ID-mapped mounts.
    public var idmap: Support?

    public init(idmap: Support? = nil) {
      self.idmap = idmap
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("idmap", &idmap)
    }
  }
}
