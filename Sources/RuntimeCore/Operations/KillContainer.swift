import Cgroups
public import LinuxSystem
import RuntimeSpec

/// Sends a signal to the container's first process, or to all of its processes.
///
/// A container that shares its pid namespace is not ended by the end of its first process: SIGKILL
/// goes to everything in its cgroup then.
public func killContainer(
  _ id: ContainerID, _ signal: Signal, all: Bool = false, _ context: RuntimeContext
) throws {
  try Container.find(id, context).kill(signal, all: all)
}

extension Container {
  func kill(_ signal: Signal, all: Bool = false) throws {
    if all || (signal == .kill && !hasOwnPIDNamespace) {
      if ownsCgroup, let cgroup = try cgroup(), cgroup.exists {
        return try step("killing all processes") { try cgroup.kill(signal.rawValue) }
      }
    }
    guard let process = try firstProcess() else { throw RuntimeError.notRunning(id) }
    try process.send(signal)
    if signal == .kill, let cgroup = try? cgroup(), (try? cgroup.isFrozen) ?? false {
      // A process that is frozen by a cgroup of version 1 dies only once it is thawed.
      try? cgroup.thaw()
    }
  }

  var hasOwnPIDNamespace: Bool {
    spec.linux?.namespaces?.contains { $0.type == .pid && ($0.path ?? "").isEmpty } ?? false
  }
}
