import CLinux
import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import Cgroups

/// Whether the tests may make cgroups here.
private let isRoot = geteuid() == 0

@Suite(.enabled(if: isRoot, "needs root"), .serialized)
struct ContainerCgroupTests {
  let layout: CgroupLayout

  init() throws { layout = try CgroupLayout.detect() }

  /// A process that waits in the cgroup; killed and reaped at the end.
  private func withProcess(
    in cgroup: ContainerCgroup, _ body: (Int32) throws -> Void
  ) throws {
    let process = try WaitingProcess(in: cgroup)
    defer { process.end() }
    try body(process.pid)
  }

  private func withCgroup(
    path: String? = nil, resources: Spec.Linux.Resources? = nil,
    _ body: (inout ContainerCgroup) throws -> Void
  ) throws {
    var cgroup = try ContainerCgroup(
      layout: layout, driver: .cgroupfs, path: path, containerID: "cgroups-test-\(getpid())")
    try cgroup.create(for: resources)
    let result = Result { try body(&cgroup) }
    try cgroup.delete()
    try result.get()
    #expect(!cgroup.exists)
  }

  @Test func makesFindsAndRemoves() throws {
    var paths: [String] = []
    try withCgroup { cgroup in
      paths = Array(cgroup.paths.values)
      for path in paths { #expect(access(path, F_OK) == 0, "\(path) is missing") }
      let again = try ContainerCgroup(restoring: cgroup.record, layout: layout)
      #expect(again.exists)
      #expect(again.paths == cgroup.paths)
      #expect(try again.processes().isEmpty)
    }
    #expect(!paths.isEmpty)
    for path in paths { #expect(access(path, F_OK) != 0, "\(path) is left") }
  }

  @Test func removesTheParentsThatItMade() throws {
    let top = "/cgroups-test-\(getpid())"
    try withCgroup(path: "\(top)/pod/one") { cgroup in
      #expect(!cgroup.createdParents.isEmpty)
      #expect(cgroup.paths.values.allSatisfy { $0.hasSuffix("\(top)/pod/one") })
    }
    for hierarchy in layout.hierarchies {
      #expect(access(hierarchy.mountPoint + top, F_OK) != 0)
    }
  }

  @Test func aProcessEntersByItself() throws {
    try withCgroup { cgroup in
      try withProcess(in: cgroup) { pid in
        #expect(try cgroup.processes() == [pid])
        let own = try ProcessCgroups.of(pid)
        let name = "cgroups-test-\(getpid())"
        for path in own.legacy.values { #expect(path.hasSuffix(name), "\(path)") }
        if let unified = own.unified, layout.unified != nil {
          #expect(unified.hasSuffix(name))
        }
      }
    }
  }

  @Test func freezesAndThaws() throws {
    try withCgroup { cgroup in
      try withProcess(in: cgroup) { pid in
        #expect(try !cgroup.isFrozen)
        try cgroup.freeze()
        #expect(try cgroup.isFrozen)
        try cgroup.thaw()
        #expect(try !cgroup.isFrozen)
      }
    }
  }

  @Test(arguments: [false, true])
  func killsAll(frozen: Bool) throws {
    try withCgroup { cgroup in
      let process = try WaitingProcess(in: cgroup)
      if frozen { try cgroup.freeze() }
      try cgroup.kill(SIGKILL)
      if frozen { try cgroup.thaw() }
      var status: CInt = 0
      #expect(waitpid(process.pid, &status, 0) == process.pid)
      #expect(status & 0x7f == SIGKILL)
    }
  }
}

/// A child that entered a cgroup as a container's first process does, and waits for its end.
struct WaitingProcess {
  let pid: Int32

  init(in cgroup: ContainerCgroup) throws {
    let entrance = try cgroup.entrance()
    var ready: [CInt] = [0, 0]
    try systemCall("pipe2") { pipe2(&ready, O_CLOEXEC) }
    var arguments = clone_args()
    arguments.exit_signal = UInt64(SIGCHLD)
    if let directory = entrance.cloneDescriptor {
      arguments.flags = UInt64(CLONE_INTO_CGROUP)
      arguments.cgroup = UInt64(directory.rawValue)
    }
    pid = try systemCall("clone3") { clinux_clone3(&arguments) }
    if pid == 0 {
      do throws(SystemError) {
        try entrance.enter(wasCloned: entrance.cloneDescriptor != nil)
      } catch { _exit(Int32(error.errno.rawValue)) }
      var byte: UInt8 = 1
      write(ready[1], &byte, 1)
      while true { pause() }
    }
    close(ready[1])
    var byte: UInt8 = 0
    let count = read(ready[0], &byte, 1)
    close(ready[0])
    if count != 1 {
      var status: CInt = 0
      waitpid(pid, &status, 0)
      throw SystemError("enter", "cgroup", Errno(rawValue: (status >> 8) & 0xff))
    }
  }

  func end() {
    kill(pid, SIGKILL)
    var status: CInt = 0
    waitpid(pid, &status, 0)
  }
}
