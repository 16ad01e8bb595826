import Foundation
import Testing

/// `podman events`, and what other commands write into the log.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct EventsTests {
  @Test func theLifeOfAContainerIsLogged() throws {
    try withEngine { podman in
      let run = try podman.run(
        "run", "--name", "one", "--label", "a=b", "--network", "none", Engine.image, "sh", "-c",
        "exit 3")
      #expect(run.status == 3, "\(run)")
      try podman.must("rm", "one")
      let statuses = try podman.must(
        "events", "--stream=false", "--filter", "container=one", "--format", "{{.Status}}"
      ).lines
      #expect(
        statuses.filter { ["create", "init", "start", "died", "remove"].contains($0) }
          == ["create", "init", "start", "died", "remove"], "\(statuses)")
      let died = try podman.must(
        "events", "--stream=false", "--filter", "event=die", "--format",
        "{{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{.Attributes.a}} {{.ContainerExitCode}}")
      #expect(died.text == "container died one b 3", "\(died)")
    }
  }

  @Test func whatIsDoneToAContainerIsLogged() throws {
    try withEngine { podman in
      try podman.sleeper("c")
      try podman.must("mount", "c")
      try podman.must("unmount", "c")
      try podman.must("pause", "c")
      try podman.must("unpause", "c")
      try podman.must("ps", "--sync")
      try podman.must("kill", "--signal", "CONT", "c")
      try podman.must("stop", "-t", "0", "c")
      let statuses = try podman.must(
        "events", "--stream=false", "--filter", "container=c", "--format", "{{.Status}}"
      ).lines
      #expect(
        statuses == [
          "create", "init", "start", "mount", "unmount", "pause", "unpause", "sync", "kill", "stop",
          "died", "cleanup",
        ], "\(statuses)")
    }
  }

  @Test func jsonIsALineForEachEvent() throws {
    try withEngine { podman in
      try podman.must("volume", "create", "v")
      let events = try podman.must(
        "events", "--stream=false", "--filter", "volume=v", "--format", "json")
      #expect(events.lines.count == 1)
      #expect(events.text.hasPrefix(#"{"Name":"v","Status":"create","#), "\(events)")
    }
  }

  @Test func aFollowerSeesWhatComes() throws {
    try withEngine { podman in
      let outcome = try podman.shell(
        """
        podman events --filter type=volume --until 30s --format '{{.Status}} {{.Name}}' >events &
        follower=$!
        for try in 1 2 3 4 5 6 7 8 9 10; do
          podman volume create v$try >created
          sleep 0.3
          if grep -q v$try events; then break; fi
        done
        kill $follower
        cat events
        """)
      #expect(outcome.lines.last?.hasPrefix("create v") == true, "\(outcome)")
    }
  }

  /// No writer waits for another, and none loses an event.
  @Test func commandsAtTheSameTimeLoseNoEvent() throws {
    try withEngine(engineSection: "events_logfile_max_size = \"1m\"") { podman in
      let outcome = try podman.shell(
        """
        for number in $(seq 20); do podman volume create v$number & done
        podman volume create same & podman volume create --ignore same & podman volume create same
        wait
        """)
      #expect(outcome.lines.count >= 21, "\(outcome)")
      let events = try podman.must(
        "events", "--stream=false", "--filter", "type=volume", "--format", "{{.Name}}")
      #expect(
        events.lines.sorted() == ((1...20).map { "v\($0)" } + ["same"]).sorted(), "\(events)")
      #expect(try podman.must("volume", "ls", "-q").lines.count == 21)
    }
  }

  @Test func withoutALogThereIsNothingToRead() throws {
    try withEngine { podman in
      let none = try podman.run("--events-backend", "none", "events", "--stream=false")
      #expect(none.status == 125, "\(none)")
      #expect(try podman.run("events", "--filter", "color=red").status == 125)
      #expect(try podman.run("events", "--since", "yesterday").status == 125)
    }
  }

  /// The disk is as before.
  @Test func systemPruneRemovesWhatNobodyUses() throws {
    try withEngine { podman in
      try podman.sleeper("running", "--volume", "kept:/v")
      try podman.must("create", "--name", "idle", "--network", "none", Engine.image)
      try podman.must("volume", "create", "loose")
      let refused = try podman.run("system", "prune", input: "n\n")
      #expect(refused.stdout.contains("WARNING! This command removes:"), "\(refused)")
      #expect(try podman.must("ps", "--all", "--quiet").lines.count == 2)
      let pruned = try podman.must("system", "prune", "--force", "--volumes")
      #expect(pruned.lines.first == "Deleted Containers", "\(pruned)")
      #expect(pruned.lines.last?.hasPrefix("Total reclaimed space: ") == true, "\(pruned)")
      #expect(try podman.must("ps", "--all", "--format", "{{.Names}}").text == "running")
      #expect(try podman.must("volume", "ls", "-q").text == "kept")
      #expect(try podman.must("images", "--quiet").lines.count == 1)
      #expect(try podman.run("system", "prune", "--external", "--all").status == 125)
    }
  }
}
