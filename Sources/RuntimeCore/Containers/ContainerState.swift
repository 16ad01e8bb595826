import Cgroups
import JSON
import LinuxSystem

/// What the runtime writes down about a container, in `state.json` of the container's folder.
///
/// It is written before the first thing is made that a crash could leave behind, so that `delete
/// --force` finds all of it, and again once the container is created. It holds no status: whether a
/// container runs is asked of the kernel.
struct ContainerState: JSONObject {
  /// The form that this runtime writes and reads.
  static let currentForm = 1

  var form = ContainerState.currentForm
  var id: String
  /// The bundle's absolute path.
  var bundle: String
  /// When the container was created, RFC 3339 in UTC with nanoseconds.
  var created: String
  /// The first process in the runtime's pid namespace; 0 while it is being made.
  var pid: ProcessID = 0
  /// When that process started: with the number, its identity.
  var pidStartTime: UInt64 = 0
  /// Whether the container's setting up is finished.
  var isCreated = false
  /// Where the container's cgroups are.
  var cgroup: ContainerCgroup.Record?
  /// The folder of /sys/fs/resctrl that was made for the container.
  var resctrlGroup: String?
  /// Whether the container has no session keyring of its own; `nil` is no.
  var keepsCallersKeyring: Bool?

  static var blank: Self { Self(id: "", bundle: "", created: "") }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("form", &form)
    try object.member("id", &id)
    try object.member("bundle", &bundle)
    try object.member("created", &created)
    try object.member("pid", &pid)
    try object.member("pidStartTime", &pidStartTime)
    try object.member("isCreated", &isCreated)
    try object.member("cgroup", &cgroup)
    try object.member("resctrlGroup", &resctrlGroup)
    try object.member("keepsCallersKeyring", &keepsCallersKeyring)
  }
}
