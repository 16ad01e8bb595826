import Foundation
import Testing

extension RuntimeTests {
  /// `list`, `ps`, `events` and `features`: what other programs read.
  @Suite struct Listing {
    @Test func listAsJSON() throws {
      try withBundle { bundle throws in
        let running = try bundle.start()
        let created = try bundle.create()
        let list = try bundle.fixture.execute(["list", "--format", "json"]).json
        #expect(Set(list.elements.compactMap { $0["id"].string }) == [running.id, created.id])
        let entry = try #require(list.elements.first { $0["id"].string == running.id })
        let state = try running.state()
        for key in ["ociVersion", "pid", "status", "bundle", "rootfs", "created"] {
          #expect(entry[key] == state[key], "\(key)")
          #expect(entry[key] != .null, "\(key)")
        }
        #expect(entry["owner"].string == "root")
      }
    }

    @Test func listAsTable() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let lines = try bundle.fixture.execute(["list"]).lines
        #expect(lines.count == 2)
        let columns = lines.map { $0.split(separator: " ").map(String.init) }
        #expect(columns[0] == ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        #expect(columns[1][0] == container.id)
        #expect(try columns[1][1] == "\(container.pid())")
        #expect(columns[1][2] == "running")
        #expect(columns[1][3] == bundle.folder)
      }
    }

    @Test func listQuietly() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        #expect(try bundle.fixture.execute(["list", "--quiet"]).stdout == container.id + "\n")
      }
    }

    @Test func emptyLists() throws {
      try withBundle { bundle throws in
        let table = try bundle.fixture.execute(["list"])
        #expect(table.status == 0)
        #expect(table.text.hasPrefix("ID"))
        #expect(try bundle.fixture.execute(["list", "-f", "json"]).text == "null")
        #expect(try bundle.fixture.execute(["list", "-q"]).stdout == "")
      }
    }

    @Test func unknownFormatIsAnError() throws {
      try withBundle { bundle throws in
        _ = try bundle.start()
        #expect(try bundle.fixture.execute(["list", "--format", "yaml"]).status == 1)
      }
    }

    @Test(.enabled(if: Cgroups.hierarchies.count > 0, "no cgroup is mounted"))
    func processesAsJSON() throws {
      try withBundle { bundle throws in
        bundle.shell("sleep 1000 & sleep 1000 & wait")
        let container = try bundle.start()
        var pids: [JSONValue] = []
        #expect(
          try eventually(5) {
            pids = try container.must("ps", ["--format", "json"]).json.elements
            return pids.count == 3
          })
        #expect(pids.contains(JSONValue(Int(try container.pid()))))
      }
    }

    @Test(.enabled(if: access("/bin/ps", X_OK) == 0, "ps is missing (Debian: procps)"))
    func processesAsTable() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let lines = try container.must("ps").lines
        #expect(lines.count == 2)
        #expect(lines[0].split(separator: " ").prefix(2) == ["UID", "PID"])
        #expect(lines[1].contains("sleep 1000"))
        let chosen = try container.must("ps", [], ["-o", "pid,args"]).lines
        #expect(
          try chosen[1].split(separator: " ") == ["\(container.pid())", "sleep", "1000"])
      }
    }

    @Test func statistics() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let event = try container.must("events", ["--stats"]).json
        #expect(event["type"].string == "stats")
        #expect(event["id"].string == container.id)
        let data = event["data"]
        #expect(
          Set(data.members.keys).isSuperset(of: ["cpu", "memory", "pids", "blkio", "hugetlb"]))
        if Cgroups.has("cpuacct") {
          #expect((data["cpu", "usage", "total"].integer ?? 0) > 0)
        }
        if Cgroups.has("pids") {
          // A thread of the runtime may be on its way out.
          #expect(
            try eventually(5) {
              try container.must("events", ["--stats"]).json["data", "pids", "current"].integer
                == 1
            })
        }
        if Cgroups.has("memory") {
          #expect((data["memory", "usage", "usage"].integer ?? 0) > 0)
          #expect(data["memory", "raw"].members.count > 5)
        }
      }
    }

    @Test func statisticsAgainAndAgain() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let child = try bundle.fixture.spawn(
          Command(
            bundle.fixture.runtime.arguments(["events", "--interval", "100ms", container.id])))
        #expect(
          eventually(5) { child.standardOutput.split(separator: "\n").count >= 3 })
        try container.must("delete", ["--force"])
        #expect(eventually(5) { child.isOver })
      }
    }

    @Test(
      .enabled(
        if: Cgroups.has("memory") && !Cgroups.isUnified,
        "needs the memory controller of cgroup v1"))
    func outOfMemoryEvent() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "memory"] = ["limit": 16_000_000, "swap": 16_000_000]
        bundle.shell("while [ ! -e /go ]; do sleep 0.02; done; probe allocate 64; sleep 1000")
        let container = try bundle.start()
        let child = try bundle.fixture.spawn(
          Command(bundle.fixture.runtime.arguments(["events", container.id])))
        usleep(300_000)
        _ = try bundle.fixture.newFile("bundle/rootfs/go")
        #expect(eventually(10) { child.standardOutput.contains("\"type\":\"oom\"") })
      }
    }

    @Test(.enabled(if: Runtime.features != .null, "the runtime has no `features`"))
    func features() throws {
      let features = Runtime.features
      #expect(features["ociVersionMin"].string?.hasPrefix("1.") == true)
      #expect(features["ociVersionMax"].string?.hasPrefix("1.") == true)
      #expect(
        Set(features["hooks"].strings) == [
          "prestart", "createRuntime", "createContainer", "startContainer", "poststart",
          "poststop",
        ])
      #expect(Set(features["mountOptions"].strings).isSuperset(of: ["bind", "rro", "rshared"]))
      #expect(
        Set(features["linux", "namespaces"].strings).isSuperset(of: [
          "cgroup", "ipc", "mount", "network", "pid", "user", "uts",
        ]))
      #expect(features["linux", "capabilities"].strings.contains("CAP_SYS_ADMIN"))
      #expect(features["linux", "cgroup", "v1"] == true)
      #expect(features["linux", "cgroup", "v2"] == true)
      #expect(features["linux", "seccomp", "enabled"] == true)
      #expect(features["linux", "seccomp", "actions"].strings.contains("SCMP_ACT_ERRNO"))
      #expect(features["linux", "seccomp", "operators"].strings.count == 7)
      #expect(features["linux", "seccomp", "archs"].strings.contains("SCMP_ARCH_X86_64"))
    }

    @Test func version() throws {
      try withBundle { bundle throws in
        let output = try bundle.fixture.execute(["--version"])
        #expect(output.status == 0)
        #expect(output.lines.contains { $0.hasPrefix("spec: 1.") })
      }
    }
  }
}
