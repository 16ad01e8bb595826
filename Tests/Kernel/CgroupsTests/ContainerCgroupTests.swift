import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import Cgroups

/// Each test works on the host's cgroups as they are, and on version 2 alone where it is mounted.
enum TestedLayout: CaseIterable, Sendable, CustomTestStringConvertible {
  case host
  case unified

  var testDescription: String { self == .host ? "the host's cgroups" : "version 2" }

  /// Nil where the host has none.
  var layout: CgroupLayout? {
    guard let host = try? CgroupLayout.detect() else { return nil }
    if self == .host { return host }
    // On a hybrid host, version 2 by itself has few controllers or none.
    guard host.mode == .hybrid, let unified = host.unified else { return nil }
    return CgroupLayout(unifiedAt: unified.mountPoint)
  }

  static let present = allCases.filter { $0.layout != nil }
}

let isRoot = geteuid() == 0

@Suite(
  .enabled(if: isRoot, "making cgroups needs root"),
  .enabled(if: !TestedLayout.present.isEmpty, "this host has no cgroups"), .serialized)
struct ContainerCgroupTests {
  private let name = "cgroups-test-\(getpid())"

  private func withCgroup(
    _ tested: TestedLayout, path: String? = nil, resources: Spec.Linux.Resources? = nil,
    _ body: (inout ContainerCgroup) throws -> Void
  ) throws {
    var cgroup = try ContainerCgroup(
      layout: try #require(tested.layout), driver: .cgroupfs, path: path, containerID: name)
    try cgroup.create(for: resources)
    let result = Result { try body(&cgroup) }
    try cgroup.delete()
    try result.get()
    #expect(!cgroup.exists)
  }

  private func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  // MARK: Making and removing

  @Test(arguments: TestedLayout.present)
  func makesFindsAndRemoves(tested: TestedLayout) throws {
    var paths: [String] = []
    try withCgroup(tested) { cgroup in
      paths = Array(cgroup.paths.values)
      for path in paths { #expect(isThere(path), "\(path) is missing") }
      let layout = try #require(tested.layout)
      let again = try ContainerCgroup(restoring: cgroup.record, layout: layout)
      #expect(again.exists)
      #expect(again.paths == cgroup.paths)
      #expect(try again.processes().isEmpty)
    }
    #expect(!paths.isEmpty)
    for path in paths { #expect(!isThere(path), "\(path) is left") }
  }

  @Test(arguments: TestedLayout.present)
  func removesTheParentsThatItMade(tested: TestedLayout) throws {
    let layout = try #require(tested.layout)
    try withCgroup(tested, path: "/\(name)/pod/one") { cgroup in
      #expect(cgroup.paths.values.allSatisfy { $0.hasSuffix("/\(name)/pod/one") })
      // Another one comes into the same pod, and stays a little longer.
      var second = try ContainerCgroup(
        layout: layout, driver: .cgroupfs, path: "/\(name)/pod/two", containerID: "x")
      try second.create(for: nil)
      #expect(second.createdParents.isEmpty)
      try second.delete()
      for hierarchy in layout.hierarchies {
        #expect(isThere("\(hierarchy.mountPoint)/\(name)/pod/one"))
      }
    }
    for hierarchy in layout.hierarchies { #expect(!isThere("\(hierarchy.mountPoint)/\(name)")) }
  }

  @Test(arguments: TestedLayout.present)
  func refusesAnothersCgroupAndLeavesIt(tested: TestedLayout) throws {
    try withCgroup(tested, path: "/\(name)") { cgroup in
      let process = try WaitingProcess(in: cgroup)
      defer { process.end() }
      var second = try ContainerCgroup(
        layout: try #require(tested.layout), driver: .cgroupfs, path: "/\(name)",
        containerID: "x")
      do {
        try second.create(for: nil)
        Issue.record("an occupied cgroup was taken")
      } catch CgroupError.occupied(_, let count) {
        #expect(count == 1)
      }
      #expect(cgroup.exists)
      #expect(try cgroup.processes() == [process.pid])
    }
  }

  @Test(arguments: TestedLayout.present)
  func removesWhatTheContainerMadeBelow(tested: TestedLayout) throws {
    try withCgroup(tested) { cgroup in
      for path in cgroup.paths.values {
        #expect(mkdir(path + "/inner", 0o755) == 0)
        #expect(mkdir(path + "/inner/most", 0o755) == 0)
      }
    }
  }

  // MARK: Processes

  @Test(arguments: TestedLayout.present)
  func aProcessEntersByItself(tested: TestedLayout) throws {
    try withCgroup(tested) { cgroup in
      let process = try WaitingProcess(in: cgroup)
      defer { process.end() }
      #expect(try cgroup.processes() == [process.pid])
      let own = try ProcessCgroups.of(process.pid)
      for path in cgroup.mode == .unified ? [] : Array(own.legacy.values) {
        #expect(path.hasSuffix(name), "\(path)")
      }
      if cgroup.unified != nil { #expect(own.unified?.hasSuffix(name) == true) }
    }
  }

  @Test(arguments: TestedLayout.present)
  func aRunningProcessIsMoved(tested: TestedLayout) throws {
    try withCgroup(tested) { cgroup in
      let pid = fork()
      if pid == 0 {
        alarm(20)
        while true { pause() }
      }
      defer {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
      }
      try cgroup.add(pid)
      #expect(try cgroup.processes() == [pid])
    }
  }

  @Test(arguments: TestedLayout.present)
  func aProcessEntersBelow(tested: TestedLayout) throws {
    try withCgroup(tested) { cgroup in
      for path in cgroup.paths.values { mkdir(path + "/inner", 0o755) }
      if let cpuset = cgroup.membership("cpuset")?.directory.child("inner") {
        for file in ["cpuset.cpus", "cpuset.mems"] where cgroup.mode != .unified {
          try cpuset.write(String(cpuset.parent.read(file).trimmed), to: file)
        }
      }
      let process = try WaitingProcess(in: cgroup, subgroups: ["": "inner"])
      defer { process.end() }
      #expect(try cgroup.processes() == [process.pid])
      let path = try #require(cgroup.main?.directory.path)
      #expect(
        try ControlDirectory(path: path + "/inner").read("cgroup.procs") == "\(process.pid)\n")
      for bad in ["../x", "inner/../../x", "a\0b"] {
        #expect(throws: CgroupError.invalidPath(bad)) { try cgroup.entrance(subgroups: ["": bad]) }
      }
      #expect(throws: CgroupError.self) { try cgroup.entrance(subgroups: ["nonsense": "inner"]) }
    }
  }

  @Test(arguments: TestedLayout.present)
  func freezesAndThaws(tested: TestedLayout) throws {
    try withCgroup(tested) { cgroup in
      let process = try WaitingProcess(in: cgroup)
      defer { process.end() }
      #expect(try !cgroup.isFrozen)
      try cgroup.freeze()
      #expect(try cgroup.isFrozen)
      try cgroup.thaw()
      #expect(try !cgroup.isFrozen)
    }
  }

  @Test(arguments: TestedLayout.present, [false, true])
  func killsAll(tested: TestedLayout, frozen: Bool) throws {
    try withCgroup(tested) { cgroup in
      for path in cgroup.paths.values { mkdir(path + "/inner", 0o755) }
      let processes = try (0..<3).map { _ in try WaitingProcess(in: cgroup) }
      if frozen { try cgroup.freeze() }
      try cgroup.kill(SIGKILL)
      if frozen { try cgroup.thaw() }
      for process in processes { #expect(process.wait() == SIGKILL) }
    }
  }

  @Test(arguments: TestedLayout.present)
  func signalsAll(tested: TestedLayout) throws {
    try withCgroup(tested) { cgroup in
      let processes = try (0..<2).map { _ in try WaitingProcess(in: cgroup) }
      try cgroup.kill(SIGTERM)
      for process in processes { #expect(process.wait() == SIGTERM) }
      try cgroup.kill(SIGKILL)
    }
  }

  // MARK: Devices

  @Test(arguments: TestedLayout.present)
  func keepsDevicesAway(tested: TestedLayout) throws {
    // /dev/kmsg is none of a container's devices, and every machine has it.
    let kmsg = "/dev/cgroups-test-\(getpid())"
    try #require(mknod(kmsg, S_IFCHR | 0o600, 1 << 8 | 11) == 0)
    defer { unlink(kmsg) }
    try withCgroup(tested) { cgroup in
      func attempt() throws -> UInt8 {
        let process = try WaitingProcess(in: cgroup) {
          if open("/dev/null", O_RDWR) < 0 { return 1 }
          return open(kmsg, O_RDONLY) < 0 ? UInt8(errno) : 0
        }
        process.end()
        return process.answer
      }
      try cgroup.apply(Spec.Linux.Resources())
      #expect(try attempt() == EPERM)
      var resources = Spec.Linux.Resources()
      resources.devices = [
        .init(allow: false, access: "rwm"),
        .init(allow: true, type: .character, major: 1, minor: 11, access: "r"),
      ]
      // By another process, which does not know what the first one set.
      let again = try ContainerCgroup(
        restoring: cgroup.record, layout: try #require(tested.layout))
      try again.apply(resources)
      #expect(try attempt() == 0)
      try again.apply(nil)
      #expect(try attempt() == EPERM)
      try again.apply(nil, devices: .unchanged)
      #expect(try attempt() == EPERM)
      if cgroup.mode == .unified, let directory = try cgroup.unified?.directory.openDirectory() {
        #expect(try DeviceFilter.attached(to: directory.lent).count == 1)
      }
    }
  }
}
