public import JSON

/// What became of a container. `Containers+Status.swift` holds it against what the kernel says.
public struct ContainerState: JSONObject, Equatable, Sendable {
  public var status = ContainerStatus.created
  /// The first process, and when it started in clock ticks: together its identity (proc_pid_stat(5)).
  public var pid: Int32 = 0
  public var pidStart: UInt64 = 0
  /// The monitor, likewise.
  public var monitorPid: Int32 = 0
  public var monitorStart: UInt64 = 0
  /// The boot in which these numbers mean something.
  public var bootID: String?
  /// Nanoseconds since 1970; 0 for never.
  public var startedAt: Int64 = 0
  public var finishedAt: Int64 = 0
  public var exitCode: Int32 = 0
  public var wasKilledForMemory = false
  public var restartCount = 0
  /// Whether somebody stopped it, so that no policy starts it again.
  public var isStoppedByUser = false
  /// Why the last start failed.
  public var error: String?
  /// The mounted root; nil where nothing is mounted.
  public var root: String?
  /// The file of the network namespace that was made for it.
  public var networkNamespace: String?
  /// What it has of its networks, as Networking's `NetworkStatus` documents.
  public var networkStatus: [JSONTree] = []
  /// Images that are mounted for it.
  public var mountedImages: [String] = []
  /// The cgroup's path.
  public var cgroup: String?
  /// Exec sessions that are kept for `inspect`.
  public var execIDs: [String] = []
  /// Whether its state was saved by `container checkpoint`, and when.
  public var checkpointedAt: Int64 = 0
  public var restoredAt: Int64 = 0
  /// The AppArmor profile in force.
  public var apparmorProfile: String?

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("status", &status)
    try object.member("pid", &pid, standard: 0)
    try object.member("pidStart", &pidStart, standard: 0)
    try object.member("monitorPid", &monitorPid, standard: 0)
    try object.member("monitorStart", &monitorStart, standard: 0)
    try object.member("bootID", &bootID)
    try object.member("startedAt", &startedAt, standard: 0)
    try object.member("finishedAt", &finishedAt, standard: 0)
    try object.member("exitCode", &exitCode, standard: 0)
    try object.member("oomKilled", &wasKilledForMemory, standard: false)
    try object.member("restartCount", &restartCount, standard: 0)
    try object.member("stoppedByUser", &isStoppedByUser, standard: false)
    try object.member("error", &error)
    try object.member("root", &root)
    try object.member("networkNamespace", &networkNamespace)
    try object.member("networkStatus", &networkStatus, standard: [])
    try object.member("mountedImages", &mountedImages, standard: [])
    try object.member("cgroup", &cgroup)
    try object.member("execIDs", &execIDs, standard: [])
    try object.member("checkpointedAt", &checkpointedAt, standard: 0)
    try object.member("restoredAt", &restoredAt, standard: 0)
    try object.member("apparmorProfile", &apparmorProfile)
  }
}
