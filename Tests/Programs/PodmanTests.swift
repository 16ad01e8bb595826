import Foundation
import Testing

/// Debian's podman with the runtime under test: it must not notice which one it is.
@Suite(
  .serialized,
  .enabled(if: Program.reasonToSkip == nil, "\(Program.reasonToSkip ?? "")"),
  .enabled(if: Program.podman != nil, "podman is not installed"))
struct PodmanTests {
  @Test func runGivesOutputAndExitStatus() throws {
    try withPodman { podman in
      let outcome = try podman.container(
        "one", ["--rm"], "sh", "-c", "echo out; echo err >&2; exit 7")
      #expect(outcome.stdout == "out\n", "\(outcome)")
      #expect(outcome.stderr.contains("err"))
      #expect(outcome.status == 7)
      #expect(try podman.must("ps", "--all", "--quiet").text.isEmpty)
    }
  }

  @Test func runReadsItsInput() throws {
    try withPodman { podman in
      let outcome = try podman.container(
        "one", ["--interactive", "--rm"], "tr", "a-z", "A-Z", input: "hello\n")
      #expect(outcome.stdout == "HELLO\n", "\(outcome)")
    }
  }

  /// podman tells the two apart by what the runtime says.
  @Test func aCommandThatCannotRunHasTheShellsStatus() throws {
    try withPodman { podman in
      let missing = try podman.container("one", ["--rm"], "/no/such/program")
      #expect(missing.status == 127, "\(missing)")
      let folder = try podman.container("two", ["--rm"], "/etc")
      #expect(folder.status == 126, "\(folder)")
    }
  }

