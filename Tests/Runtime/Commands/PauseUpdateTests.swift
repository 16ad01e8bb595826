import Foundation
import Testing

extension RuntimeTests {
  /// `pause`, `resume` and `update`.
  @Suite struct PauseAndUpdate {
    @Test(.enabled(if: Cgroups.has("freezer"), "no cgroup can be frozen here"))
    func pausesAndResumes() throws {
      try withBundle { bundle throws in
        bundle.shell("while :; do date +%s%N >/now; sleep 0.01; done")
        let container = try bundle.start()
        let clock = bundle.rootfs + "/now"
        #expect(eventually(5) { FileManager.default.fileExists(atPath: clock) })
        try container.must("pause")
        #expect(try container.status() == "paused")
        let then = try String(contentsOfFile: clock, encoding: .utf8)
        usleep(150_000)
        #expect(try String(contentsOfFile: clock, encoding: .utf8) == then)
        try container.must("resume")
        #expect(try container.status() == "running")
        #expect(
          try eventually(5) { try String(contentsOfFile: clock, encoding: .utf8) != then })
      }
    }

    @Test(.enabled(if: Cgroups.has("freezer"), "no cgroup can be frozen here"))
    func refusesWhatDoesNotFit() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        #expect(try container.call("resume").status == 1)
        try container.must("pause")
        #expect(try container.call("pause").status == 1)
        let exec = try container.exec([], "true")
        #expect(exec.status == 255)
        #expect(exec.stderr.contains("paused"))
        #expect(try container.call("delete").status == 1)
        try container.must("delete", ["--force"])
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test(.enabled(if: Cgroups.has("freezer"), "no cgroup can be frozen here"))
    func aPausedContainerCanBeKilled() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        try container.must("pause")
        try container.must("kill", [], ["KILL"])
        #expect(try container.waitUntilStopped())
        try container.must("delete")
      }
    }

    /// A limit that `update` sets: its options, and the cgroup's file with what stands there after.
    struct Limit: CustomTestStringConvertible, Sendable {
      let controller: String
      let options: [String]
      let resources: JSONValue
      let v1: (file: String, value: String)
      let v2: (file: String, value: String)
      var testDescription: String { options.joined(separator: " ") }
    }

    static let limits = [
      Limit(
        controller: "memory", options: ["--memory", "67108864"],
        resources: ["memory": ["limit": 67_108_864]],
        v1: ("memory.limit_in_bytes", "67108864"), v2: ("memory.max", "67108864")),
      Limit(
        controller: "memory", options: ["--memory-reservation", "33554432"],
        resources: ["memory": ["reservation": 33_554_432]],
        v1: ("memory.soft_limit_in_bytes", "33554432"), v2: ("memory.low", "33554432")),
      Limit(
        controller: "pids", options: ["--pids-limit", "77"],
        resources: ["pids": ["limit": 77]],
        v1: ("pids.max", "77"), v2: ("pids.max", "77")),
      Limit(
        controller: "cpu", options: ["--cpu-share", "512"],
        resources: ["cpu": ["shares": 512]],
        v1: ("cpu.shares", "512"), v2: ("cpu.weight", "20")),
      Limit(
        controller: "cpu", options: ["--cpu-quota", "50000", "--cpu-period", "200000"],
        resources: ["cpu": ["quota": 50_000, "period": 200_000]],
        v1: ("cpu.cfs_quota_us", "50000"), v2: ("cpu.max", "50000 200000")),
      Limit(
        controller: "cpuset", options: ["--cpuset-cpus", "0"],
        resources: ["cpu": ["cpus": "0"]],
        v1: ("cpuset.cpus", "0"), v2: ("cpuset.cpus", "0")),
      Limit(
        controller: "cpuset", options: ["--cpuset-mems", "0"],
        resources: ["cpu": ["mems": "0"]],
        v1: ("cpuset.mems", "0"), v2: ("cpuset.mems", "0")),
    ]

    @Test(arguments: limits.filter { Cgroups.has($0.controller) })
    func updatesByOptions(_ limit: Limit) throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        try container.must("update", limit.options)
        try expect(limit, in: container)
      }
    }

    @Test(arguments: limits.filter { Cgroups.has($0.controller) }, [true, false])
    func updatesByDocument(_ limit: Limit, fromFile: Bool) throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let text = try limit.resources.text
        let file = fromFile ? try bundle.fixture.newFile("resources.json", text) : "-"
        let output = try bundle.fixture.execute(
          ["update", "--resources", file, container.id], input: text)
        #expect(output.status == 0, "\(output)")
        try expect(limit, in: container)
      }
    }

    /// The same limits in the configuration of a new container.
    @Test(arguments: limits.filter { Cgroups.has($0.controller) })
    func setsAtCreation(_ limit: Limit) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources"] = limit.resources
        try expect(limit, in: try bundle.start())
      }
    }

    private func expect(_ limit: Limit, in container: Container) throws {
      let expected = Cgroups.isUnified ? limit.v2.value : limit.v1.value
      #expect(
        try container.cgroupFile(limit.controller, v1: limit.v1.file, v2: limit.v2.file)
          == expected)
    }

    @Test(.enabled(if: Cgroups.has("memory") && Cgroups.has("pids"), "controllers are missing"))
    func anUpdateLeavesTheRest() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources"] = [
          "memory": ["limit": 67_108_864], "pids": ["limit": 50],
        ]
        let container = try bundle.start()
        try container.must("update", ["--pids-limit", "60"])
        #expect(
          try container.cgroupFile("memory", v1: "memory.limit_in_bytes", v2: "memory.max")
            == "67108864")
      }
    }

    @Test func badDocumentIsAnError() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        for text in ["not json", "{\"memory\": {\"limit\": \"much\"}}", "[]"] {
          let output = try bundle.fixture.execute(
            ["update", "-r", "-", container.id], input: text)
          #expect(output.status == 1, "\(text)")
        }
        #expect(try container.call("update", ["-r", "/no/such/file"]).status == 1)
        #expect(try container.call("update", ["--memory", "much"]).status == 1)
      }
    }
  }
}
