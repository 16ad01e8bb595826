import Foundation
import Testing

extension RuntimeTests {
  /// A failure at each step of `create`: nothing is left, neither of `create` nor of `run`.
  @Suite struct FailedCreation {
    struct Step: CustomTestStringConvertible, Sendable {
      let name: String
      let change: @Sendable (Bundle) throws -> Void
      var options: [String] = []
      var testDescription: String { name }
      init(
        _ name: String, options: [String] = [],
        _ change: @escaping @Sendable (Bundle) throws -> Void
      ) {
        self.name = name
        self.options = options
        self.change = change
      }
    }

    static let steps = [
      Step("the root is missing") { $0.config["root", "path"] = "missing" },
      Step("the root is a file") {
        _ = try $0.fixture.newFile("bundle/file")
        $0.config["root", "path"] = "file"
      },
      Step("the source of a mount is missing") {
        $0.addMount("/mnt", source: "/no/such/source", options: ["bind"])
      },
      Step("a mount after others fails") {
        $0.addMount("/one", type: "tmpfs", source: "tmpfs")
        $0.addMount("/one/two", type: "nosuchfs", source: "x")
      },
      Step("a namespace cannot be joined") { $0.setNamespace("network", path: "/etc/passwd") },
      Step("a user has no mapping") {
        $0.setNamespace("user")
        $0.config["linux", "uidMappings"] = [["containerID": 0, "hostID": 100_000, "size": 10]]
        $0.config["linux", "gidMappings"] = [["containerID": 0, "hostID": 100_000, "size": 10]]
        $0.config["process", "user", "uid"] = 1000
      },
      Step("a mapping is wrong") {
        $0.setNamespace("user")
        $0.config["linux", "uidMappings"] = [
          ["containerID": 0, "hostID": 100_000, "size": 10],
          ["containerID": 5, "hostID": 200_000, "size": 10],
        ]
        $0.config["linux", "gidMappings"] = [["containerID": 0, "hostID": 100_000, "size": 10]]
      },
      Step("a sysctl is unknown") { $0.config["linux", "sysctl"] = ["net.no.such": "1"] },
      Step("a sysctl is refused") {
        $0.config["linux", "sysctl"] = ["net.ipv4.ip_unprivileged_port_start": "text"]
      },
      Step("the program is missing") { $0.arguments = ["/no/such/program"] },
      Step("the folder of the process cannot be entered") {
        $0.config["process", "cwd"] = "/etc/passwd"
      },
      Step("a limit cannot be set") {
        $0.config["process", "rlimits"] = [
          ["type": "RLIMIT_NOFILE", "soft": .unsigned(1 << 62), "hard": .unsigned(1 << 62)]
        ]
      },
      Step("a seccomp listener is missing") {
        $0.config["linux", "seccomp"] = [
          "defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/no/such/socket",
          "syscalls": [["names": ["getsid"], "action": "SCMP_ACT_NOTIFY"]],
        ]
      },
      Step("a hook before pivot_root fails") {
        $0.config["hooks", "createRuntime"] = [["path": "/bin/false"]]
      },
      Step("a hook inside fails") {
        $0.config["hooks", "createContainer"] = [["path": "/bin/false"]]
      },
      Step("a hook is killed") {
        $0.config["hooks", "prestart"] = [
          ["path": "/bin/sh", "args": ["sh", "-c", "kill -9 $$"]]
        ]
      },
      Step("the console socket is missing", options: ["--console-socket", "/no/such/socket"]) {
        $0.config["process", "terminal"] = true
      },
      Step("the PID file cannot be written", options: ["--pid-file", "/no/such/folder/pid"]) { _ in
      },
      Step("a descriptor is missing", options: ["--preserve-fds", "7"]) { _ in },
    ]

    @Test(arguments: steps)
    func leavesNothing(_ step: Step) throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        try step.change(bundle)
        let before = HostMounts.outsideOfTests
        let (container, output) = try bundle.tryCreate(step.options)
        #expect(output.status == 1)
        #expect(!output.stderr.isEmpty)
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
        #expect(HostMounts.outsideOfTests == before)
        // The id can be used at once.
        bundle.config = Bundle.basicConfig
        #expect(try bundle.run(id: container.id).status == 0)
      }
    }

    @Test func theStateFolderCannotBeMade() throws {
      try withBundle { bundle throws in
        bundle.fixture.runtime.root = try bundle.fixture.newFile("file") + "/state"
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(Cgroups.folders(named: id) == [])
      }
    }

    /// A runtime that is killed at any moment of `create`: a forced deletion takes away the rest.
    @Test(arguments: 0..<4)
    func killedAtAnyMoment(_ round: Int) throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        bundle.config["linux", "resources", "pids"] = ["limit": 100]
        bundle.addMount(
          "/volume", source: try bundle.fixture.newFolder("volume"), options: ["bind"])
        try bundle.write()
        // How long it takes when it is left alone.
        let begin = Date()
        try bundle.create().must("delete", ["--force"])
        let whole = Date().timeIntervalSince(begin)
        let attempts = 10
        for attempt in 0..<attempts {
          let id = bundle.fixture.newID()
          let child = try bundle.fixture.spawn(
            Command(bundle.fixture.runtime.arguments(["create", "--bundle", bundle.folder, id])))
          let part = (Double(attempt) + Double(round) / 4) / Double(attempts)
          usleep(UInt32(whole * part * 1_000_000))
          child.stop()
          let deletion = try bundle.fixture.execute(["delete", "--force", id])
          #expect(deletion.status == 0, "\(deletion)")
          let remains = try Remains.lasting(of: id, in: bundle.fixture)
          if Runtime.runc == nil {
            #expect(remains == [], "killed after \(Int(part * 100)) %")
          } else {
            // runc writes its state late: what it did before that is beyond its reach.
            Cgroups.remove(named: id)
            #expect(remains.filter { $0.hasPrefix("state") || $0.hasPrefix("mount") } == [])
          }
        }
      }
    }

    @Test func killedInRun() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        try bundle.write()
        let id = bundle.fixture.newID()
        let child = try bundle.fixture.spawn(
          Command(bundle.fixture.runtime.arguments(["run", "--bundle", bundle.folder, id])))
        let container = Container(id: id, bundle: bundle)
        #expect(try eventually(5) { try container.status() == "running" })
        child.stop()
        try container.must("delete", ["--force"])
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func theFirstProcessKilledWhileItWaits() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        let container = try bundle.create()
        kill(try container.pid(), SIGKILL)
        #expect(try container.waitUntilStopped())
        #expect(try container.call("start").status == 1)
        try container.must("delete")
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test func aBrokenStateDoesNotHinderTheOthers() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        _ = try bundle.fixture.newFolder("state/broken")
        _ = try bundle.fixture.newFile("state/broken/state.json", "{")
        _ = try bundle.fixture.newFolder("state/empty")
        let list = try bundle.fixture.execute(["list", "--quiet"])
        #expect(list.words.contains(container.id), "\(list)")
        for id in ["broken", "empty"] {
          #expect(try bundle.fixture.execute(["state", id]).status == 1)
        }
      }
    }
  }
}
