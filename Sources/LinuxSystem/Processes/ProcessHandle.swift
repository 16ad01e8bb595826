import CLinux
import Glibc
public import SystemPackage

/// How a process ended.
public enum ExitStatus: Equatable, Sendable {
  case exited(CInt)
  case signaled(Signal)

  /// The status as a shell gives it: a signal's number plus 128.
  public var shellStatus: CInt {
    switch self {
    case .exited(let status): status
    case .signaled(let signal): 128 + signal.rawValue
    }
  }
}

/// A process that a pidfd holds on to: its number cannot come to mean another one.
/// See pidfd_open(2).
public struct ProcessHandle: ~Copyable, Sendable {
  /// The process's number in our pid namespace.
  public let id: ProcessID
  /// The pidfd: readable once the process has ended, and a handle for `Namespaces.join`.
  public let descriptor: OwnedDescriptor

  /// Joins a number and its pidfd that another call gave together.
  public init(id: ProcessID, descriptor: consuming OwnedDescriptor) {
    self.id = id
    self.descriptor = descriptor
  }

  /// Opens a process by its number; `ESRCH` if there is none.
  public init(opening id: ProcessID) throws(SystemError) {
    let number = try systemCall("pidfd_open", "process \(id)") {
      clinux_syscall(Int(SYS_pidfd_open), UInt(bitPattern: Int(id)), 0, 0, 0, 0, 0)
    }
    self.init(id: id, descriptor: OwnedDescriptor(owning: CInt(truncatingIfNeeded: number)))
  }

  /// Sends a signal; `ESRCH` once the process has been waited for. See pidfd_send_signal(2).
  public func send(_ signal: Signal) throws(SystemError) {
    try ProcessHandle.send(signal, to: descriptor.lent, "process \(id)")
  }

  /// Sends a signal to the process that a lent pidfd stands for.
  public static func send(
    _ signal: Signal, to pidfd: FileDescriptor, _ subject: @autoclosure () -> String = ""
  ) throws(SystemError) {
    try systemCall("pidfd_send_signal", subject()) {
      clinux_syscall(
        Int(SYS_pidfd_send_signal), UInt(bitPattern: Int(pidfd.rawValue)),
        UInt(bitPattern: Int(signal.rawValue)), 0, 0, 0, 0)
    }
  }

  /// Waits for this child to end, and takes its status: a second call fails with `ECHILD`.
  public func wait() throws(SystemError) -> ExitStatus {
    // By number, not by pidfd: the number is the child's until it is waited for, and every kernel
    // and every filter knows this call.
    try ProcessHandle.wait(for: id)
  }

  /// Waits for the child of this number to end, and takes its status.
  public static func wait(for id: ProcessID) throws(SystemError) -> ExitStatus {
    var status: CInt = 0
    try systemCall("waitpid", "process \(id)") { waitpid(id, &status, __WALL) }
    return ExitStatus(waitStatus: status)
  }

  /// Takes the status of any child that has ended, of none if all run; `nil` too if there is none.
  public static func reapAny() throws(SystemError) -> (id: ProcessID, status: ExitStatus)? {
    var status: CInt = 0
    do throws(SystemError) {
      let id = try systemCall("waitpid") { waitpid(-1, &status, WNOHANG | __WALL) }
      return id == 0 ? nil : (id, ExitStatus(waitStatus: status))
    } catch {
      if error.errno == .noChildProcess { return nil }
      throw error
    }
  }

  /// Whether the process has ended, after waiting for that at most this long.
  ///
  /// - Parameter milliseconds: the wait; 0 only looks, `nil` has no limit.
  public func hasEnded(within milliseconds: Int?) throws(SystemError) -> Bool {
    try descriptor.lent.isReadable(within: milliseconds)
  }
}

extension ExitStatus {
  init(waitStatus: CInt) {
    self =
      clinux_wifsignaled(waitStatus) != 0
      ? .signaled(Signal(rawValue: clinux_wtermsig(waitStatus)))
      : .exited(clinux_wexitstatus(waitStatus))
  }
}
