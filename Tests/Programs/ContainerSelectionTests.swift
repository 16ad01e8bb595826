import Foundation
import Testing

/// Which containers a command line means, and what is said where it means none.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct ContainerSelectionTests {
  /// A mistyped name must not leave half of a line done.
  @Test func oneUnknownNameStopsTheWholeCommand() throws {
    try withEngine { podman in
      try podman.sleeper("c")
      for line in [
        "stop -t 0 c nosuch", "kill c nosuch", "pause c nosuch",
        "rm -f -t 0 --ignore=false nosuch2",
        "restart c nosuch", "start c nosuch", "logs c nosuch", "init c nosuch",
      ] {
        let result = try podman.shell("podman \(line)")
        #expect(result.stdout == "", "\(result)")
      }
      #expect(try podman.inspect("c", "{{.State.Status}}") == "running")
      #expect(try podman.shell("podman rm c nosuch").status == 1)
      #expect(try podman.shell("podman stop --ignore -t 0 c nosuch").text == "c")
      #expect(try podman.shell("podman rm --ignore c nosuch").text == "c")
      #expect(try podman.shell("podman rm -l").status == 1)
      #expect(try podman.shell("podman wait --ignore nosuch").text == "-1")
    }
  }

  @Test func slashesOfDockerAreNoPartOfNames() throws {
    try withEngine { podman in
      try podman.sleeper("c")
      #expect(try podman.must("kill", "/c").text == "c")
    }
  }

  @Test(arguments: [
    ("stop", "you must provide at least one name or id"),
    ("start", "start requires at least one argument"),
    ("logs", "specify at least one container name or ID to log"),
    ("wait", "\"podman wait\" requires a name, id, or the \"--latest\" flag"),
    ("stop -a -l", "--all and --latest cannot be used together"),
    ("stop -a c", "no arguments are needed with --all"),
    ("stop -l c", "--latest and containers cannot be used together"),
    ("stop --filter name=c c", "--filter takes no arguments"),
    ("stop --cidfile f -a", "--all, --latest, and --cidfile cannot be used together"),
    ("stop --cidfile /nosuch", "reading CIDFile: open /nosuch: no such file or directory"),
    ("rm --filter foo=bar", "foo is an invalid filter"),
    ("start -a c d", "you cannot start and attach multiple containers at once"),
    ("start -a --all", "you cannot start and attach all containers at once"),
    ("start --all c", "either start all containers or the container(s) provided in the arguments"),
    ("start --sig-proxy c", "you cannot use sig-proxy without --attach: invalid argument"),
    ("kill -s 99 c", "valid signals are 1 through 64"),
    ("container prune -f --filter name=x", "name is an invalid filter"),
    ("rm -t 3 c", "--force option must be specified to use the --time option"),
  ]) func refusals(_ line: String, _ message: String) throws {
    try withWorkspace { workspace in
      let folder = workspace.folder
      let result = try workspace.run(
        [Engine.program, "--root", "\(folder)/root", "--runroot", "\(folder)/run"]
          + line.split(separator: " ").map(String.init))
      #expect(result.status == 125, "\(result)")
      #expect(result.stderr == "Error: \(message)\n")
    }
  }

  /// The sentences that scripts look for, each with the container's name or id.
  @Test func wrongStates() throws {
    try withEngine { podman in
      let id = try podman.must(
        "create", "--name", "c", "--network", "none", Engine.image, "sleep", "99"
      )
      .text
      func error(_ words: String...) throws -> String {
        let result = try podman.workspace.run(podman.command(words))
        #expect(result.status != 0, "\(result)")
        return result.stderr
      }
      let improper = "container state improper"
      #expect(
        try error("pause", "c")
          == "Error: c: \"created\" is not running, can't pause: \(improper)\n")
      #expect(
        try error("unpause", "c") == "Error: \"\(id)\" is not paused, can't unpause: \(improper)\n")
      #expect(
        try error("kill", "c")
          == "Error: can only kill running containers. \(id) is in state created: \(improper)\n")
      #expect(
        try error("exec", "c", "true").contains(
          "can only create exec sessions on running containers"))
      #expect(try error("attach", "c").contains("you can only attach to running containers"))
      #expect(try error("top", "c").contains("top can only be used on running containers"))
      try podman.must("init", "c")
      #expect(
        try error("init", "c")
          == "Error: container \(id) has already been created in runtime: \(improper)\n")
      try podman.must("start", "c")
      #expect(
        try error("rm", "c")
          == "Error: cannot remove container \(id) as it is running - running or paused containers "
          + "cannot be removed without force: \(improper)\n")
      try podman.must("pause", "c")
      #expect(try error("pause", "c") == "Error: \"\(id)\" is already paused: \(improper)\n")
      #expect(try error("start", "c").contains("cannot start paused container \(id)"))
      try podman.must("unpause", "c")
      let stopped = try podman.run("stop", "-t", "1", "c")
      #expect(
        stopped.stderr.contains(
          "StopSignal SIGTERM failed to stop container c in 1 seconds, resorting to SIGKILL"))
    }
  }
}
