import Foundation
import Testing

extension RuntimeTests {
  /// `process.terminal` and `consoleSize`: the runtime gives the master away, and keeps nothing.
  @Suite struct Terminals {
    /// A probe that waits for a terminal's master on a socket in the test's folder.
    private func console(
      in fixture: Fixture, typing: String? = nil, after: String = ""
    ) throws -> (ChildProcess, String) {
      let socket = fixture.folder + "/console.\(Int.random(in: 0..<1_000_000))"
      let child = try fixture.spawn(
        Command([Probe.program, "console", socket] + (typing.map { [$0, after] } ?? [])))
      guard eventually(5, { child.standardOutput.contains("ready") }) else {
        throw HarnessError("the console is not ready: \(child.standardError)")
      }
      return (child, socket)
    }

    @Test func masterGoesToTheSocket() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        bundle.shell(
          "tty; test -t 0 && test -t 1 && test -t 2 && echo all; ls -l /dev/console; echo err >&2")
        let (child, socket) = try console(in: bundle.fixture)
        let container = try bundle.create(["--console-socket", socket])
        try container.start()
        #expect(eventually(5) { child.standardOutput.contains("err\r\n") })
        let text = child.standardOutput
        #expect(text.contains("console /dev/"))
        #expect(text.contains("all\r\n"))
        #expect(text.contains("/dev/console\r\n"))
        #expect(try container.waitUntilStopped())
        #expect(eventually(5) { child.isOver }, "somebody else holds the terminal")
      }
    }

    @Test func sizeIsSet() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        bundle.config["process", "consoleSize"] = ["width": 123, "height": 45]
        bundle.shell("stty size; sleep 0.1")
        let (child, socket) = try console(in: bundle.fixture)
        let container = try bundle.create(["--console-socket", socket])
        try container.start()
        #expect(eventually(5) { child.standardOutput.contains("45 123\r\n") })
      }
    }

    @Test func inputArrives() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        bundle.shell("read line; echo \"got $line\"; sleep 0.1")
        let (child, socket) = try console(in: bundle.fixture, typing: "typed\n")
        try bundle.create(["--console-socket", socket]).start()
        #expect(eventually(5) { child.standardOutput.contains("got typed\r\n") })
      }
    }

    @Test func itIsTheControllingTerminal() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        bundle.shell(
          "trap 'echo interrupted; exit' INT; echo waiting; while :; do sleep 0.02; done")
        // The third character of the terminal's defaults interrupts.
        let (child, socket) = try console(in: bundle.fixture, typing: "\u{3}", after: "waiting")
        try bundle.create(["--console-socket", socket]).start()
        #expect(eventually(5) { child.standardOutput.contains("interrupted") })
      }
    }

    @Test func ownerIsTheUser() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        bundle.config["process", "user"] = ["uid": 1000, "gid": 1000]
        bundle.shell("stat -c 'owner %u' $(tty); sleep 0.1")
        let (child, socket) = try console(in: bundle.fixture)
        try bundle.create(["--console-socket", socket]).start()
        #expect(
          eventually(5) { child.standardOutput.contains("owner 1000") }, "\(child.standardOutput)")
      }
    }

    @Test func execHasATerminalOfTheContainer() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let (child, socket) = try console(in: bundle.fixture)
        let output = try container.call(
          "exec", ["--tty", "--detach", "--console-socket", socket],
          ["sh", "-c", "tty; ls /dev/pts; sleep 0.1"])
        #expect(output.status == 0, "\(output)")
        #expect(
          eventually(5) { child.standardOutput.contains("/dev/pts/0\r\n") },
          "\(child.standardOutput)")
      }
    }

    @Test func socketAndTerminalBelongTogether() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        let id = bundle.fixture.newID()
        try bundle.write()
        let without = try bundle.fixture.execute(["create", "--bundle", bundle.folder, id])
        #expect(without.status == 1)
        #expect(without.stderr.contains("console"))
        let missing = try bundle.fixture.execute(
          ["create", "--console-socket", "/no/such/socket", "--bundle", bundle.folder, id])
        #expect(missing.status == 1)
        let file = try bundle.fixture.newFile("file")
        let wrong = try bundle.fixture.execute(
          ["create", "--console-socket", file, "--bundle", bundle.folder, id])
        #expect(wrong.status == 1)
        bundle.config["process", "terminal"] = false
        try bundle.write()
        let unneeded = try bundle.fixture.execute(
          ["create", "--console-socket", file, "--bundle", bundle.folder, id])
        #expect(unneeded.status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    /// `run` in the foreground joins the caller's terminal to the container's; `script` gives it one.
    @Test(.enabled(if: access("/usr/bin/script", X_OK) == 0, "script is missing (util-linux)"))
    func runInTheForeground() throws {
      try withBundle { bundle throws in
        bundle.config["process", "terminal"] = true
        bundle.shell("test -t 0 && echo terminal; exit 5")
        try bundle.write()
        let call = bundle.fixture.runtime.arguments(
          ["run", "--bundle", bundle.folder, bundle.fixture.newID()])
        let child = try bundle.fixture.spawn(
          Command([
            "script", "--quiet", "--return", "--command", call.joined(separator: " "), "/dev/null",
          ]))
        let output = try child.wait()
        #expect(output.stdout.contains("terminal"))
        #expect(output.status == 5, "\(output)")
      }
    }
  }
}
