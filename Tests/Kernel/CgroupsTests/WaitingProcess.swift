import CLinux
import Glibc
import LinuxSystem
import SystemPackage

@testable import Cgroups

/// A child that entered a cgroup as a container's first process does, and waits.
///
/// `body` runs in the child, inside the cgroup; what it returns is its answer. It must not allocate:
/// the test's process has threads, and the child has their locks as they were.
struct WaitingProcess {
  let pid: Int32
  /// What the body returned.
  let answer: UInt8

  init(
    in cgroup: ContainerCgroup, subgroups: [String: String] = [:], beside first: Int32? = nil,
    _ body: () -> UInt8 = { 0 }
  ) throws {
    let entrance = try cgroup.entrance(subgroups: subgroups, beside: first)
    var ends: [CInt] = [0, 0]
    try systemCall("pipe2") { pipe2(&ends, O_CLOEXEC) }
    var arguments = clone_args()
    arguments.exit_signal = UInt64(SIGCHLD)
    if let directory = entrance.cloneDescriptor {
      arguments.flags = UInt64(CLONE_INTO_CGROUP)
      arguments.cgroup = UInt64(directory.rawValue)
    }
    pid = try systemCall("clone3") { clinux_clone3(&arguments) }
    if pid == 0 {
      // The test's thread may have them blocked.
      var none = sigset_t()
      sigprocmask(SIG_SETMASK, &none, nil)
      signal(SIGTERM, SIG_DFL)
      // Whatever goes wrong in here ends, and then the test fails.
      alarm(20)
      do throws(SystemError) {
        try entrance.enter(wasCloned: entrance.cloneDescriptor != nil)
      } catch { _exit(error.errno.rawValue) }
      var byte = body()
      write(ends[1], &byte, 1)
      while true { pause() }
    }
    close(ends[1])
    var byte: UInt8 = 0
    let count = read(ends[0], &byte, 1)
    close(ends[0])
    answer = byte
    if count != 1 {
      var status: CInt = 0
      waitpid(pid, &status, 0)
      throw SystemError("enter", "cgroup", Errno(rawValue: (status >> 8) & 0xff))
    }
  }

  /// Kills it, and waits for its end.
  func end() {
    kill(pid, SIGKILL)
    _ = wait()
  }

  /// The signal that ended it; 0 when it ended by itself.
  func wait() -> CInt {
    var status: CInt = 0
    waitpid(pid, &status, 0)
    return status & 0x7f
  }
}
