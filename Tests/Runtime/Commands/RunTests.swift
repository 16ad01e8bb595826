import Foundation
import Testing

extension RuntimeTests {
  /// `run` in the foreground and detached, and the options that it shares with `create`.
  @Suite struct Run {
    @Test(arguments: [
      ("true", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$; exit 3", 3),
      ("sh -c 'kill -KILL $$'; exit $?", 137),
    ])
    func passesTheExitStatus(_ script: String, _ status: Int32) throws {
      try withBundle { bundle throws in
        bundle.shell(script)
        #expect(try bundle.run().status == status)
      }
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV])
    func endsAs128PlusTheSignal(_ signal: Int32) throws {
      try withBundle { bundle throws in
        // Without a PID namespace the process is not spared its own signals.
        bundle.removeNamespace("pid")
        bundle.shell("kill -\(signal) $$")
        #expect(try bundle.run().status == 128 + signal)
      }
    }

    @Test func leavesNothing() throws {
      try withBundle { bundle throws in
        let id = bundle.fixture.newID()
        let before = HostMounts.outsideOfTests
        #expect(try bundle.run(id: id).status == 0)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        #expect(HostMounts.outsideOfTests == before)
      }
    }

    @Test func keepsTheStoppedContainerIfAsked() throws {
      try withBundle { bundle throws in
        let id = bundle.fixture.newID()
        #expect(try bundle.run(["--keep"], id: id).status == 0)
        let container = Container(id: id, bundle: bundle)
        #expect(try container.status() == "stopped")
        try container.must("delete")
      }
    }

    @Test func passesTheStandardStreams() throws {
      try withBundle { bundle throws in
        bundle.shell("read line; echo \"out $line\"; echo 'err' >&2")
        let output = try bundle.run(input: "hello\n")
        #expect(output.stdout == "out hello\n")
        #expect(output.stderr == "err\n")
      }
    }

    @Test func passesMuchOutput() throws {
      try withBundle { bundle throws in
        bundle.shell("yes 0123456789abcde | head -n 500000")
        #expect(try bundle.run().stdout.utf8.count == 8_000_000)
      }
    }

