public import JSON

/// What a container's processes may do.
public struct ContainerSecurity: JSONObject, Equatable, Sendable {
  public var isPrivileged = false
  /// Capabilities, with `CAP_` before them, sorted.
  public var capabilities: [String] = []
  /// What was added and taken away, as `inspect` shows it.
  public var addedCapabilities: [String] = []
  public var droppedCapabilities: [String] = []
  public var hasNoNewPrivileges = false
  /// A path, `unconfined`, or nil for the default profile.
  public var seccompProfile: String?
  /// A profile, `unconfined`, or nil for the default one where the host has AppArmor.
  public var apparmorProfile: String?
  /// SELinux: `type:…`, `level:…`, `disable`, `nested`…
  public var labelOptions: [String] = []
  /// SELinux's labels of the processes and of the files; nil for none.
  public var processLabel: String?
  public var mountLabel: String?
  /// Paths masked beside the default ones.
  public var maskedPaths: [String] = []
  /// Default paths that are not masked; `ALL` for none.
  public var unmaskedPaths: [String] = []
  /// Options of the mount of /proc.
  public var procOptions: [String] = []
  /// Whether the root file system is read-only.
  public var isReadOnly = false
  /// Whether /run, /tmp and /var/tmp can be written all the same.
  public var hasWritableTemporaries = true

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("privileged", &isPrivileged, standard: false)
    try object.member("capabilities", &capabilities, standard: [])
    try object.member("capAdd", &addedCapabilities, standard: [])
    try object.member("capDrop", &droppedCapabilities, standard: [])
    try object.member("noNewPrivileges", &hasNoNewPrivileges, standard: false)
    try object.member("seccomp", &seccompProfile)
    try object.member("apparmor", &apparmorProfile)
    try object.member("labels", &labelOptions, standard: [])
    try object.member("processLabel", &processLabel)
    try object.member("mountLabel", &mountLabel)
    try object.member("mask", &maskedPaths, standard: [])
    try object.member("unmask", &unmaskedPaths, standard: [])
    try object.member("procOptions", &procOptions, standard: [])
    try object.member("readOnly", &isReadOnly, standard: false)
    try object.member("readOnlyTmpfs", &hasWritableTemporaries, standard: true)
  }
}
