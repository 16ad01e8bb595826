import Cgroups
public import LinuxSystem
public import RuntimeSpec

/// Stops all processes of a container where they are, by its cgroup's freezer.
public func pauseContainer(_ id: ContainerID, _ context: RuntimeContext) throws {
  let container = try Container.find(id, context)
  try container.require(.created, .running, for: "pause")
  try step("pausing container \(id)") { try container.requiredCgroup().freeze() }
}

/// Lets a paused container's processes go on.
public func resumeContainer(_ id: ContainerID, _ context: RuntimeContext) throws {
  let container = try Container.find(id, context)
  try container.require(.paused, for: "resume")
  try step("resuming container \(id)") { try container.requiredCgroup().thaw() }
}

/// Changes the limits of a container that runs; whatever `resources` does not name stays.
public func updateContainer(
  _ id: ContainerID, _ resources: Spec.Linux.Resources, _ context: RuntimeContext
) throws {
  let container = try Container.find(id, context)
  try container.require(.created, .running, .paused, for: "update")
  try step("updating container \(id)") {
    try container.requiredCgroup().apply(resources, devices: .unchanged)
  }
}

/// The numbers of all processes of a container, as the runtime sees them.
public func containerProcesses(_ id: ContainerID, _ context: RuntimeContext) throws -> [ProcessID] {
  let container = try Container.find(id, context)
  try container.require(.created, .running, .paused, for: "list the processes of")
  return try container.requiredCgroup().processes()
}

extension Container {
  /// The container's cgroup, for what cannot be done without one.
  func requiredCgroup() throws -> ContainerCgroup {
    guard let cgroup = try cgroup(), cgroup.exists else {
      throw RuntimeError.unsupported(
        field: "linux.cgroupsPath",
        reason: "container \(id) has no cgroup; give it one that this user may write")
    }
    return cgroup
  }
}
