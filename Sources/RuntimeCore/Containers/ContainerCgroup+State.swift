import Cgroups
import JSON
import LinuxSystem
import RuntimeSpec

extension ContainerCgroup {
  /// Decides where the cgroup of a new container will be.
  init(_ blueprint: ContainerBlueprint) throws {
    let context = blueprint.context
    self = try ContainerCgroup(
      layout: try CgroupLayout.detect(), driver: context.usesSystemd ? .systemd : .cgroupfs,
      path: blueprint.linux.cgroupsPath, containerID: blueprint.id.description,
      annotations: blueprint.spec.annotations ?? [:], isRootless: context.mayLackCgroups)
  }

  /// Finds the cgroup of a container that exists.
  init(_ record: Record) throws {
    self = try ContainerCgroup(restoring: record, layout: try CgroupLayout.detect())
  }
}

extension RuntimeContext {
  /// Whether this process may lack the right to cgroups, as an ordinary user or in a user namespace.
  var mayLackCgroups: Bool {
    isRootless ?? (CurrentProcess.effectiveUserID != 0 || CurrentProcess.isInUserNamespace)
  }
}

extension ContainerCgroup.Record: JSONObject {
  public static var blank: Self { Self(paths: [:]) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("paths", &paths)
    try object.member("createdParents", &createdParents)
    try object.member("unit", &unit)
    try object.member("isRootless", &isRootless)
  }
}