  @Test func runOnATerminal() throws {
    try withPodman { podman in
      let outcome = try podman.onTerminal(
        ["run", "-it", "--rm"] + podman.options + [Podman.image, "sh", "-c", "tty; stty size"])
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.stdout.contains("/dev/pts/0"), "\(outcome)")
    }
  }

  @Test func execInARunningContainer() throws {
    try withPodman { podman in
      try podman.sleeper("one", ["--env", "COLOR=blue"])
      let outcome = try podman.run(
        "exec", "--user", "7:8", "--workdir", "/tmp", "--env", "SIZE=big", "one", "sh", "-c",
        "echo $COLOR $SIZE; pwd; id -u; id -g; exit 5")
      #expect(outcome.lines == ["blue big", "/tmp", "7", "8"], "\(outcome)")
      #expect(outcome.status == 5)
      #expect(try podman.run("exec", "one", "/no/such/program").status == 127)
      let terminal = try podman.onTerminal(["exec", "-it", "one", "tty"])
      #expect(terminal.stdout.contains("/dev/pts/"), "\(terminal)")
      #expect(try podman.must("exec", "--detach", "one", "touch", "/tmp/seen").status == 0)
      #expect(
        try eventually(10) { try podman.run("exec", "one", "test", "-e", "/tmp/seen").status == 0 })
      #expect(try podman.must("top", "one", "args").text.contains("sleep 1000"))
    }
  }

  @Test func pauseAndUnpause() throws {
    try withPodman { podman in
      let grow = "while true; do echo >>/tmp/lines; sleep 0.02; done"
      let started = try podman.container("one", ["--detach"], "sh", "-c", grow)
      #expect(started.status == 0, "\(started)")
      func lines() throws -> String { try podman.run("exec", "one", "wc", "-l", "/tmp/lines").text }

      try podman.must("pause", "one")
      #expect(try podman.inspect("one", "{{.State.Status}}") == "paused")
      #expect(try podman.run("exec", "one", "true").status != 0)
      try podman.must("unpause", "one")
      #expect(try podman.inspect("one", "{{.State.Status}}") == "running")
      let before = try lines()
      #expect(try eventually(10) { try lines() != before })
    }
  }

  @Test func updateChangesTheLimits() throws {
    try withPodman { podman in
      try podman.sleeper("one", ["--memory", "64m"])
      func limit() -> String {
        podman.workspace.cgroups.flatMap { ["\($0)/memory.limit_in_bytes", "\($0)/memory.max"] }
          .map { contents($0).trimmingCharacters(in: .whitespacesAndNewlines) }
          .first { $0 == "\(64 << 20)" || $0 == "\(32 << 20)" } ?? ""
      }
      #expect(limit() == "\(64 << 20)")
      try podman.must("update", "--memory", "32m", "one")
      #expect(limit() == "\(32 << 20)")
    }
  }

  @Test func statsShowsTheContainer() throws {
    try withPodman { podman in
      try podman.sleeper("one", ["--memory", "64m"])
      let format = "{{.Name}} {{.PIDs}} {{.MemUsage}}"
      let line = try podman.must("stats", "--no-stream", "--format", format, "one").text
      #expect(line.hasPrefix("one 1 "), "\(line)")
      #expect(line.hasSuffix("/ 67.11MB"), "\(line)")
    }
  }

  @Test func killAndStop() throws {
    try withPodman { podman in
      try podman.sleeper("one")
      try podman.must("kill", "one")
      #expect(try podman.must("wait", "one").text == "137")

      let trap = "trap 'echo stopping; exit 3' TERM; while true; do sleep 0.1; done"
      let started = try podman.container("two", ["--detach"], "sh", "-c", trap)
      #expect(started.status == 0, "\(started)")
      #expect(try eventually(10) { try podman.must("top", "two", "args").text.contains("sleep") })
      try podman.must("stop", "two")
      #expect(try podman.inspect("two", "{{.State.ExitCode}}") == "3")
      #expect(try podman.must("logs", "two").text == "stopping")
      try podman.must("start", "two")
      #expect(try podman.inspect("two", "{{.State.Status}}") == "running")
      try podman.must("rm", "--force", "--time", "0", "two")
    }
  }

  @Test func optionsReachTheContainer() throws {
    try withPodman { podman in
      let shared = podman.workspace.folder + "/shared"
      try FileManager.default.createDirectory(atPath: shared, withIntermediateDirectories: true)
      try "from the host\n".write(toFile: shared + "/note", atomically: false, encoding: .utf8)
      let flags = [
        "--rm", "--read-only", "--hostname", "named", "--user", "1000:1000", "--workdir", "/data",
        "--volume", "\(shared):/data:ro", "--tmpfs", "/scratch:size=1m", "--cap-drop", "ALL",
        "--cap-add", "NET_BIND_SERVICE", "--security-opt", "no-new-privileges", "--ulimit",
        "nofile=512:512", "--ulimit", "nproc=1000:1000", "--sysctl", "net.ipv4.ip_forward=1",
        "--device", "/dev/null:/dev/nought",
      ]
      let script = """
        hostname; id -u; pwd; cat note; ulimit -n
        cat /proc/sys/net/ipv4/ip_forward
        touch /data/new 2>/dev/null || echo volume is read-only
        touch /new 2>/dev/null || echo root is read-only
        touch /scratch/new && echo scratch is writable
        test -c /dev/nought && echo device
        grep -E 'CapBnd|NoNewPrivs' /proc/self/status
        """
      let outcome = try podman.container("one", flags, "sh", "-c", script)
      #expect(
        outcome.lines == [
          "named", "1000", "/data", "from the host", "512", "1", "volume is read-only",
          "root is read-only", "scratch is writable", "device", "CapBnd:\t0000000000000400",
          "NoNewPrivs:\t1",
        ], "\(outcome)")
    }
  }

  @Test func runInAUserNamespace() throws {
    try withPodman { podman in
      let flags = ["--rm", "--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"]
      let outcome = try podman.container("one", flags, "sh", "-c", "id -u; cat /proc/self/uid_map")
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.lines.first == "0", "\(outcome)")
      let map = outcome.lines.last?.split(separator: " ").map(String.init)
      #expect(map == ["0", "100000", "65536"], "\(outcome)")
    }
  }

  @Test func containersAtOnce() throws {
    try withPodman { podman in
      for i in 1...8 { try podman.sleeper("c\(i)") }
      let names = try podman.must("ps", "--format", "{{.Names}}").lines.sorted()
      #expect(names == (1...8).map { "c\($0)" })
      try podman.must("stop", "--all", "--time", "0")
      #expect(try podman.must("ps", "--quiet").text.isEmpty)
    }
  }

  @Test func nothingIsLeftBehind() throws {
    try withPodman { podman in
      try podman.sleeper("one", ["--memory", "64m"])
      let name = URL(filePath: Program.runtime).lastPathComponent
      let state = try "/run/\(name)/" + podman.inspect("one", "{{.Id}}")
      #expect(access(state, F_OK) == 0)
      #expect(!podman.workspace.cgroups.isEmpty)
      try podman.must("exec", "one", "true")
      try podman.must("rm", "--force", "--time", "0", "one")
      // podman's own clean-up, which the monitor starts, may still be at it.
      let gone = eventually(10) { access(state, F_OK) != 0 }
      #expect(gone)
      #expect(podman.workspace.mounts.filter { $0.contains("/merged") }.isEmpty)
      let left = podman.workspace.cgroups.filter { $0.contains("/libpod-") }
      #expect(left.isEmpty)
    }
  }

  @Test(.enabled(if: access("/run/systemd/system", F_OK) == 0, "systemd does not run here"))
  func runInASystemdScope() throws {
    try withPodman(manager: "systemd") { podman in
      try podman.sleeper("one", ["--memory", "64m"])
      #expect(podman.workspace.cgroups.contains { $0.hasSuffix(".scope") })
      try podman.must("update", "--memory", "32m", "one")
      try podman.must("pause", "one")
      try podman.must("unpause", "one")
      #expect(try podman.run("exec", "one", "true").status == 0)
      try podman.must("rm", "--force", "--time", "0", "one")
      #expect(!podman.workspace.cgroups.contains { $0.hasSuffix(".scope") })
    }
  }
}