    @Test func detaches() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        let id = bundle.fixture.newID()
        #expect(try bundle.run(["--detach"], id: id).status == 0)
        #expect(try Container(id: id, bundle: bundle).status() == "running")
      }
    }

    @Test(arguments: [["create"], ["run", "--detach"]])
    func writesThePIDFile(_ command: [String]) throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        try bundle.write()
        let file = bundle.fixture.folder + "/pid"
        let id = bundle.fixture.newID()
        let output = try bundle.fixture.execute(
          command + ["--pid-file", file, "--bundle", bundle.folder, id])
        #expect(output.status == 0, "\(output)")
        let pid = try String(contentsOfFile: file, encoding: .utf8)
        #expect(try pid == "\(Container(id: id, bundle: bundle).pid())")
      }
    }

    @Test func takesRelativePaths() throws {
      try withBundle { bundle throws in
        bundle.arguments = ["sleep", "1000"]
        try bundle.write()
        let id = bundle.fixture.newID()
        let output = try bundle.fixture.execute(
          ["run", "-d", "--pid-file", "../pid", id], directory: bundle.folder)
        #expect(output.status == 0, "\(output)")
        #expect(FileManager.default.fileExists(atPath: bundle.fixture.folder + "/pid"))
        #expect(try Container(id: id, bundle: bundle).state()["bundle"].string == bundle.folder)
      }
    }

    @Test func missingBundleIsAnError() throws {
      try withBundle { bundle throws in
        let output = try bundle.fixture.execute(
          ["run", "--bundle", bundle.folder + "/none", bundle.fixture.newID()])
        #expect(output.status == 1)
        #expect(output.stderr.contains("no such file or directory"))
      }
    }

    @Test func unknownOptionsAndCommandsAreErrors() throws {
      try withBundle { bundle throws in
        #expect(try bundle.run(["--no-such-option"]).status == 1)
        #expect(try bundle.fixture.execute(["run", "a", "b"]).status == 1)
        #expect(
          try bundle.fixture.execute(["no-such-command"]).status
            == 3)
      }
    }

    @Test func logsErrorsAsJSON() throws {
      try withBundle { bundle throws in
        let log = bundle.fixture.folder + "/log"
        bundle.fixture.runtime.options = ["--log", log, "--log-format", "json"]
        bundle.arguments = ["no-such-program"]
        let output = try bundle.run()
        #expect(output.status == 1)
        #expect(output.stderr.contains("no-such-program"))
        let text = try String(contentsOfFile: log, encoding: .utf8)
        let entries = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let entry = try #require(entries.last { $0["level"].string == "error" })
        #expect(entry["msg"].string?.contains("no-such-program") == true)
        #expect(entry["time"].string?.contains("T") == true)
      }
    }

    @Test func logsErrorsAsText() throws {
      try withBundle { bundle throws in
        let log = bundle.fixture.folder + "/log"
        bundle.fixture.runtime.options = ["--log", log]
        bundle.arguments = ["no-such-program"]
        #expect(try bundle.run().status == 1)
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text.contains("level=error msg="))
        #expect(text.contains("no-such-program"))
      }
    }

    @Test func badGlobalOptionsAreErrors() throws {
      try withBundle { bundle throws in
        bundle.fixture.runtime.options = ["--log-format", "xml"]
        #expect(try bundle.run().status == 1)
        bundle.fixture.runtime.options = ["--log", "/no/such/folder/log"]
        #expect(try bundle.run().status == 1)
        bundle.fixture.runtime.options = ["--rootless", "perhaps"]
        #expect(try bundle.run().status == 1)
      }
    }

    @Test(
      .disabled(
        if: FileManager.default.fileExists(atPath: "/run/systemd/system"), "systemd is there"))
    func systemdCgroupsNeedSystemd() throws {
      try withBundle { bundle throws in
        bundle.fixture.runtime.options = ["--systemd-cgroup"]
        bundle.config["linux", "cgroupsPath"] = "system.slice:test:name"
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func withoutPivotRoot() throws {
      try withBundle { bundle throws in
        bundle.shell("ls /; test ! -e /proc/1/root/../..\(bundle.folder)")
        let output = try bundle.run(["--no-pivot"])
        #expect(output.status == 0, "\(output)")
        #expect(output.words.contains("bin"))
      }
    }

    @Test func ownKeyringUnlessAskedNotTo() throws {
      try withBundle { bundle throws in
        // 250 is keyctl, 0 and -3 ask for the number of the session's keyring.
        bundle.arguments = ["probe", "call", "250", "0", "-3", "0"]
        let first = try bundle.run().words
        let second = try bundle.run().words
        #expect(first.last == "0" && second.last == "0")
        #expect(first != second)
        #expect(try bundle.run(["--no-new-keyring"]).status == 0)
      }
    }

    @Test func specMakesABundleThatRuns() throws {
      try withBundle { bundle throws in
        let output = try bundle.fixture.execute(["spec", "--bundle", bundle.folder])
        #expect(output.status == 0, "\(output)")
        let text = try String(contentsOfFile: bundle.folder + "/config.json", encoding: .utf8)
        bundle.config = try JSONValue(parsing: text)
        #expect(bundle.config["process", "terminal"] == true)
        #expect(bundle.config["process", "args"] == ["sh"])
        bundle.config["process", "terminal"] = false
        bundle.arguments = ["echo", "hello"]
        #expect(try bundle.run().text == "hello")
      }
    }

    @Test func specDoesNotOverwrite() throws {
      try withBundle { bundle throws in
        try bundle.write()
        let output = try bundle.fixture.execute(["spec"], directory: bundle.folder)
        #expect(output.status == 1)
        let text = try String(contentsOfFile: bundle.folder + "/config.json", encoding: .utf8)
        #expect(try bundle.config.text == text)
      }
    }
  }
}
