import Foundation
import Testing

/// attach, wait, health checks, restarts, top, stats.
@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct SupervisionTests {
  @Test func waitTellsTheStatusAlsoOfWhatIsRemoved() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "--rm", "--name", "c", "--network", "none", Engine.image, "sh", "-c",
        "sleep 0.3; exit 7")
      #expect(try engine.must("wait", "c").text == "7")
      #expect(try engine.run("wait", "missing").status == 125)
      #expect(try engine.must("wait", "--ignore", "missing").text == "-1")
      try engine.must("run", "-d", "--name", "d", "--network", "none", Engine.image, "sleep", "100")
      #expect(try engine.must("wait", "--condition", "running", "d").text == "-1")
    }
  }

  @Test func aContainerIsStartedAgainAsThePolicySays() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "--name", "c", "--restart", "on-failure:2", "--network", "none", Engine.image,
        "sh", "-c", "echo run; exit 3")
      #expect(try engine.must("wait", "c").text == "3")
      #expect(try engine.must("logs", "c").lines == ["run", "run", "run"])
      try engine.must(
        "run", "-d", "--name", "d", "--restart", "always", "--network", "none", Engine.image, "sh",
        "-c", "echo run; sleep 0.1")
      #expect(try eventually(10) { try engine.must("logs", "d").lines.count > 2 })
      try engine.must("stop", "-t", "0", "d")
      let after = try engine.must("logs", "d").lines.count
      usleep(500_000)
      #expect(try engine.must("logs", "d").lines.count == after)
    }
  }

  @Test func healthIsChecked() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "--name", "c", "--health-cmd", "test ! -e /tmp/bad", "--health-interval",
        "200ms",
        "--health-retries", "1", "--network", "none", Engine.image, "sleep", "100")
      try engine.must("wait", "--condition", "healthy", "c")
      #expect(try engine.must("healthcheck", "run", "c").stdout == "")
      try engine.must("exec", "c", "touch", "/tmp/bad")
      let bad = try engine.run("healthcheck", "run", "c")
      #expect(bad.status == 1 && bad.text == "unhealthy")
      try engine.must("run", "-d", "--name", "d", "--network", "none", Engine.image, "sleep", "100")
      let none = try engine.run("healthcheck", "run", "d")
      #expect(none.status == 125 && none.stderr.contains("no defined healthcheck"))
    }
  }

  @Test func healthIsNotCheckedWhilePaused() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "--name", "c", "--health-cmd", "true", "--health-interval", "300ms",
        "--health-retries", "1", "--health-timeout", "1s", "--network", "none", Engine.image,
        "sleep", "100")
      try engine.must("wait", "--condition", "healthy", "c")
      try engine.must("pause", "c")
      usleep(2_500_000)
      #expect(try engine.inspect("c", "{{.State.Health.Status}}") == "healthy")
      #expect(try engine.run("healthcheck", "run", "c").status == 125)
      try engine.must("unpause", "c")
      #expect(try engine.must("healthcheck", "run", "c").stdout == "")
    }
  }

  /// As podman-restart.service does it after a boot.
  @Test func whatIsToRunAfterABootIsStarted() throws {
    try withEngine { engine in
      for (name, policy) in [("a", "always"), ("b", "no"), ("c", "unless-stopped")] {
        try engine.must(
          "create", "--name", name, "--restart", policy, "--network", "none", Engine.image, "sleep",
          "100")
      }
      try engine.must("start", "--all", "--filter", "restart-policy=always")
      #expect(try engine.must("ps", "--format", "{{.Names}}").lines == ["a"])
      try engine.must("stop", "-t", "0", "a")
      try engine.must("start", "--all", "--filter", "should-start-on-boot=true")
      #expect(try engine.must("ps", "--format", "{{.Names}}").lines.sorted() == ["a", "c"])
    }
  }

  @Test func topAndStatsShowWhatRuns() throws {
    try withEngine { engine in
      try engine.must("run", "-d", "--name", "c", "--network", "none", Engine.image, "sleep", "100")
      let top = try engine.must("top", "c", "pid", "user", "args")
      #expect(top.lines.count == 2)
      #expect(
        top.lines.last?.split(separator: " ").map(String.init) == ["1", "root", "sleep", "100"])
      #expect(try engine.must("top", "c", "-o", "comm").lines.contains("sleep"))
      let stats = try engine.must("stats", "--no-stream", "--format", "json").json
      #expect(stats[0]["name"] == "c" && stats[0]["pids"] == "1")
      #expect(
        try engine.must("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "c").text
          == "c 1")
    }
  }

  @Test func attachLeavesByItsKeysAndEndsWithTheContainer() throws {
    try withEngine { engine in
      try engine.must(
        "run", "-d", "-i", "--name", "c", "--network", "none", Engine.image, "sh", "-c",
        "read x; echo got $x; exit 6")
      let end = try engine.run("attach", "c", input: "word\n")
      #expect(end.status == 6 && end.stdout == "got word\n")
      #expect(try engine.run("attach", "c").status == 125)
    }
  }
}
