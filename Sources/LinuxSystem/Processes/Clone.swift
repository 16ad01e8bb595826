import CLinux
import Glibc
public import SystemPackage

/// A process's number. See getpid(2).
public typealias ProcessID = CInt

/// How a child begins its life. See clone3(2).
public struct CloneOptions: Sendable {
  /// The namespaces that are made for the child.
  public var namespaces: Namespaces = []
  /// The directory of a cgroup of version 2 that the child is born in (Linux 5.7).
  public var cgroup: FileDescriptor?
  /// Whether the child becomes our parent's child, which is then told when it ends.
  public var isSibling = false
  /// The number that the child gets in its pid namespace; needs CAP_CHECKPOINT_RESTORE (Linux 5.5).
  public var processID: ProcessID?

  public init() {}
}

/// Which of the two processes returned from `clone`.
public enum Clone: ~Copyable {
  /// This process is the child.
  case child
  /// This process is the parent; the child is this one.
  case parent(ProcessHandle)

  /// Makes a copy of this process, as fork(2), in new namespaces if so asked.
  ///
  /// The caller has one thread: the copy holds only the calling one, and all locks as they are. A
  /// kernel or a filter without clone3 gets clone(2), which knows neither cgroup, process number
  /// nor time namespaces: asking for these fails with `ENOSYS` then.
  public static func clone(_ options: CloneOptions = CloneOptions()) throws(SystemError) -> Clone {
    var pidfd: CInt = -1
    let pid = try withUnsafeMutablePointer(to: &pidfd) { (pidfd) throws(SystemError) -> ProcessID in
      do throws(SystemError) {
        return try clone3(options, pidfd)
      } catch {
        guard error.errno == .noFunction, options.cgroup == nil, options.processID == nil,
          !options.namespaces.contains(.time)
        else { throw error }
        return try clone2(options, pidfd)
      }
    }
    guard pid != 0 else { return .child }
    return .parent(ProcessHandle(id: pid, descriptor: OwnedDescriptor(owning: pidfd)))
  }

  /// Whether a child can be born in a cgroup: not where clone3(2) is missing, before Linux 5.3 or in a
  /// filter.
  public static let isBornInCgroup: Bool = {
    // The size of no version of the structure: a kernel that has the call refuses it as that.
    clinux_syscall(Int(SYS_clone3), 0, 0, 0, 0, 0, 0)
    return errno != ENOSYS
  }()

  private static func clone3(
    _ options: CloneOptions, _ pidfd: UnsafeMutablePointer<CInt>
  ) throws(SystemError) -> ProcessID {
    var arguments = clone_args()
    arguments.flags = options.namespaces.rawValue | UInt64(CLONE_PIDFD)
    arguments.pidfd = UInt64(UInt(bitPattern: pidfd))
    if options.isSibling {
      arguments.flags |= UInt64(CLONE_PARENT)
    } else {
      arguments.exit_signal = UInt64(SIGCHLD)
    }
    if let cgroup = options.cgroup {
      arguments.flags |= UInt64(CLONE_INTO_CGROUP)
      arguments.cgroup = UInt64(cgroup.rawValue)
    }
    guard var number = options.processID else {
      return try systemCall("clone3") { clinux_clone3(&arguments) }
    }
    return try withUnsafeMutablePointer(to: &number) { (number) throws(SystemError) -> ProcessID in
      arguments.set_tid = UInt64(UInt(bitPattern: number))
      arguments.set_tid_size = 1
      return try systemCall("clone3", "as process \(number.pointee)") { clinux_clone3(&arguments) }
    }
  }

  private static func clone2(
    _ options: CloneOptions, _ pidfd: UnsafeMutablePointer<CInt>
  ) throws(SystemError) -> ProcessID {
    let flags =
      options.namespaces.rawValue | UInt64(CLONE_PIDFD)
      | UInt64(options.isSibling ? CLONE_PARENT : SIGCHLD)
    let pid = try systemCall("clone") {
      // The order of stack, parent's and child's pointers differs between machines; the pidfd
      // comes third everywhere that this is built for (x86-64 and arm64).
      clinux_syscall(Int(SYS_clone), UInt(flags), 0, UInt(bitPattern: pidfd), 0, 0, 0)
    }
    return ProcessID(truncatingIfNeeded: pid)
  }
}
