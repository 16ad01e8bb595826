import CLinux
import Glibc
import LinuxSystem
import Seccomp
import SystemPackage

/// How a child process ended.
enum ChildOutcome: Equatable {
  case exited(CInt)
  case killed(CInt)
  /// A call that the test needed failed in the child.
  case failed(CInt)
}

/// Runs a body in a child process. The test process has threads, so the body may neither allocate nor
/// take a lock; what it returns is its exit status.
func outcome(_ body: () throws(SystemError) -> CInt) -> ChildOutcome {
  let failure: CInt = 128
  let child = fork()
  if child == 0 {
    do throws(SystemError) {
      _exit(try body())
    } catch {
      _exit(failure + error.errno.rawValue)
    }
  }
  var status: CInt = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  if clinux_wifsignaled(status) != 0 { return .killed(clinux_wtermsig(status)) }
  let code = clinux_wexitstatus(status)
  return code > failure && code < 200 ? .failed(code - failure) : .exited(code)
}

/// Runs a body in a child process that has loaded a filter.
func outcome(of filter: SeccompFilter, _ body: () -> CInt) -> ChildOutcome {
  outcome { () throws(SystemError) in
    _ = clinux_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _ = try filter.load()
    return body()
  }
}

/// Makes a system call and gives its error number, 0 for success.
func call(_ number: Int32, _ first: UInt = 0, _ second: UInt = 0) -> CInt {
  clinux_syscall(Int(number), first, second, 0, 0, 0, 0) < 0 ? errno : 0
}
