import Foundation
import Testing

/// `podman volume`, and volumes of containers.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "")"))
struct VolumeTests {
  @Test func theCommandsOfTheHandbook() throws {
    try withEngine { podman in
      #expect(try podman.must("volume", "create", "myvolume").text == "myvolume")
      let list = try podman.must("volume", "ls")
      #expect(list.lines == ["DRIVER      VOLUME NAME", "local       myvolume"], "\(list)")
      #expect(try podman.must("volume", "ls", "--filter", "dangling=true", "-q").text == "myvolume")
      let inspect = try podman.must("volume", "inspect", "myvolume")
      #expect(inspect.stdout.contains(#""Name": "myvolume""#), "\(inspect)")
      #expect(
        try podman.must(
          "volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt",
          "o=size=1G", "fast-volume"
        ).text == "fast-volume")
      #expect(try podman.must("volume", "rm", "myvolume").text == "myvolume")
      let prune = try podman.run("volume", "prune", input: "n\n")
      #expect(prune.status == 0, "\(prune)")
      #expect(prune.stdout.contains("No dangling anonymous volumes found"), "\(prune)")
      #expect(try podman.must("volume", "ls", "-q").text == "fast-volume")
    }
  }

  /// Scripts tell what went wrong by the status.
  @Test func statusesAreThoseOfPodman() throws {
    try withEngine { podman in
      #expect(try podman.run("volume", "exists", "none").status == 1)
      #expect(try podman.run("volume", "rm", "none").status == 1)
      #expect(try podman.run("volume", "rm", "--force", "none").status == 0)
      #expect(try podman.run("volume", "inspect", "none").status == 125)
      #expect(try podman.run("volume", "create", "a b").status == 125)
      #expect(try podman.run("volume", "rm").status == 125)
      try podman.must("volume", "create", "v")
      #expect(try podman.run("volume", "exists", "v").status == 0)
      #expect(try podman.run("volume", "create", "v").status == 125)
      #expect(try podman.must("volume", "create", "--ignore", "v").text == "v")
      try podman.sleeper("one", "--volume", "v:/v")
      let used = try podman.run("volume", "rm", "v")
      #expect(used.status == 2)
      #expect(used.stderr.contains("is being used by the following container(s): one"), "\(used)")
      try podman.must("volume", "rm", "--force", "--time", "0", "v")
      #expect(try podman.must("ps", "--all", "--quiet").text.isEmpty)
    }
  }

  @Test func containersShareAVolumeAndItOutlivesThem() throws {
    try withEngine { podman in
      try podman.must(
        "run", "--rm", "--network", "none", "--volume", "v:/d", Engine.image, "sh", "-c",
        "echo one >/d/file")
      let read = try podman.must(
        "run", "--rm", "--network", "none", "--volume", "v:/d:ro", Engine.image, "sh", "-c",
        "cat /d/file; touch /d/x 2>/dev/null || echo read-only")
      #expect(read.lines == ["one", "read-only"], "\(read)")
    }
  }

  /// A new volume begins with what the image has there; `nocopy` and a used one do not.
  @Test func aNewVolumeGetsTheFilesOfTheImage() throws {
    try withEngine { podman in
      func run(_ options: String...) throws -> Output {
        try podman.workspace.run(
          podman.command(
            ["run", "--rm", "--network", "none"] + options + [Engine.image, "ls", "/bin"]))
      }
      let plain = try run()
      #expect(plain.status == 0, "\(plain)")
      #expect(try run("--volume", "v:/bin").stdout == plain.stdout)
      #expect(try run("--volume", "v:/bin").stdout == plain.stdout)
      // Over an empty folder there is no ls.
      #expect(try run("--volume", "w:/bin:nocopy").status == 127)
    }
  }

  @Test func anonymousVolumesGoWithTheirContainer() throws {
    try withEngine { podman in
      try podman.must(
        "run", "--rm", "--network", "none", "--volume", "/d", Engine.image, "touch", "/d/x")
      #expect(try podman.must("volume", "ls", "-q").text.isEmpty)
      try podman.must("create", "--name", "one", "--network", "none", "-v", "/d", Engine.image)
      #expect(try podman.must("volume", "ls", "-q").lines.count == 1)
      try podman.must("rm", "--volumes", "one")
      #expect(try podman.must("volume", "ls", "-q").text.isEmpty)
    }
  }

  @Test func exportAndImportCarryAVolume() throws {
    try withEngine { podman in
      try podman.must(
        "run", "--rm", "--network", "none", "--volume", "v:/d", Engine.image, "sh", "-c",
        "mkdir /d/sub; echo text >/d/sub/file; ln -s /etc/passwd /d/link")
      let piped = try podman.shell(
        "podman volume create w && podman volume export v | gzip | podman volume import w -")
      #expect(piped.status == 0, "\(piped)")
      let read = try podman.must(
        "run", "--rm", "--network", "none", "--volume", "w:/d", Engine.image, "sh", "-c",
        "cat /d/sub/file; readlink /d/link")
      #expect(read.lines == ["text", "/etc/passwd"], "\(read)")
      #expect(try podman.run("volume", "import", "w", "/no/such/file").status == 125)
      #expect(try podman.run("volume", "export", "none").status == 125)
    }
  }

  @Test func aVolumeThatIsMountedIsCounted() throws {
    try withEngine { podman in
      try podman.must("volume", "create", "--opt", "type=tmpfs", "--opt", "o=size=1m", "v")
      try podman.sleeper("one", "-v", "v:/v")
      try podman.sleeper("two", "-v", "v:/v")
      #expect(try podman.must("volume", "inspect", "-f", "{{.MountCount}}", "v").text == "2")
      try podman.must("rm", "--force", "--time", "0", "one")
      #expect(try podman.must("volume", "inspect", "-f", "{{.MountCount}}", "v").text == "1")
      try podman.must("rm", "--force", "--time", "0", "two")
      #expect(try podman.must("volume", "inspect", "-f", "{{.MountCount}}", "v").text == "0")
    }
  }

  /// The driver `image`: a volume that begins as an image and can be written.
  @Test func aVolumeCanBeginAsAnImage() throws {
    try withEngine { podman in
      try podman.must(
        "volume", "create", "--driver", "image", "--opt", "image=\(Engine.image)", "v")
      for line in ["1", "2"] {
        let outcome = try podman.must(
          "run", "--rm", "--network", "none", "--volume", "v:/v", Engine.image, "sh", "-c",
          "test -x /v/bin/busybox && echo x >>/v/count && wc -l </v/count")
        #expect(outcome.text == line, "\(outcome)")
      }
      #expect(try podman.must("volume", "inspect", "-f", "{{.MountCount}}", "v").text == "0")
      #expect(
        try podman.run("volume", "create", "-d", "image", "-o", "image=none", "w").status == 125)
      try podman.must("volume", "rm", "v")
      #expect(try podman.must("volume", "ls", "-q").text.isEmpty)
    }
  }

  /// Commands that are killed at any point: the next one works, and nothing is left.
  @Test func aKilledCommandIsMadeGoodByTheNext() throws {
    try withEngine { podman in
      let program = podman.command([]).joined(separator: " ")
      let outcome = try podman.shell(
        """
        for delay in 0.005 0.01 0.015 0.02 0.03 0.05; do
          killed() { timeout -s KILL $delay \(program) "$@" >/dev/null; }
          killed volume create v
          podman volume create --ignore v >/dev/null || echo create $delay
          podman run --rm --network none -v v:/v \(Engine.image) sh -c \
            'for n in 1 2 3 4 5 6 7 8 9; do mkdir /v/$n; echo x >/v/$n/f; done' || echo run $delay
          killed volume rm v
          podman volume rm --force v >/dev/null || echo rm $delay
          killed secret create s \(podman.workspace.folder)/containers.conf
          podman secret create --replace s \(podman.workspace.folder)/containers.conf >/dev/null ||
            echo secret $delay
          killed secret rm s
          podman secret rm --ignore s >/dev/null || echo secret rm $delay
        done 2>/dev/null
        podman volume create last >/dev/null
        podman volume rm last >/dev/null
        ls -A \(podman.workspace.folder)/data/root/volumes
        podman volume ls --quiet; podman secret ls --quiet
        podman secret create s \(podman.workspace.folder)/containers.conf >/dev/null
        podman secret rm s >/dev/null
        find \(podman.workspace.folder)/data/root/secrets -name '.secret*'
        """)
      #expect(outcome.text.isEmpty, "\(outcome)")
    }
  }
}
