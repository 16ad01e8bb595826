public import LinuxSystem

/// Why something could not be done with a cgroup.
///
/// `field` names the place in `config.json` that asked for it.
public enum CgroupError: Error, Equatable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// No cgroup file system is mounted.
  case notMounted
  /// A limit was asked, but its controller is not mounted, not enabled or not delegated here.
  case missingController(field: String, controller: String)
  /// The kernel has the controller but not this limit.
  case missingFile(field: String, file: String)
  /// A value that no kernel takes, or that this driver cannot express.
  case invalidValue(field: String, value: String, reason: String)
  /// The kernel refused a value.
  case refusedValue(field: String, value: String, reason: SystemError)
  /// A memory limit that the container already exceeds (bytes).
  case limitBelowUsage(field: String, limit: UInt64, usage: UInt64)
  /// A path that is no cgroup of this container.
  case invalidPath(String)
  /// A cgroup that cannot hold processes or these controllers, with its `cgroup.type`.
  case unusableCgroup(path: String, type: String)
  /// A cgroup of this name has processes, which are not the container's.
  case occupied(path: String, processes: Int)
  /// A cgroup of this name is frozen, so that no process could start in it.
  case frozen(path: String)
  /// The container's cgroup could not be joined or made, so that this limit cannot be set.
  case notJoined(field: String, controller: String)
  /// The processes of the cgroup did not all stop.
  case freezeTimedOut(path: String)
  /// A file of the kernel holds something unexpected.
  case malformed(path: String, text: String)
  /// systemd does not run on this host.
  case systemdNotRunning
  /// systemd was asked for something and did not do it.
  case systemd(unit: String, reason: String)
  /// The conversation with a bus failed.
  case bus(DBusError)
}

extension CgroupError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .notMounted: "no cgroup file system is mounted; mount cgroup2 on /sys/fs/cgroup"
    case .missingController(let field, let controller):
      "\(field): the cgroup controller \(controller) is not available here; "
        + "enable or delegate it, or leave the limit out"
    case .missingFile(let field, let file): "\(field): this kernel has no \(file)"
    case .invalidValue(let field, let value, let reason): "\(field): \(value): \(reason)"
    case .refusedValue(let field, let value, let reason):
      "\(field): the kernel refused \(value): \(reason)"
    case .limitBelowUsage(let field, let limit, let usage):
      "\(field): the limit \(limit) is below what the container uses now, \(usage)"
    case .invalidPath(let path): "\(path) is not a cgroup of this container"
    case .unusableCgroup(let path, let type):
      "the cgroup \(path) is of type \(type) and cannot have these limits; choose another parent"
    case .occupied(let path, let count):
      "the cgroup \(path) is not empty: \(count) \(count == 1 ? "process" : "processes"); "
        + "choose another cgroupsPath or end them"
    case .frozen(let path): "the cgroup \(path) is frozen; thaw it or choose another cgroupsPath"
    case .notJoined(let field, let controller):
      "\(field): the container could not join or create its \(controller) cgroup"
    case .freezeTimedOut(let path): "the processes of \(path) did not freeze in time"
    case .malformed(let path, let text): "\(path): unexpected contents: \(text)"
    case .systemdNotRunning:
      "systemd does not run on this host; use the cgroupfs driver (without --systemd-cgroup)"
    case .systemd(let unit, let reason): "systemd, unit \(unit): \(reason)"
    case .bus(let error): error.description
    }
  }
}

/// Turns the error of a system call into one of this module.
@inline(__always)
func cgroupCall<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(CgroupError) -> Result {
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
