import Foundation
import Testing

/// What goes wrong around containers: killed programs, full and read-only disks, hostile images.
@Suite(.serialized, .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct FaultTests {
  private let none = ["--network", "none"]

  // MARK: Kills

  /// Whenever `podman run` is killed, later commands go on: the name can be had again at once.
  @Test func aKilledRunIsInNobodysWay() throws {
    try withEngine { engine in
      let seen = try engine.shell(
        """
        for delay in 0 .003 .006 .009 .012 .015 .02 .03 .05 .1; do
          setsid bash -c 'exec "$0" "$@"' \(engine.command([]).joined(separator: " ")) \
            run --name k --stop-timeout 0 --network none \(Engine.image) sleep 1000 >/dev/null 2>&1 &
          sleep $delay
          kill -9 $!
          wait $! 2>/dev/null
          podman ps --all >/dev/null || echo ps $delay
          podman run --replace --name k --network none \(Engine.image) true || echo run $delay
          podman rm -f -t 0 k >/dev/null || echo rm $delay
        done
        """)
      #expect(seen.stdout == "" && seen.stderr == "", "\(seen)")
      #expect(try engine.must("ps", "-aq").text == "")
    }
  }

  /// A runtime that is killed, before or after it has made the container, is an error that leaves nothing
  /// running.
  @Test(arguments: ["kill -9 $$", "\"$ocirun\" \"$@\"; kill -9 $$"])
  func aKilledRuntimeIsAnError(script: String) throws {
    try withEngine { engine in
      let ocirun =
        URL(fileURLWithPath: Engine.program).deletingLastPathComponent().path + "/ocirun"
      let runtime = try engine.workspace.write(
        """
        #!/bin/sh
        ocirun=\(ocirun)
        case " $* " in *" create "*) \(script);; esac
        exec "$ocirun" "$@"
        """, to: "runtime")
      try engine.workspace.must("/bin/chmod", "755", runtime)
      let killed = try engine.run(
        "--runtime", runtime, "run", "--name", "c", "--network", "none", Engine.image, "sleep",
        "1000")
      #expect(killed.status != 0 && killed.stderr.contains("Error:"), "\(killed)")
      #expect(try engine.must("ps", "-q").text == "")
      try engine.must("rm", "-f", "-t", "0", "c")
      try engine.must("run", "--rm", "--name", "c", "--network", "none", Engine.image, "true")
    }
  }

  // MARK: Disks

  @Test func aReadOnlyStoreCanBeLookedAt() throws {
    try withEngine { engine in
      try engine.must("run", "--name", "c", "--network", "none", Engine.image, "echo", "text")
      let data = "\(engine.workspace.folder)/data"
      try engine.workspace.must("/bin/mount", "-o", "remount,ro", data)
      defer { _ = try? engine.workspace.must("/bin/mount", "-o", "remount,rw", data) }
      #expect(try engine.must("ps", "--all", "--format", "{{.Names}}").text == "c")
      let images = try engine.run("images", "--format", "{{.Repository}}")
      #expect(images.text == "localhost/busybox", "\(images)")
      #expect(try engine.must("logs", "c").text == "text")
      #expect(try engine.inspect("c", "{{.State.ExitCode}}") == "0")
      let run = try engine.run("run", "--rm", "--network", "none", Engine.image, "true")
      #expect(run.status == 125 && run.stderr.contains("read-only file system"), "\(run)")
    }
  }

  @Test func aFullDiskIsSaidAndCanBeEmptied() throws {
    try withEngine { engine in
      try engine.sleeper("c")
      let data = "\(engine.workspace.folder)/data"
      _ = try engine.workspace.run([
        "/bin/dd", "if=/dev/zero", "of=\(data)/first", "bs=1M", "count=1",
      ])
      try engine.workspace.must("/bin/mount", "-o", "remount,size=12m", data)
      _ = try engine.workspace.run(["/bin/dd", "if=/dev/zero", "of=\(data)/rest", "bs=1k"])
      let run = try engine.run("run", "--name", "d", "--network", "none", Engine.image, "true")
      #expect(run.status != 0 && run.stderr.lowercased().contains("no space left"), "\(run)")
      #expect(try engine.must("ps", "--format", "{{.Names}}").text == "c")
      try engine.workspace.must("/bin/rm", "\(data)/first", "\(data)/rest")
      try engine.must("run", "--rm", "--network", "none", Engine.image, "true")
      try engine.must("rm", "-f", "-t", "0", "c")
      #expect(try engine.must("ps", "-aq").text == "")
    }
  }

  // MARK: Programs

  @Test func aMissingRuntimeIsToldBeforeThereIsAnything() throws {
    try withEngine { engine in
      let missing = try engine.run(
        "--runtime", "/no/such", "run", "--network", "none", Engine.image, "true")
      #expect(missing.status == 125 && missing.stderr.contains("/no/such"), "\(missing)")
      #expect(try engine.must("ps", "-aq").text == "")
    }
  }

  @Test func aScriptWithoutItsInterpreterIsNotFound() throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      let script = try engine.workspace.write("#!/no/interpreter\n", to: "script")
      try engine.workspace.must("/bin/chmod", "755", script)
      let mount = ["--volume", "\(folder)/script:/script"]
      let run = try engine.workspace.run(
        engine.command(["run", "--rm"] + none + mount + [Engine.image, "/script"]))
      #expect(run.status == 127 && run.stderr.contains("interpreter"), "\(run)")
    }
  }

  // MARK: Images

  /// What an image says of users, folders, variables and volumes leads nowhere on the host.
  @Test func aHostileImageReachesNothing() throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      let root = try engine.workspace.makeRoot("hostile")
      let secret = try engine.workspace.write("evil:x:4242:4242::/:/bin/sh\n", to: "host-passwd")
      try engine.workspace.must("/bin/rm", "-f", "\(root)/etc/passwd", "\(root)/etc/group")
      try engine.workspace.must("/bin/mkdir", "-p", "\(root)/etc")
      try engine.workspace.must("/bin/ln", "-s", secret, "\(root)/etc/passwd")
      try engine.workspace.must("/usr/bin/mkfifo", "\(root)/etc/group")
      try engine.workspace.must("/bin/ln", "-s", "/../../..\(folder)/outside", "\(root)/way")
      try engine.workspace.must("/bin/tar", "-C", root, "-cf", "\(folder)/hostile.tar", ".")
      let layout = "\(folder)/hostile-layout"
      try engine.workspace.must(
        "\(projectFolder)/Scripts/make-image", layout,
        #"{"Cmd": ["/bin/sh"], "Env": ["PATH=/bin", "A=1\nB=2", "=x", "LONG"], "#
          + #""WorkingDir": "/way/../../work", "Volumes": {"/way/volume": {}, "/../../up": {}}}"#,
        "\(folder)/hostile.tar")
      try engine.must("pull", "--quiet", "oci:\(layout)")
      let image = try engine.must("images", "--quiet").lines[0]
      func run(_ words: String...) throws -> Output {
        try engine.workspace.run(
          ["/usr/bin/timeout", "20"] + engine.command(["run", "--rm"] + none + words))
      }
      let user = try run("--user", "evil", image, "id", "-u")
      #expect(user.status != 0 && user.status != 124 && !user.stdout.contains("4242"), "\(user)")
      let group = try run("--group-add", "wheel", image, "id")
      #expect(group.status != 124, "a FIFO keeps nobody waiting: \(group)")
      let plain = try run(image, "true")
      #expect(plain.status != 124, "\(plain)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/outside"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/work"))
      #expect(!FileManager.default.fileExists(atPath: "/up"))
    }
  }

  // MARK: Many

  @Test func containersThatRestartForEverSlowNobody() throws {
    try withEngine { engine in
      for number in 0..<8 {
        try engine.must(
          "run", "-d", "--name", "c\(number)", "--restart", "always", "--network", "none",
          Engine.image, "false")
      }
      let start = Date()
      for _ in 0..<5 { try engine.must("ps", "--all") }
      #expect(Date().timeIntervalSince(start) < 5)
      try engine.must("rm", "-fa", "-t", "0")
    }
  }
}
