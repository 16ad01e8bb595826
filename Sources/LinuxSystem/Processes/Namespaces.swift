import CLinux
import Glibc
public import SystemPackage

/// A set of kinds of namespaces. See namespaces(7); the values are those of clone(2).
public struct Namespaces: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let time = Namespaces(rawValue: UInt64(CLONE_NEWTIME))
  public static let mount = Namespaces(rawValue: UInt64(CLONE_NEWNS))
  public static let cgroup = Namespaces(rawValue: UInt64(CLONE_NEWCGROUP))
  public static let uts = Namespaces(rawValue: UInt64(CLONE_NEWUTS))
  public static let ipc = Namespaces(rawValue: UInt64(CLONE_NEWIPC))
  public static let user = Namespaces(rawValue: UInt64(CLONE_NEWUSER))
  public static let pid = Namespaces(rawValue: UInt64(CLONE_NEWPID))
  public static let network = Namespaces(rawValue: UInt64(CLONE_NEWNET))

  /// The name of this one kind's file in /proc/PID/ns; `nil` for a set of none or several.
  public var fileName: String? {
    switch self {
    case .time: "time"
    case .mount: "mnt"
    case .cgroup: "cgroup"
    case .uts: "uts"
    case .ipc: "ipc"
    case .user: "user"
    case .pid: "pid"
    case .network: "net"
    default: nil
    }
  }

  private var names: String {
    let all: [Namespaces] = [.user, .mount, .pid, .network, .ipc, .uts, .cgroup, .time]
    return all.filter { contains($0) }.compactMap(\.fileName).joined(separator: ",")
  }

  /// Moves this process into new namespaces of these kinds; of pid and time only its later
  /// children. See unshare(2). A user namespace needs a process with one thread.
  public static func unshare(_ kinds: Namespaces) throws(SystemError) {
    try systemCall("unshare", kinds.names) {
      CLinux.unshare(CInt(truncatingIfNeeded: kinds.rawValue))
    }
  }

  /// Joins an existing namespace. See setns(2).
  ///
  /// - Parameters:
  ///   - descriptor: a file of /proc/PID/ns, or a pidfd to join several kinds at once.
  ///   - kinds: what the descriptor must be; with a pidfd, which of the process's to join.
  public static func join(_ descriptor: FileDescriptor, _ kinds: Namespaces) throws(SystemError) {
    try systemCall("setns", kinds.names) {
      setns(descriptor.rawValue, CInt(truncatingIfNeeded: kinds.rawValue))
    }
  }
}
