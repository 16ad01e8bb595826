import Foundation
import Testing

/// `podman run` and what it leaves, with our runtime and with Debian's.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct ContainerRunTests {
  static let runtimes = ["", "runtime = \"runc\""]

  /// Scripts tell by the status whether the program, the engine or the container failed.
  @Test(arguments: runtimes) func statuses(_ runtime: String) throws {
    try withEngine(engineSection: runtime) { (podman: Engine) throws in
      func status(_ command: String...) throws -> Int32 {
        let words = ["run", "--rm", "--network", "none", Engine.image] + command
        return try podman.workspace.run(podman.command(words)).status
      }
      #expect(try status("sh", "-c", "exit 3") == 3)
      #expect(try status("nosuch") == 127)
      #expect(try status("/etc") == 126)
      #expect(try podman.run("run", "--nosuch", Engine.image).status == 125)
      #expect(try podman.run("run", "--rm", "nosuch:image", "--pull=never").status == 125)
      #expect(try podman.must("ps", "-aq").text == "")
    }
  }

  @Test(arguments: runtimes) func streamsPassThrough(_ runtime: String) throws {
    try withEngine(engineSection: runtime) { (podman: Engine) throws in
      let echo = try podman.run(
        "run", "--rm", "-i", "--network", "none", Engine.image, "sh", "-c", "cat; echo bad >&2",
        input: "good\n")
      #expect(echo.stdout == "good\n")
      #expect(echo.stderr == "bad\n")
      let terminal = try podman.onTerminal(
        "run", "--rm", "-it", "--network", "none", Engine.image, "sh", "-c", "test -t 0 && echo yes"
      )
      #expect(terminal.stdout.contains("yes"), "\(terminal)")
    }
  }

  @Test(arguments: runtimes) func aLifeFromCreateToRemove(_ runtime: String) throws {
    try withEngine(engineSection: runtime) { (podman: Engine) throws in
      let id = try podman.must(
        "create", "--name", "c", "--network", "none", Engine.image, "sleep", "1000"
      ).text
      #expect(id.count == 64)
      func state() throws -> String { try podman.inspect("c", "{{.State.Status}}") }
      #expect(try state() == "created")
      try podman.must("start", "c")
      #expect(try state() == "running")
      try podman.must("pause", "c")
      #expect(try state() == "paused")
      try podman.must("unpause", "c")
      try podman.must("rename", "c", "d")
      #expect(try podman.must("ps", "--format", "{{.Names}}").text == "d")
      #expect(try podman.run("rm", "d").status == 2)
      try podman.must("kill", "d")
      try podman.must("start", String(id.prefix(6)))
      try podman.must("restart", "-t", "0", "d")
      try podman.must("stop", "-t", "0", "d")
      #expect(try podman.inspect("d", "{{.State.Status}} {{.State.ExitCode}}") == "exited 137")
      #expect(try podman.run("container", "exists", "d").status == 0)
      try podman.must("rm", "d")
      #expect(try podman.run("container", "exists", "d").status == 1)
    }
  }

  @Test func nothingIsLeftOfParallelRuns() throws {
    try withEngine { (podman: Engine) throws in
      let parent = "/\(podman.workspace.name)"
      let result = try podman.shell(
        """
        for i in $(seq 100); do
          podman run --rm --network none --cgroup-parent \(parent) \(Engine.image) true || echo failed &
        done
        wait
        """)
      #expect(result.stdout == "" && result.stderr == "", "\(result)")
      #expect(try podman.must("ps", "-aq").text == "")
      let data = "\(podman.workspace.folder)/data"
      let left = try podman.workspace.must(
        "/bin/sh", "-c",
        "ls \(data)/run/libpod/monitor \(data)/run/libpod/locks/container; ls -d \(data)/root/overlay-containers/*/ 2>/dev/null; mount | grep \(data)/run || true"
      )
      #expect(left.lines.allSatisfy { $0.hasSuffix(":") || $0.isEmpty }, "\(left)")
      let cgroups = try podman.workspace.must(
        "/bin/sh", "-c",
        "find /sys/fs/cgroup -path '*\(parent)/libpod-*' -type d; find /sys/fs/cgroup -depth -path '*\(parent)*' -type d -exec rmdir {} + 2>/dev/null; true"
      )
      #expect(cgroups.text == "")
    }
  }

  /// The environment, the user and the folder of a program, from the line, the image and the files.
  @Test func whatTheProgramIsGiven() throws {
    try withEngine { (podman: Engine) throws in
      func out(_ words: String...) throws -> String {
        try podman.workspace.must(podman.command(["run", "--rm", "--network", "none"] + words)).text
      }
      #expect(
        try out("-e", "A=1", "-w", "/bin", Engine.image, "sh", "-c", "echo $A $PWD $container")
          == "1 /bin podman")
      #expect(
        try out(
          "--user", "7:8", "--group-add", "9", Engine.image, "sh", "-c", "id -u; id -g; id -G")
          == "7\n8\n8 9")
      #expect(try out("--entrypoint", "echo", Engine.image, "x") == "x")
      #expect(try out("--hostname", "h", Engine.image, "hostname") == "h")
      #expect(try out("--umask", "077", Engine.image, "sh", "-c", "umask") == "0077")
      #expect(
        try out("--ulimit", "nofile=1024:2048", Engine.image, "sh", "-c", "ulimit -n; ulimit -Hn")
          == "1024\n2048")
      #expect(try podman.run("run", "--rm", "-w", "/nosuch", Engine.image, "true").status == 126)
    }
  }

  /// `--rmi` takes the name that it was given, and the image with its last one.
  @Test func imagesGoWithTheirContainers() throws {
    try withEngine { podman in
      try podman.must("tag", Engine.image, "localhost/other:1")
      try podman.must("run", "--rmi", "--network", "none", "localhost/other:1", "true")
      #expect(try podman.run("image", "exists", "localhost/other:1").status == 1)
      #expect(try podman.run("image", "exists", Engine.image).status == 0)
      try podman.must("create", "--name", "c", "--network", "none", Engine.image)
      try podman.must("container", "cleanup", "--rm", "--rmi", "c")
      #expect(try podman.run("image", "exists", Engine.image).status == 1)
      #expect(
        try podman.run("container", "cleanup", "--exec", "x", "--all").stderr
          == "Error: --all and --exec cannot be set together\n")
    }
  }

  /// What a container needs and is not there is said before anything of it exists.
  @Test func whatIsNotThereLeavesNothing() throws {
    try withEngine { podman in
      for (flags, reason) in [
        ("--network nosuch", "unable to find network with name or ID nosuch: network not found"),
        (
          "--network podman,nosuch",
          "unable to find network with name or ID nosuch: network not found"
        ),
        (
          "--network podman --network none",
          "can only set extra network names, selected mode none conflicts with bridge: invalid argument"
        ),
        ("--network none --dns 1.1.1.1", "conflicting options: dns and the network mode: none"),
        ("--annotation x", "--annotation \"x\": annotations must be formatted KEY=VALUE"),
        ("--cpus 1 --cpu-quota 1000", "--cpu-quota and --cpus cannot be set together"),
        ("--rmi --rm=false", "the --rmi option does not work without --rm"),
        (
          "--pull foo",
          "unsupported pull policy \"foo\": it has to be always, missing, never or newer"
        ),
      ] {
        let result = try podman.shell("podman create \(flags) \(Engine.image) true")
        #expect(result.status == 125)
        #expect(result.stderr == "Error: \(reason)\n")
      }
      #expect(try podman.must("ps", "-aq").text == "")
      let twice = try podman.shell(
        "podman run --rm --network podman,podman -v /tmp:/x -v /tmp:/x \(Engine.image) ls -l /etc/mtab"
      )
      #expect(twice.text.hasSuffix("/etc/mtab -> /proc/mounts"), "\(twice)")
    }
  }

  /// Security cases: descriptors and capabilities.
  @Test func aProgramHasNoMoreThanItShould() throws {
    try withEngine { (podman: Engine) throws in
      func out(_ words: String...) throws -> String {
        try podman.workspace.must(podman.command(["run", "--rm", "--network", "none"] + words)).text
      }
      let status = try out(Engine.image, "cat", "/proc/self/status")
      #expect(status.contains("CapInh:\t0000000000000000"))
      #expect(status.contains("Seccomp:\t2"))
      #expect(try out(Engine.image, "sh", "-c", "ls /proc/self/fd | wc -l") == "4")
      for number in 3...12 {
        let result = try podman.run(
          "run", "--rm", "--network", "none", "-w", "/proc/self/fd/\(number)", Engine.image, "true")
        #expect(result.status != 0)
      }
      let dropped = try out("--cap-drop", "all", Engine.image, "cat", "/proc/self/status")
      #expect(dropped.contains("CapBnd:\t0000000000000000"))
      #expect(
        try podman.run("run", "--rm", "--sysctl", "kernel.core_pattern=x", Engine.image, "true")
          .status
          == 125)
      #expect(
        try podman.run(
          "run", "--rm", "--read-only", "--network", "none", Engine.image, "touch", "/x"
        )
        .status != 0)
    }
  }

  /// What was killed at the wrong moment does not stay.
  @Test func theTruthIsFoundAfterKills() throws {
    try withEngine { (podman: Engine) throws in
      try podman.sleeper("a")
      let monitor = try podman.inspect("a", "{{.State.ConmonPid}}")
      let first = try podman.inspect("a", "{{.State.Pid}}")
      try podman.workspace.must("/bin/kill", "-9", monitor)
      #expect(try podman.inspect("a", "{{.State.Status}}") == "running")
      try podman.workspace.must("/bin/kill", "-9", first)
      var status = ""
      for _ in 0..<100 where status != "exited" {
        status = try podman.inspect("a", "{{.State.Status}}")
      }
      #expect(status == "exited")
      try podman.must("start", "a")
      #expect(try podman.inspect("a", "{{.State.Status}}") == "running")
      try podman.must("rm", "-f", "-t", "0", "a")
    }
  }
}
