import Foundation
import Testing

@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct ExecTests {
  @Test func execHasStreamsStatusEnvironmentAndUser() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "--name", "c", "--network", "none", "-e", "A=1", Engine.image, "sleep", "100")
      let plain = try engine.run("exec", "c", "sh", "-c", "echo out; echo err >&2; exit 5")
      #expect(plain.status == 5 && plain.stdout == "out\n" && plain.stderr == "err\n")
      #expect(try engine.run("exec", "-i", "c", "cat", input: "in\n").stdout == "in\n")
      #expect(try engine.run("exec", "c", "cat", input: "not read").stdout == "")
      let changed = try engine.must(
        "exec", "-e", "B=2", "-w", "/tmp", "-u", "1000:7", "c", "sh", "-c",
        "echo $A $B; pwd; id -u; id -g; grep -c 'CapInh:.0000000000000000' /proc/self/status")
      #expect(changed.lines == ["1 2", "/tmp", "1000", "7", "1"])
      let privileged = try engine.must(
        "exec", "--privileged", "c", "grep", "CapEff", "/proc/self/status")
      let usual = try engine.must("exec", "c", "grep", "CapEff", "/proc/self/status")
      #expect(privileged.text != usual.text)
      let file = try engine.workspace.write("# comment\nC=3\n", to: "env")
      #expect(try engine.must("exec", "--env-file", file, "-l", "sh", "-c", "echo $C").text == "3")
    }
  }

  @Test(arguments: [
    (["nosuchprogram"], 127, "nosuchprogram"), (["/etc"], 126, "/etc"),
    (["/etc/passwd"], 126, "/etc/passwd"),
  ])
  func execTellsWhatCannotRun(words: [String], status: Int32, name: String) throws {
    try withEngine { engine in
      try engine.must("run", "-d", "--name", "c", "--network", "none", Engine.image, "sleep", "100")
      let result = try engine.workspace.run(engine.command(["exec", "c"] + words))
      #expect(result.status == status && result.stderr.contains(name), "\(result)")
    }
  }

  @Test func execNeedsARunningContainer() throws {
    try withEngine { engine in
      try engine.must("create", "--name", "c", Engine.image, "true")
      #expect(try engine.run("exec", "c", "true").status == 125)
      #expect(try engine.run("exec", "missing", "true").status == 125)
      #expect(try engine.run("exec", "c").status == 125)
    }
  }

  /// CVE-2024-21626: no descriptor of the host's leads anywhere from inside.
  @Test func noFolderOfTheHostCanBeTheWorkingDirectory() throws {
    try withEngine { engine in
      try engine.must("run", "-d", "--name", "c", "--network", "none", Engine.image, "sleep", "100")
      for number in 3...12 {
        let folder = "/proc/self/fd/\(number)"
        #expect(try engine.run("exec", "-w", folder, "c", "ls").status != 0)
      }
      let open = try engine.must("exec", "c", "ls", "/proc/self/fd")
      #expect(open.lines == ["0", "1", "2", "3"], "3 is the folder that ls reads")
    }
  }

  @Test func execInTheBackgroundRunsOn() throws {
    try withEngine { engine in
      try engine.must("run", "-d", "--name", "c", "--network", "none", Engine.image, "sleep", "100")
      let session = try engine.must("exec", "-d", "c", "sh", "-c", "echo done > /tmp/x")
      #expect(session.text.count == 64)
      #expect(
        try eventually(10) { try engine.run("exec", "c", "cat", "/tmp/x").stdout == "done\n" })
    }
  }

  @Test func sessionsAreToldUntilTheyEnd() throws {
    try withEngine { engine in
      try engine.sleeper("c")
      let session = try engine.must("exec", "-d", "c", "sleep", "1").text
      #expect(try engine.inspect("c", "{{json .ExecIDs}}") == "[\"\(session)\"]")
      #expect(try eventually(10) { try engine.inspect("c", "{{json .ExecIDs}}") == "[]" })
      // Nobody waited for it: its end is the monitor's to tell.
      func died() throws -> String {
        try engine.must(
          "events", "--stream=false", "--filter", "event=exec_died", "--format",
          "{{.Attributes.execID}} {{.ContainerExitCode}}"
        ).text
      }
      #expect(try eventually(10) { try died() == "\(session) 0" })
      #expect(try engine.run("exec", "--no-session", "c", "sh", "-c", "exit 4").status == 4)
      #expect(try died() == "\(session) 0", "a process without a session has no events")
      #expect(try engine.run("exec", "--no-session", "-d", "c", "true").status == 125)
      try engine.must("pause", "c")
      let paused = try engine.run("exec", "c", "true")
      try engine.must("unpause", "c")
      #expect(paused.status == 125 && paused.stderr.contains("container state improper"))
    }
  }

  @Test func descriptorsKeepTheirNumbers() throws {
    try withEngine { engine in
      try engine.sleeper("c")
      let seen = try engine.shell(
        """
        exec 5</etc/hostname
        podman exec --preserve-fd 5 c cat /proc/self/fd/5
        podman run --rm --network none --preserve-fd 5 \(Engine.image) readlink /proc/self/fd/5
        podman exec --preserve-fds 1 c true; echo $?
        """)
      let host = try String(contentsOfFile: "/etc/hostname", encoding: .utf8)
      #expect(seen.stdout == host + "/etc/hostname\n125\n", "\(seen)")
    }
  }

  @Test func aMegabyteGoesBothWays() throws {
    try withEngine { engine in
      try engine.must("run", "-d", "--name", "c", "--network", "none", Engine.image, "sleep", "100")
      let text = String(repeating: "0123456789abcde\n", count: 1 << 16)
      #expect(try engine.run("exec", "-i", "c", "cat", input: text).stdout == text)
      #expect(
        try engine.run("run", "--rm", "-i", "--network", "none", Engine.image, "cat", input: text)
          .stdout == text)
    }
  }
}
