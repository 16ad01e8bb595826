import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import Cgroups

private let hasSystemd = access("/run/systemd/system", F_OK) == 0

@Suite(
  .enabled(if: isRoot, "making cgroups needs root"),
  .enabled(if: hasSystemd, "systemd does not run on this host"), .serialized)
struct SystemdScopeTests {
  private func waiting() throws -> Int32 {
    let pid = try systemCall("fork") { fork() }
    if pid == 0 {
      alarm(20)
      while true { pause() }
    }
    return pid
  }

  private func end(_ pid: Int32) {
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  private func scope(
    _ name: String, annotations: [String: String] = [:]
  ) throws -> ContainerCgroup {
    try ContainerCgroup(
      layout: try CgroupLayout.detect(), driver: .systemd, path: "system.slice:cgroups:\(name)",
      containerID: name, annotations: annotations)
  }

  @Test func startsFindsAndStops() throws {
    let pid = try waiting()
    defer { end(pid) }
    var cgroup = try scope(
      "test-\(getpid())", annotations: ["org.systemd.property.TimeoutStopSec": "uint64 3"])
    try cgroup.create(for: nil, containing: pid)
    let result = Result {
      try cgroup.apply(nil)
      #expect(try cgroup.processes() == [pid])
      #expect(
        cgroup.paths.values.allSatisfy {
          $0.hasSuffix("/system.slice/cgroups-test-\(getpid()).scope")
        })
      let again = try ContainerCgroup(
        restoring: cgroup.record, layout: try CgroupLayout.detect())
      #expect(again.exists)
      try again.freeze()
      #expect(try cgroup.isFrozen)
      try again.thaw()
    }
    end(pid)
    try cgroup.delete()
    try result.get()
    #expect(!cgroup.exists)
    // What is gone can be removed again.
    try cgroup.delete()
  }

  @Test func setsAndUpdatesLimits() throws {
    let layout = try CgroupLayout.detect()
    guard try layout.availableControllers().contains("pids") else { return }
    let pid = try waiting()
    defer { end(pid) }
    var resources = Spec.Linux.Resources()
    resources.pids = .init(limit: 20)
    var cgroup = try scope("limits-\(getpid())")
    try cgroup.create(for: resources, containing: pid)
    let result = Result {
      try cgroup.apply(resources)
      let directory = try #require(cgroup.membership("pids")).directory
      #expect(try directory.read("pids.max") == "20\n")
      var changes = Spec.Linux.Resources()
      changes.pids = .init(limit: -1)
      let again = try ContainerCgroup(restoring: cgroup.record, layout: layout)
      try again.apply(resources.updated(by: changes), devices: .unchanged)
      #expect(try directory.read("pids.max") == "max\n")
    }
    end(pid)
    try cgroup.delete()
    try result.get()
  }

  @Test func aUnitThatCannotStartIsAnErrorAndLeavesNothing() throws {
    // systemd puts no process into a scope that is not there.
    var cgroup = try scope("none-\(getpid())")
    #expect(throws: CgroupError.self) { try cgroup.create(for: nil, containing: Int32.max) }
    #expect(!cgroup.exists)
  }
}
