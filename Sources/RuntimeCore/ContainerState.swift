import LinuxSystem

/// What the runtime writes down about a container, in `state.json` of the container's folder.
///
/// It is written before the first thing is made that a crash could leave behind, so that `delete
/// --force` finds all of it, and again once the container is created. It holds no status: whether a
/// container runs is asked of the kernel.
struct ContainerState: Codable {
  /// The form of this document; another one is refused.
  var version = 1
  var id: String
  /// The bundle's absolute path.
  var bundle: String
  /// When the container was created, RFC 3339 in UTC with nanoseconds.
  var created: String
  /// The first process in the runtime's pid namespace; 0 while it is being made.
  var pid: ProcessID = 0
  /// When that process started: with the number, its identity.
  var pidStartTime: UInt64 = 0
  /// Where the container's cgroups are.
  var cgroup: ContainerCgroup.Record?
  /// Whether the container's setting up is finished.
  var isCreated = false
  /// The folder of /sys/fs/resctrl that was made for the container.
  var resctrlGroup: String?
  /// Where the notify socket for the service manager is, which goes with the container.
  var notifySocket: String?
}
