import Testing

@testable import Cgroups

@Suite struct CgroupLayoutTests {
  static let unified = """
    22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
    30 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate

    """
  static let hybrid = """
    31 23 0:28 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
    32 31 0:29 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw
    33 31 0:30 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd
    34 31 0:33 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:15 - cgroup cgroup rw,cpu,cpuacct
    35 31 0:34 / /sys/fs/cgroup/devices rw,nosuid shared:16 - cgroup cgroup rw,devices
    36 31 0:35 / /sys/fs/cgroup/net_cls,net_prio rw shared:17 - cgroup cgroup rw,net_cls,net_prio
    37 31 0:36 / /sys/fs/cgroup/elogind rw shared:18 - cgroup cgroup rw,name=elogind

    """
  static let nested = """
    50 40 0:30 /docker/0123 /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory
    51 40 0:31 /docker/0123 /sys/fs/cgroup/pids ro,nosuid - cgroup cgroup rw,pids

    """

  @Test func knowsVersion2() throws {
    let layout = try CgroupLayout(mountTable: Self.unified)
    #expect(layout.mode == .unified)
    #expect(layout == CgroupLayout(unifiedAt: "/sys/fs/cgroup"))
  }

  @Test func knowsHybridAndControllersThatAreMountedTogether() throws {
    let layout = try CgroupLayout(mountTable: Self.hybrid)
    #expect(layout.mode == .hybrid)
    #expect(
      layout.hierarchies.map(\.controllers) == [
        ["devices"], ["cpu", "cpuacct"], ["net_cls", "net_prio"], ["name=systemd"], [],
      ])
    #expect(layout.unified?.mountPoint == "/sys/fs/cgroup/unified")
    #expect(try layout.availableControllers().contains("cpuacct"))
    #expect(try !layout.availableControllers().contains("name=systemd"))
  }

  @Test func knowsVersion1InsideAContainer() throws {
    let layout = try CgroupLayout(mountTable: Self.nested)
    #expect(layout.mode == .legacy)
    let memory = try #require(layout.hierarchies.first)
    #expect(memory.root == "/docker/0123")
    // /proc/self/cgroup tells the host's path; only its end is mounted.
    let own = try memory.directory(ofProcessPath: "/docker/0123/inner")
    #expect(own.path == "/sys/fs/cgroup/memory/inner")
    #expect(
      try memory.directory(ofProcessPath: "/elsewhere").path == "/sys/fs/cgroup/memory")
    #expect(
      try memory.directory(ofProcessPath: "/../..").path == "/sys/fs/cgroup/memory")
  }

  @Test func systemdAloneOnVersion1IsStillVersion2() throws {
    let table =
      Self.unified
      + "33 31 0:30 / /run/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    #expect(try CgroupLayout(mountTable: table).mode == .unified)
  }

  @Test func noCgroupsIsAnError() {
    #expect(throws: CgroupError.notMounted) {
      try CgroupLayout(mountTable: "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n")
    }
  }

  @Test func readsEscapedPathsAndTakesTheUppermostMount() throws {
    let table = """
      40 1 0:30 / /mnt/a\\040b rw - cgroup cgroup rw,pids
      41 1 0:31 / /mnt/c rw - cgroup cgroup rw,memory
      42 41 0:32 / /mnt/c rw - cgroup cgroup rw,cpu

      """
    let hierarchies = CgroupHierarchy.parse(mountTable: table)
    #expect(hierarchies.map(\.mountPoint) == ["/mnt/a b", "/mnt/c"])
    #expect(hierarchies.map(\.controllers) == [["pids"], ["cpu"]])
  }

  @Test(arguments: ["", "\n", "x", "1 2 3", "a b c d e f - cgroup", "1 2 3 4 5 6 - cgroup cgroup"])
  func passesOverOtherLines(line: String) {
    #expect(CgroupHierarchy.parse(mountTable: line).isEmpty)
  }

  @Test func readsAProcessesCgroups() throws {
    let cgroups = try ProcessCgroups(
      parsing: """
        12:cpu,cpuacct:/a
        4:memory:/process/379932fc
        1:name=systemd:/user.slice/x:y
        0::/user.slice/session-1.scope

        """)
    #expect(cgroups.unified == "/user.slice/session-1.scope")
    #expect(cgroups.legacy["cpuacct"] == "/a")
    #expect(cgroups.legacy["cpu"] == "/a")
    #expect(cgroups.legacy["name=systemd"] == "/user.slice/x:y")
    #expect(throws: CgroupError.self) { try ProcessCgroups(parsing: "nonsense") }
  }

  @Test func aPathCannotLeaveTheMountPoint() throws {
    for path in ["../../../etc", "/../../../etc", "/a/../../../../etc"] {
      let cgroup = try ContainerCgroup(
        layout: CgroupLayout(mountTable: Self.hybrid), driver: .cgroupfs,
        path: path.hasPrefix("/") ? path : "/" + path, containerID: "x")
      for directory in cgroup.paths.values { #expect(directory.hasPrefix("/sys/fs/cgroup/")) }
      #expect(cgroup.paths["devices"] == "/sys/fs/cgroup/devices/etc")
    }
    for path in ["/", "/..", "a\0b"] {
      #expect(throws: CgroupError.self) {
        try ContainerCgroup(
          layout: CgroupLayout(mountTable: Self.hybrid), driver: .cgroupfs, path: path,
          containerID: "x")
      }
    }
  }

  @Test func aRecordLeadsOnlyBelowTheMounts() throws {
    let layout = try CgroupLayout(mountTable: Self.hybrid)
    let good = ContainerCgroup.Record(paths: ["devices": "/sys/fs/cgroup/devices/a"])
    #expect(try ContainerCgroup(restoring: good, layout: layout).paths == good.paths)
    for path in ["/etc", "/sys/fs/cgroup/devices", "/sys/fs/cgroup/devices/../../x", "a"] {
      let bad = ContainerCgroup.Record(paths: ["devices": path])
      #expect(throws: CgroupError.invalidPath(path)) {
        try ContainerCgroup(restoring: bad, layout: layout)
      }
    }
  }
}
