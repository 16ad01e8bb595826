import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import Cgroups

/// What becomes of a container whose user has no right to cgroups. A child gives up root and answers.
@Suite(.enabled(if: isRoot, "to give up root one must have it"), .serialized)
struct RootlessTests {
  private func asNobody(_ body: () throws -> UInt8) throws -> UInt8 {
    let pid = try systemCall("fork") { fork() }
    if pid == 0 {
      alarm(20)
      guard setgid(65_534) == 0, setuid(65_534) == 0 else { _exit(99) }
      do { _exit(Int32(try body())) } catch { _exit(98) }
    }
    var status: CInt = 0
    waitpid(pid, &status, 0)
    return UInt8(truncatingIfNeeded: status >> 8)
  }

  private func cgroup(path: String? = nil, isRootless: Bool = true) throws -> ContainerCgroup {
    try ContainerCgroup(
      layout: try CgroupLayout.detect(), driver: .cgroupfs, path: path,
      containerID: "cgroups-rootless-test", isRootless: isRootless)
  }

  @Test func withoutLimitsItGoesWithout() throws {
    let answer = try asNobody {
      var cgroup = try cgroup()
      try cgroup.create(for: nil)
      try cgroup.apply(nil)
      let entrance = try cgroup.entrance()
      try entrance.enter(wasCloned: false)
      try cgroup.delete()
      return cgroup.isJoined ? 1 : 0
    }
    #expect(answer == 0)
  }

  @Test func withLimitsItIsAnError() throws {
    let answer = try asNobody {
      var cgroup = try cgroup()
      var resources = Spec.Linux.Resources()
      resources.pids = .init(limit: 5)
      do {
        try cgroup.create(for: resources)
        try cgroup.apply(resources)
        return 1
      } catch CgroupError.notJoined(let field, _) {
        return field == "linux.resources.pids.limit" ? 0 : 2
      }
    }
    #expect(answer == 0)
  }

  @Test func withAPathItIsAnError() throws {
    for isRootless in [true, false] {
      let answer = try asNobody {
        var cgroup = try cgroup(path: isRootless ? "/cgroups-x" : nil, isRootless: isRootless)
        do {
          try cgroup.create(for: nil)
          return 1
        } catch CgroupError.system(let error) {
          return error.isPermission ? 0 : 2
        }
      }
      #expect(answer == 0)
    }
  }
}
