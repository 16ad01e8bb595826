public import Cgroups
public import LinuxSystem
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

/// A container that is being watched.
public struct ContainerWatch: ~Copyable {
  /// The first process: its descriptor is readable once the container has ended.
  public let process: ProcessHandle
  /// Tells when processes are killed for want of memory.
  public var outOfMemory: OutOfMemoryEvents
}

/// Begins to watch a container that runs.
public func watchContainer(_ id: ContainerID, _ context: RuntimeContext) throws -> ContainerWatch {
  let container = try Container.find(id, context)
  guard let process = try container.firstProcess() else { throw RuntimeError.notRunning(id) }
  return ContainerWatch(
    process: process, outOfMemory: try container.requiredCgroup().outOfMemoryEvents())
}
