import Foundation
import Testing

extension RuntimeTests {
  /// `linux.cgroupsPath` and `linux.resources`, as the files of the cgroups show them. More rows are
  /// in `PauseAndUpdate.limits`.
  @Suite(.enabled(if: Cgroups.hierarchies.count > 0, "no cgroup is mounted"))
  struct CgroupsAndResources {
    @Test func absolutePath() throws {
      try withBundle { bundle throws in
        let name = "cg-" + bundle.fixture.newID()
        bundle.fixture.atEnd { Cgroups.remove(named: name) }
        bundle.config["linux", "cgroupsPath"] = .string("/\(name)/inner")
        let container = try bundle.start()
        let paths = try container.processFile("cgroup").split(separator: "\n")
        #expect(paths.contains { $0.hasSuffix("/\(name)/inner") })
        try container.must("delete", ["--force"])
        #expect(Cgroups.folders(named: "inner").filter { $0.contains(name) } == [])
      }
    }

    @Test func withoutAPathTheIDIsTheName() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let paths = try container.processFile("cgroup").split(separator: "\n")
        #expect(paths.contains { $0.hasSuffix("/\(container.id)") })
      }
    }

    @Test func theHierarchiesStayAsTheyWere() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources"] = ["pids": ["limit": 30]]
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 0)
        #expect(Cgroups.folders(named: id) == [])
        // The caller itself stays where it was.
        let own = try String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
        #expect(!own.contains(id))
      }
    }

    @Test(.enabled(if: Cgroups.has("pids"), "there is no pids controller"))
    func limitOfProcessesHolds() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "pids"] = ["limit": 5]
        bundle.shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; echo all")
        let output = try bundle.run()
        #expect(!output.stdout.contains("all"))
        #expect(output.stderr.contains("fork"))
      }
    }

    @Test(.enabled(if: Cgroups.has("pids"), "there is no pids controller"))
    func unlimitedProcesses() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "pids"] = ["limit": -1]
        let container = try bundle.start()
        #expect(try container.cgroupFile("pids", v1: "pids.max", v2: "pids.max") == "max")
      }
    }

    @Test(.enabled(if: Cgroups.has("memory"), "there is no memory controller"))
    func limitOfMemoryHolds() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "memory"] = ["limit": 20_000_000, "swap": 20_000_000]
        bundle.shell("probe allocate 5 && probe allocate 64; echo status $?")
        let output = try bundle.run()
        #expect(output.stdout.contains("allocated"))
        #expect(output.stdout.contains("status 137") || output.status == 137, "\(output)")
      }
    }

    @Test(
      .enabled(
        if: Cgroups.has("memory") && !Cgroups.isUnified,
        "needs the memory controller of cgroup v1"))
    func moreOfMemory() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "memory"] = [
          "limit": 67_108_864, "reservation": 33_554_432, "swappiness": 0,
          "disableOOMKiller": true,
        ]
        let container = try bundle.start()
        func file(_ name: String) throws -> String {
          try container.cgroupFile("memory", v1: name, v2: "")
        }
        #expect(try file("memory.swappiness") == "0")
        #expect(try file("memory.oom_control").contains("oom_kill_disable 1"))
        #expect(try file("memory.soft_limit_in_bytes") == "33554432")
      }
    }

    @Test(.enabled(if: Cgroups.has("cpu"), "there is no cpu controller"))
    func burstAndIdle() throws {
      let folder = Cgroups.hierarchy(of: "cpu")?.point ?? ""
      let v1 = folder + "/cpu.cfs_burst_us"
      guard !Runtime.isRunc(before: "1.2"), Cgroups.isUnified || access(v1, F_OK) == 0 else {
        try Test.cancel("the runtime or the kernel does not know cpu.burst")
      }
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "cpu"] = [
          "quota": 50_000, "period": 100_000, "burst": 20_000,
        ]
        let container = try bundle.start()
        #expect(
          try container.cgroupFile("cpu", v1: "cpu.cfs_burst_us", v2: "cpu.max.burst") == "20000")
      }
    }

    @Test(.enabled(if: Cgroups.has("blkio") || Cgroups.has("io"), "there is no blkio controller"))
    func throttledDevices() throws {
      let blocks = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []
      let numbers = blocks.sorted().compactMap { name in
        try? String(contentsOfFile: "/sys/block/\(name)/dev", encoding: .utf8)
          .trimmingCharacters(in: .whitespacesAndNewlines)
      }
      guard let number = numbers.first, let colon = number.firstIndex(of: ":"),
        let major = Int(number[..<colon]), let minor = Int(number[colon...].dropFirst())
      else { try Test.cancel("there is no block device") }
      try withBundle { bundle throws in
        func rate(_ value: Int) -> JSONValue {
          [["major": JSONValue(major), "minor": JSONValue(minor), "rate": JSONValue(value)]]
        }
        bundle.config["linux", "resources", "blockIO"] = [
          "throttleReadBpsDevice": rate(1_000_000), "throttleWriteBpsDevice": rate(2_000_000),
          "throttleReadIOPSDevice": rate(300), "throttleWriteIOPSDevice": rate(400),
        ]
        let container = try bundle.start()
        if Cgroups.isUnified {
          let line = try container.cgroupFile("io", v1: "", v2: "io.max")
          #expect(line == "\(number) rbps=1000000 wbps=2000000 riops=300 wiops=400")
        } else {
          for (file, value) in [
            ("read_bps", 1_000_000), ("write_bps", 2_000_000), ("read_iops", 300),
            ("write_iops", 400),
          ] {
            #expect(
              try container.cgroupFile("blkio", v1: "blkio.throttle.\(file)_device", v2: "")
                == "\(number) \(value)")
          }
        }
      }
    }

    @Test(.enabled(if: Cgroups.isUnified, "needs cgroup v2 alone"))
    func unifiedFiles() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "unified"] = [
          "memory.high": "50331648", "pids.max": "44",
        ]
        let container = try bundle.start()
        #expect(try container.cgroupFile("memory", v1: "", v2: "memory.high") == "50331648")
        #expect(try container.cgroupFile("pids", v1: "", v2: "pids.max") == "44")
      }
    }

    @Test(.enabled(if: Cgroups.isUnified, "needs cgroup v2 alone"))
    func badUnifiedFilesAreErrors() throws {
      try withBundle { bundle throws in
        for key in ["no.such.file", "../cgroup.procs", "a/b", "cgroup.procs/"] {
          bundle.config["linux", "resources", "unified"] = .object([key: "1"])
          #expect(try bundle.run().status == 1, "\(key)")
        }
      }
    }

    @Test(.disabled(if: Cgroups.isUnified, "cgroup v1 alone refuses it"))
    func unifiedFilesOnV1AreErrors() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "unified"] = ["memory.high": "50331648"]
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func limitsTheKernelRefusesAreErrors() throws {
      try withBundle { bundle throws in
        for (controller, resources) in [
          ("cpu", ["cpu": ["period": 1, "quota": 1]]),
          ("cpuset", ["cpu": ["cpus": "4000"]]), ("cpuset", ["cpu": ["cpus": "x"]]),
          ("cpuset", ["cpu": ["mems": "4000"]]),
        ] as [(String, JSONValue)] where Cgroups.has(controller) {
          bundle.config["linux", "resources"] = resources
          let id = bundle.fixture.newID()
          let output = try bundle.run(id: id)
          #expect(output.status == 1, "\(resources)")
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    @Test(.enabled(if: Cgroups.has("memory"), "there is no memory controller"))
    func aLimitTooSmallToStartIsAnError() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "memory"] = ["limit": 4096, "swap": 4096]
        let id = bundle.fixture.newID()
        let output = try bundle.run(id: id, seconds: 20)
        #expect(output.status != 0)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test(
      .disabled(if: Runtime.isRunc(before: "1.2"), "runc 1.1 ignores intelRdt where there is none"),
      .disabled(
        if: FileManager.default.fileExists(atPath: "/sys/fs/resctrl/schemata"),
        "the processor divides its cache"))
    func cacheThatCannotBeDividedIsAnError() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "intelRdt"] = ["closID": "name", "l3CacheSchema": "L3:0=f"]
        #expect(try bundle.run().status == 1)
      }
    }

    @Test(
      .enabled(
        if: Runtime.specification >= "1.3",
        "the runtime knows \(Runtime.specification), memoryPolicy is of 1.3"),
      .enabled(if: access("/proc/self/numa_maps", F_OK) == 0, "the kernel has no NUMA"))
    func memoryPolicy() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "memoryPolicy"] = [
          "mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"],
        ]
        let output = try bundle.output(of: "head -n 1 /proc/self/numa_maps")
        #expect(output.stdout.contains("interleave"))
        bundle.config["linux", "memoryPolicy", "mode"] = "MPOL_NO_SUCH"
        #expect(try bundle.run().status == 1)
      }
    }

    @Test func aCgroupNamespaceHidesTheRest() throws {
      try withBundle { bundle throws in
        bundle.setNamespace("cgroup")
        let output = try bundle.output(of: "cat /proc/self/cgroup")
        #expect(output.lines.contains { $0.hasSuffix(":/") })
        #expect(!output.stdout.contains("ocitest"))
      }
    }

    @Test func processesOfTheContainerCannotLeave() throws {
      try withBundle { bundle throws in
        bundle.addMount(
          "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
          options: ["nosuid", "noexec", "nodev", "relatime", "ro"])
        try bundle.output(
          of:
            "for f in $(find /sys/fs/cgroup -name cgroup.procs); do (echo $$ >$f) 2>/dev/null && exit 1; done; true"
        )
      }
    }
  }
}
