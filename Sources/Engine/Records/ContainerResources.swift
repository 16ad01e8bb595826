public import JSON
public import RuntimeSpec

/// A container's cgroup, devices and kernel parameters.
public struct ContainerResources: JSONObject, Equatable, Sendable {
  /// Limits of the cgroup; its device rules are made at each start.
  public var limits = Spec.Linux.Resources()
  /// `enabled`, `disabled`, `no-conmon` or `split`.
  public var cgroups = "enabled"
  /// A folder of the hierarchy, or a slice for systemd; empty for the usual place.
  public var cgroupParent = ""
  /// `host:container:permissions`.
  public var devices: [String] = []
  /// `c 42:* rmw`.
  public var deviceRules: [String] = []
  public var sysctls: [String: String] = [:]
  /// Bytes of /dev/shm.
  public var shmSize: Int64 = 65_536_000
  /// Bytes of systemd's tmpfs in the container; nil for the kernel's choice.
  public var shmSizeForSystemd: Int64?
  public var rdtClass: String?
  /// Further conditions of the machine: `all` or names of GPUs.
  public var gpus: [String] = []

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("limits", &limits, standard: .init())
    try object.member("cgroups", &cgroups, standard: "enabled")
    try object.member("cgroupParent", &cgroupParent, standard: "")
    try object.member("devices", &devices, standard: [])
    try object.member("deviceRules", &deviceRules, standard: [])
    try object.member("sysctls", &sysctls, standard: [:])
    try object.member("shmSize", &shmSize, standard: 65_536_000)
    try object.member("shmSizeSystemd", &shmSizeForSystemd)
    try object.member("rdtClass", &rdtClass)
    try object.member("gpus", &gpus, standard: [])
  }
}
