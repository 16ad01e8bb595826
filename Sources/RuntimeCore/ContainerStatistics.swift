public import Cgroups
import LinuxSystem
import RuntimeSpec

/// What the kernel has counted for a container that runs.
public func containerStatistics(
  _ id: ContainerID, _ context: RuntimeContext
) throws -> CgroupStatistics {
  let container = try Container.find(id, context)
  try container.require(.created, .running, .paused, for: "read the statistics of")
  return try step("reading the statistics of container \(id)") {
    try container.requiredCgroup().statistics()
  }
}

/// Tells when processes of a container that runs are killed for want of memory, and when it ends.
public func containerOutOfMemoryEvents(
  _ id: ContainerID, _ context: RuntimeContext
) throws -> OutOfMemoryEvents {
  let container = try Container.find(id, context)
  try container.require(.created, .running, .paused, for: "watch")
  return try step("watching container \(id)") {
    try container.requiredCgroup().outOfMemoryEvents()
  }
}
