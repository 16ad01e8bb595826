import JSON
import RuntimeCore
import RuntimeSpec

/// What `state` and `list` print of a container, in the shape of runc's.
struct ContainerListing: JSONObject {
  var ociVersion: String
  var id: String
  /// 0 when it has no process.
  var pid: Int32
  var status: RuntimeState.Status
  var bundle: String
  var rootfs: String
  /// When it was created, RFC 3339.
  var created: String
  var annotations: [String: String]?
  /// The name of the user who owns the container's folder; `state` leaves it empty.
  var owner: String

  static var blank: Self {
    Self(
      ociVersion: "", id: "", pid: 0, status: .creating, bundle: "", rootfs: "", created: "",
      owner: "")
  }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ociVersion", &ociVersion)
    try object.member("id", &id)
    try object.member("pid", &pid)
    try object.member("status", &status)
    try object.member("bundle", &bundle)
    try object.member("rootfs", &rootfs)
    try object.member("created", &created)
    try object.member("annotations", &annotations)
    try object.member("owner", &owner)
  }
}

extension ContainerListing {
  init(_ container: borrowing Container, owner: String) throws {
    let status = try container.status()
    self.init(
      ociVersion: container.spec.ociVersion, id: container.id.description,
      pid: status == .stopped ? 0 : container.processID, status: status,
      bundle: container.bundle, rootfs: container.rootPath, created: container.created,
      annotations: container.spec.annotations, owner: owner)
  }
}
