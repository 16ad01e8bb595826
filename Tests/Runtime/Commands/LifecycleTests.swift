import Foundation
import Testing

extension RuntimeTests {
  /// `create`, `start`, `state`, `kill`, `delete` and the order that they must come in.
  @Suite struct Lifecycle {
    @Test func passesThroughCreatedRunningAndStopped() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        let container = try bundle.create()
        #expect(try container.status() == "created")
        try container.start()
        #expect(try container.status() == "running")
        try container.must("kill", [], ["KILL"])
        #expect(try container.waitUntilStopped())
        try container.must("delete")
        #expect(try container.status() == nil)
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test func stateIsComplete() throws {
      try withBundle { bundle throws in
        bundle.config["annotations"] = ["org.example.key": "value, with = signs"]
        let container = try bundle.start()
        let state = try container.state()
        #expect(state["ociVersion"].string?.hasPrefix("1.") == true)
        #expect(state["id"].string == container.id)
        #expect(state["status"].string == "running")
        #expect(state["bundle"].string == bundle.folder)
        #expect(state["rootfs"].string == bundle.rootfs)
        #expect(state["annotations"] == ["org.example.key": "value, with = signs"])
        #expect(state["owner"].string != nil)
        let created = try #require(state["created"].string)
        #expect(
          created.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/) != nil)
        let pid = try #require(state["pid"].integer)
        #expect(
          try String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
            == "sleep\0" + "1000\0")
      }
    }

    @Test func stoppedStateHasNoProcess() throws {
      try withBundle { bundle throws in
        let container = try bundle.create()
        try container.start()
        #expect(try container.waitUntilStopped())
        #expect(try container.state()["pid"].integer == 0)
      }
    }

    @Test func createDoesNotRunTheProcess() throws {
      try withBundle { bundle throws in
        bundle.shell("echo ran >/ran")
        let container = try bundle.create()
        usleep(100_000)
        #expect(!FileManager.default.fileExists(atPath: bundle.rootfs + "/ran"))
        try container.start()
        #expect(eventually(5) { FileManager.default.fileExists(atPath: bundle.rootfs + "/ran") })
      }
    }

    @Test func startsOnlyOnce() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let second = try container.call("start")
        #expect(second.status == 1)
        #expect(second.stderr.contains("cannot start"))
        #expect(try container.status() == "running")
      }
    }

    @Test func doesNotStartWhatHasStopped() throws {
      try withBundle { bundle throws in
        let container = try bundle.create()
        try container.start()
        #expect(try container.waitUntilStopped())
        #expect(try container.call("start").status == 1)
      }
    }

    @Test func deletesTheRunningOnlyByForce() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let refused = try container.call("delete")
        #expect(refused.status == 1)
        #expect(refused.stderr.contains("is not stopped"))
        #expect(try container.status() == "running")
        try container.must("delete", ["--force"])
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test func deletesTheCreatedByForce() throws {
      try withBundle { bundle throws in
        let container = try bundle.create()
        try container.must("delete", ["--force"])
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test(arguments: [
      ["state"], ["start"], ["kill"], ["delete"], ["pause"], ["resume"], ["ps"],
      ["events", "--stats"], ["update", "--memory", "10000000"],
    ])
    func unknownContainerIsAnError(_ command: [String]) throws {
      try withBundle { bundle throws in
        let output = try bundle.fixture.execute(command + ["no-such-container"])
        #expect(output.status == 1)
        #expect(output.stderr.contains("does not exist"))
      }
    }

    @Test func execInTheUnknownIsAnError() throws {
      try withBundle { bundle throws in
        let output = try bundle.fixture.execute(["exec", "no-such-container", "true"])
        #expect(output.status == 255)
        #expect(output.stderr.contains("does not exist"))
      }
    }

    @Test func deletingTheUnknownByForceSucceeds() throws {
      try withBundle { bundle throws in
        let output = try bundle.fixture.execute(["delete", "--force", "no-such-container"])
        #expect(output.status == 0)
      }
    }

    @Test(arguments: [
      ("TERM", SIGTERM), ("SIGHUP", SIGHUP), ("9", SIGKILL), ("usr1", SIGUSR1), (nil, SIGTERM),
    ])
    func killSends(_ name: String?, _ signal: Int32) throws {
      try withBundle { bundle throws in
        // Process 1 gets only signals that it handles; the shell handles them with `trap`.
        bundle.shell(
          "trap 'echo got >/got; exit' \(signal == SIGKILL ? 0 : signal); touch /ready; while :; do sleep 0.01; done"
        )
        let container = try bundle.start()
        #expect(eventually(5) { FileManager.default.fileExists(atPath: bundle.rootfs + "/ready") })
        try container.must("kill", [], name.map { [$0] } ?? [])
        #expect(try container.waitUntilStopped())
        let got = FileManager.default.fileExists(atPath: bundle.rootfs + "/got")
        #expect(got == (signal != SIGKILL))
      }
    }

    @Test(arguments: ["NOSUCH", "0x", "999", "-"])
    func killRefusesBadSignals(_ name: String) throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        #expect(try container.call("kill", [], ["--", name]).status != 0)
        #expect(try container.status() == "running")
      }
    }

    @Test func killingTheStoppedIsAnError() throws {
      try withBundle { bundle throws in
        let container = try bundle.create()
        try container.start()
        #expect(try container.waitUntilStopped())
        let output = try container.call("kill", [], ["KILL"])
        #expect(output.status == 1)
        #expect(output.stderr.contains("not running"))
      }
    }

    @Test func killAllReachesEveryProcess() throws {
      try withBundle { bundle throws in
        bundle.removeNamespace("pid")
        bundle.shell("sleep 1000 & sleep 1000 & wait")
        let container = try bundle.start()
        try container.must("kill", ["--all"], ["KILL"])
        #expect(try container.waitUntilStopped())
        #expect(
          eventually(5) { Remains.processes(of: container.id, in: bundle.fixture).isEmpty })
      }
    }

    @Test func deleteEndsProcessesThatOutliveTheFirst() throws {
      try withBundle { bundle throws in
        // Without a PID namespace the kernel does not end them.
        bundle.removeNamespace("pid")
        bundle.shell("setsid sleep 1000 & exit 0")
        let container = try bundle.create()
        try container.start()
        #expect(try container.waitUntilStopped())
        try container.must("delete", ["--force"])
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test func signalsGoThroughRun() throws {
      try withBundle { bundle throws in
        bundle.shell("trap 'exit 42' TERM; touch /ready; while :; do sleep 0.01; done")
        try bundle.write()
        let id = bundle.fixture.newID()
        let child = try bundle.fixture.spawn(
          Command(bundle.fixture.runtime.arguments(["run", "--bundle", bundle.folder, id])))
        #expect(eventually(5) { FileManager.default.fileExists(atPath: bundle.rootfs + "/ready") })
        child.send(SIGTERM)
        #expect(try child.wait().status == 42)
      }
    }
  }
}
