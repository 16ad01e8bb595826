import Foundation
import Testing

/// `podman container checkpoint`, `restore`, `clone` and `runlabel`.
///
/// CRIU does not work on every kernel: here a runtime stands in that imitates the two commands and leaves all
/// else to the real one. So everything is tried but the processes' own memory.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "podman is there")"))
struct CheckpointTests {
  private static let runtime = #"""
    #!/bin/sh
    globals=
    while [ $# -gt 0 ]; do
      case $1 in
        --root|--log|--log-format) globals="$globals $1 $2"; shift 2;;
        --*) globals="$globals $1"; shift;;
        *) break;;
      esac
    done
    verb=$1; shift
    case $verb in checkpoint|restore) ;; *) exec REAL $globals $verb "$@";; esac
    echo "$verb $*" >>FOLDER/calls
    ends=1 create=
    while [ $# -gt 1 ]; do
      case $1 in
        --image-path) images=$2; shift 2;;
        --work-path) work=$2; shift 2;;
        --bundle|--pid-file|--console-socket) create="$create $1 $2"; shift 2;;
        --leave-running|--pre-dump) ends=; shift;;
        --parent-path) [ -d $images/$2 ] || exit 1; shift 2;;
        *) shift;;
      esac
    done
    if [ $verb = checkpoint ]; then
      if [ -e FOLDER/broken ]; then echo "no dump today" >&2; exit 1; fi
      : >$images/inventory.img
      : >$work/dump.log
      [ $ends ] || exit 0
      REAL $globals kill $1 KILL
      until REAL $globals delete $1 2>/dev/null; do sleep 0.05; done
      exit 0
    fi
    [ -e $images/inventory.img ] || exit 1
    REAL $globals create $create $1 && exec REAL $globals start $1
    """#

  private func withRuntime(_ body: (Engine, String) throws -> Void) throws {
    try withEngine { engine in
      let real =
        ProcessInfo.processInfo.environment["OCI_RUNTIME"]
        ?? (Engine.program as NSString).deletingLastPathComponent + "/ocirun"
      let text = Self.runtime.replacingOccurrences(of: "REAL", with: real)
        .replacingOccurrences(of: "FOLDER", with: engine.workspace.folder)
      let path = try engine.workspace.write(text, to: "runtime")
      chmod(path, 0o755)
      try body(engine, path)
    }
  }

  private static let script =
    "echo begin; echo new >/new; rm /bin/awk; echo s >/dev/shm/s; echo v >/v/v; sleep 1000"

  private func start(_ engine: Engine, _ runtime: String, _ flags: String...) throws {
    try engine.workspace.must(
      engine.command(
        ["run", "-d", "--name", "c", "--network", "none", "--runtime", runtime] + flags
          + ["-v", "data:/v", Engine.image, "sh", "-c", Self.script]))
    let isReady = try eventually(10) {
      try engine.run("exec", "c", "cat", "/v/v").status == 0
    }
    #expect(isReady)
  }

  private func status(_ engine: Engine) throws -> String {
    try engine.inspect("c", "{{.State.Status}} {{.State.ExitCode}} {{.State.Restarting}}")
  }

  @Test func aContainerGoesOnWhereItWasSaved() throws {
    try withRuntime { engine, runtime in
      try start(engine, runtime, "--restart", "always")
      #expect(try engine.must("container", "checkpoint", "c").text == "c")
      // The end is neither a failure nor the restart policy's affair.
      usleep(300_000)
      #expect(try status(engine) == "exited 0 false")
      #expect(try engine.inspect("c", "{{.State.CheckpointedAt}}").hasPrefix("20"))
      #expect(try engine.run("container", "checkpoint", "c").stderr.contains("not running"))
      #expect(try engine.must("container", "restore", "--all").text.count == 64)
      #expect(try status(engine) == "running 0 false")
      #expect(try engine.inspect("c", "{{.State.RestoredAt}}").hasPrefix("20"))
      // What was in /dev/shm is there again; its program here begins anew.
      #expect(try engine.must("exec", "c", "cat", "/dev/shm/s", "/v/v").text == "s\nv")
      // The checkpoint is used up.
      try engine.must("stop", "-t0", "c")
      let again = try engine.run("container", "restore", "c")
      #expect(again.status == 125 && again.stderr.contains("complete checkpoint"))
      let events = try engine.must("events", "--stream=false", "--format", "{{.Status}}").lines
      #expect(events.contains("checkpoint") && events.contains("restore"))
    }
  }

  @Test func aFailedSaveLeavesTheContainerAsItWas() throws {
    try withRuntime { engine, runtime in
      try start(engine, runtime, "--restart", "always")
      _ = try engine.workspace.write("", to: "broken")
      let result = try engine.run("container", "checkpoint", "c")
      #expect(result.status == 125 && result.stderr.contains("no dump today"), "\(result)")
      #expect(try status(engine) == "running 0 false")
      // The policy still holds.
      let first = try engine.inspect("c", "{{.State.Pid}}")
      try engine.workspace.must("/bin/kill", "-9", first)
      let isBack = try eventually(10) {
        let pid = try engine.inspect("c", "{{.State.Pid}}")
        return pid != first && pid != "0"
      }
      #expect(isBack)
    }
  }

  @Test(arguments: ["none", "gzip", "zstd"]) func anArchiveMovesAContainer(_ format: String) throws
  {
    try withRuntime { engine, runtime in
      try start(engine, runtime)
      let file = "\(engine.workspace.folder)/c.tar"
      try engine.must("container", "checkpoint", "--export", file, "--compress", format, "c")
      let names = try engine.workspace.must("/bin/tar", "-tf", file).lines
      for name in [
        "config.dump", "spec.dump", "network.status", "devshm-checkpoint.tar", "rootfs-diff.tar",
        "deleted.files", "ctr.log", "checkpoint/inventory.img", "volumes/data.tar",
      ] { #expect(names.contains(name), "\(name)") }
      let id = try engine.inspect("c", "{{.ID}}")
      #expect(try engine.run("container", "restore", "-i", file).stderr.contains("already in use"))
      try engine.must("rm", "c")
      #expect(
        try engine.run("container", "restore", "-i", file).stderr.contains("--ignore-volumes"))
      try engine.must("volume", "rm", "data")
      #expect(try engine.must("container", "restore", "-i", file).text == id)
      #expect(
        try engine.must("exec", "c", "sh", "-c", "cat /new /v/v /dev/shm/s; ls /bin/awk 2>&1; true")
          .text
          == "new\nv\ns\nls: /bin/awk: No such file or directory")
      let other = try engine.must(
        "container", "restore", "-i", file, "-n", "d", "--ignore-volumes", "--print-stats")
      #expect(try other.json["container_statistics"][0]["Id"].string != id)
      #expect(try engine.must("ps", "--format", "{{.Names}}").words.sorted() == ["c", "d"])
    }
  }

  @Test func memoryIsSavedBeforehand() throws {
    try withRuntime { engine, runtime in
      try start(engine, runtime)
      let without = try engine.run("container", "checkpoint", "--with-previous", "c")
      #expect(without.status == 125 && without.stderr.contains("--pre-checkpoint"))
      let folder = engine.workspace.folder
      try engine.must("container", "checkpoint", "-P", "-e", "\(folder)/pre.tar", "c")
      #expect(try status(engine) == "running 0 false")
      try engine.must(
        "container", "checkpoint", "--with-previous", "-e", "\(folder)/c.tar", "--tcp-established",
        "--file-locks", "c")
      try engine.must("rm", "c")
      try engine.must("volume", "rm", "data")
      try engine.must(
        "container", "restore", "--import-previous", "\(folder)/pre.tar", "-i", "\(folder)/c.tar",
        "--tcp-close", "--file-locks", "--keep")
      let calls = contents("\(folder)/calls")
      #expect(calls.contains("--pre-dump"))
      #expect(calls.contains("--tcp-established --file-locks --parent-path ../pre-checkpoint"))
      #expect(calls.contains("--tcp-close --file-locks"))
      let kept = try engine.inspect("c", "{{.StaticDir}}")
      #expect(
        FileManager.default.fileExists(atPath: kept + "/checkpoint/parent/inventory.img"))
    }
  }

  @Test func anImageHoldsACheckpointButNoRights() throws {
    try withRuntime { engine, runtime in
      try start(engine, runtime)
      try engine.must("container", "checkpoint", "--create-image", "saved", "--leave-running", "c")
      #expect(
        try engine.must(
          "inspect", "--type", "image", "--format",
          #"{{index .Annotations "io.podman.annotations.checkpoint.name"}}"#, "saved"
        ).text == "c")
      try engine.must("container", "restore", "--name", "d", "--ignore-volumes", "saved")
      #expect(try engine.must("exec", "d", "cat", "/new").text == "new")
      // It is never run as a checkpoint by `run`.
      #expect(try engine.run("run", "--rm", "saved").status == 125)
      try engine.must(
        "run", "-d", "--name", "mighty", "--privileged", "--network", "none", "--runtime", runtime,
        Engine.image, "sleep", "1000")
      try engine.must("container", "checkpoint", "--create-image", "evil", "mighty")
      let refused = try engine.run("container", "restore", "--name", "restored", "evil")
      #expect(refused.status == 125 && refused.stderr.contains("--privileged"), "\(refused)")
      #expect(try engine.run("container", "exists", "restored").status == 1)
      let none = try engine.run("container", "restore", "--name", "restored", Engine.image)
      #expect(none.stderr.contains("no checkpoint image"))
    }
  }

  @Test(arguments: [
    ("ln -s /etc checkpoint", "neither a file nor a folder"),
    ("mkfifo checkpoint", "neither a file nor a folder"),
    ("mkdir checkpoint; ln -s /etc checkpoint/parent", "neither a file nor a folder"),
    ("rm config.dump", "no checkpoint"), ("echo x >config.dump", "config.dump"),
    (#"echo '{"id": "../../x", "name": "a/b"}' >config.dump"#, "another engine"),
  ]) func aHostileArchiveIsRefused(_ change: String, _ reason: String) throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      try engine.workspace.must(
        "/bin/sh", "-ec",
        "mkdir \(folder)/a; cd \(folder)/a; echo '{\"id\": \"a\", \"name\": \"b\"}' >config.dump; \(change); tar -cf ../a.tar ."
      )
      let result = try engine.run("container", "restore", "--import", "\(folder)/a.tar")
      #expect(result.status == 125 && result.stderr.contains(reason), "\(result)")
      #expect(try engine.must("ps", "-aq").text.isEmpty)
    }
  }

  @Test func whatCannotBeIsSaid() throws {
    try withRuntime { engine, runtime in
      try start(engine, runtime, "--rm")
      let cases: [([String], String)] = [
        (["checkpoint", "c"], "--rm"), (["checkpoint", "-c", "gzip", "c"], "--export"),
        (["checkpoint", "-e", "/tmp/x", "-c", "bzip2", "c"], "gzip, none, zstd"),
        (["checkpoint", "--ignore-rootfs", "c"], "--export"),
        (["checkpoint", "--with-previous", "-P", "c"], "--pre-checkpoint"),
        (["checkpoint"], "at least one name"), (["checkpoint", "nobody"], "no such container"),
        (["checkpoint", "-e", "/no/such/folder/x", "c"], "/no/such/folder"),
        (["restore", "c"], "is running or paused"), (["restore", "--name", "x", "c"], "--import"),
        (["restore", "-p", "80", "c"], "--import"), (["restore", "-i", "/no/such"], "--import"),
        (["restore", "-i", "x", "c"], "positional"),
        (["restore", "--pod", "p", "-i", "x"], "pods"),
        (["restore", "-i", "x", "-n", "y", "--tcp-established"], "--name"),
      ]
      for (words, reason) in cases {
        let result = try engine.workspace.run(engine.command(["container"] + words))
        #expect(result.status == 125 && result.stderr.contains(reason), "\(result)")
      }
      #expect(try status(engine) == "running 0 false")
    }
  }

  @Test func aLabelSaysWhatRuns() throws {
    try withEngine { engine in
      let script = """
        set -e
        podman run --name base --network none \(Engine.image) true
        podman commit -q -c 'LABEL RUN="podman run --name NAME --network none IMAGE echo \\$PWD ran"' \
          -c 'LABEL INSTALL="/bin/echo install ${IMAGE} ${OPT1}"' -c 'LABEL BAD="podman run --bad-option"' base labelled
        cd /tmp
        podman container runlabel --display run labelled more
        podman container runlabel -n one RUN labelled
        podman container runlabel --opt1 opt install labelled arg
        podman container runlabel --quiet --replace -n one run labelled
        podman ps -a --filter name=one --format '{{.Names}}'
        """
      let result = try engine.shell(script)
      #expect(
        result.lines.suffix(4) == [
          "command: podman run --name labelled --network none localhost/labelled:latest echo /tmp ran more",
          "/tmp ran", "install localhost/labelled:latest opt arg", "one",
        ], "\(result)")
      let missing = try engine.run("container", "runlabel", "nothing", "labelled")
      #expect(missing.status == 125 && missing.stderr.contains("cannot find the value of label"))
      #expect(try engine.run("container", "runlabel", "bad", "labelled").status == 125)
      #expect(try engine.run("container", "runlabel", "run").status == 125)
    }
  }

  @Test func aCloneIsTheSameButForWhatIsSaid() throws {
    try withEngine { engine in
      try engine.must(
        "create", "--name", "c", "--network", "none", "--label", "a=b", "-v", "/anonymous",
        "-v", "named:/named", Engine.image, "sleep", "1000")
      try engine.must("container", "clone", "c")
      try engine.must("container", "clone", "--run", "c", "twin")
      #expect(try engine.inspect("twin", "{{.State.Status}} {{.Config.Labels.a}}") == "running b")
      #expect(try engine.inspect("c-clone", "{{.State.Status}}") == "created")
      func volumes(_ name: String) throws -> [String] {
        try engine.inspect(name, "{{range .Mounts}}{{.Name}} {{end}}").split(separator: " ").map(
          String.init)
      }
      let (old, new) = (try volumes("c"), try volumes("twin"))
      #expect(Set(old).intersection(new) == ["named"])
      #expect(try engine.run("container", "clone", "--force", "c").status == 125)
      #expect(try engine.run("container", "clone", "c", "twin").stderr.contains("already in use"))
      try engine.must("container", "clone", "--destroy", "--force", "--name", "heir", "twin")
      let gone = try engine.run("container", "exists", "twin")
      #expect(gone.status == 1, "\(gone)")
      #expect(try engine.run("container", "exists", "heir").status == 0)
    }
  }
}
