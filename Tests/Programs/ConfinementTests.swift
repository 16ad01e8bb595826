import Foundation
import Testing

/// Devices by names of vendors, cgroups, user namespaces, and images whose files are traps.
@Suite(
  .serialized,
  .enabled(if: Engine.reasonToSkip == nil, "\(Engine.reasonToSkip ?? "podman is there")"))
struct ConfinementTests {
  private func run(_ engine: Engine, _ words: String...) throws -> Output {
    try engine.workspace.run(
      engine.command(["run", "--rm", "--network", "none"] + words))
  }

  @Test func aVendorsDeviceComesWithItsEdits() throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      try FileManager.default.createDirectory(
        atPath: "\(folder)/cdi", withIntermediateDirectories: true)
      _ = try engine.workspace.write(
        """
        cdiVersion: 0.5.0
        kind: example.com/thing
        containerEdits:
          env: [ALL=yes]
        devices:
        - name: one
          containerEdits:
            additionalGids: [77]
            deviceNodes:
            - path: /dev/thing
              hostPath: /dev/zero
            mounts:
            - hostPath: \(folder)
              containerPath: /thing
              options: [ro, nosuid, nodev]
            hooks:
            - hookName: createContainer
              path: /bin/touch
              args: [touch, "\(folder)/hooked"]
        """, to: "cdi/thing.yaml")
      let result = try engine.workspace.run(
        engine.command(["--cdi-spec-dir", "\(folder)/cdi", "run", "--rm", "--network", "none"])
          + [
            "--device", "example.com/thing=one", Engine.image, "sh", "-c",
            "echo $ALL; id -G; head -c 3 /dev/thing | wc -c; ls /thing/cdi; touch /thing/x",
          ])
      #expect(result.lines == ["yes", "0 77", "3", "thing.yaml"], "\(result)")
      #expect(result.stderr.contains("Read-only"))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/hooked"))
      let missing = try run(engine, "--device", "example.com/thing=two", Engine.image, "true")
      #expect(missing.status == 126 && missing.stderr.contains("example.com/thing=two"))
      let none = try engine.workspace.run(
        engine.command(["--cdi-spec-dir", "\(folder)/cdi", "run", "--rm"])
          + ["--gpus", "all", Engine.image, "true"])
      #expect(none.status == 126 && none.stderr.contains("--gpus"))
    }
  }

  @Test func aContainerMayStayInItsCallersCgroups() throws {
    try withEngine { engine in
      let own = try run(engine, "--cgroups", "disabled", Engine.image, "cat", "/proc/self/cgroup")
      #expect(own.status == 0 && !own.stdout.contains("libpod"), "\(own)")
      for words in [
        ["--cgroups", "disabled", "--memory", "100m"], ["--cgroups", "nothing"],
        ["--cgroups", "split", "--cgroup-parent", "/x"],
        ["--cgroups", "disabled", "--runtime", "/bin/true"],
      ] {
        let result = try engine.workspace.run(
          engine.command(["run", "--rm"] + words + [Engine.image, "true"]))
        #expect(result.status == 125 && result.stderr.contains("--cgroups"), "\(result)")
      }
    }
  }

  @Test func usersAreMappedAsSaid() throws {
    try withEngine { engine in
      let map = try run(
        engine, "--uidmap", "0:100000:1000", "--uidmap", "+500:200000:1", "--gidmap",
        "0:100000:1000",
        Engine.image, "cat", "/proc/self/uid_map")
      #expect(
        map.lines.map { $0.split(separator: " ").joined(separator: ":") }
          == ["0:100000:500", "500:200000:1", "501:100501:499"], "\(map)")
      let wrong = try run(engine, "--uidmap", "x0:1:1", Engine.image, "true")
      #expect(wrong.status == 125 && wrong.stderr.contains("--uidmap"))
    }
  }

  @Test func mountsDoWhatTheirOptionsSay() throws {
    try withEngine { engine in
      let image = try run(
        engine, "--mount", "type=image,src=\(Engine.image),dst=/x,rw=true", Engine.image, "sh",
        "-c", "echo new >/x/new && cat /x/new")
      #expect(image.text == "new", "\(image)")
      #expect(
        try run(
          engine, "--mount", "type=image,src=\(Engine.image),dst=/x", Engine.image, "ls", "/x/new"
        ).status == 1)
      let owned = try run(
        engine, "--user", "7:8", "--mount", "type=tmpfs,dst=/x,U=true", Engine.image, "sh", "-c",
        "touch /x/f && ls -ln /x/f | tr -s ' ' | cut -d' ' -f3,4")
      #expect(owned.text == "7 8", "\(owned)")
      for text in [
        "type=bind,src=/tmp,dst=/x,idmap=uids=1", "type=volume,dst=/x,volume-opt=x",
        "type=bind,src=/tmp,dst=/x,volume-label=a", "type=artifact,src=a,dst=/x",
      ] {
        #expect(try run(engine, "--mount", text, Engine.image, "true").status == 125, "\(text)")
      }
    }
  }

  /// An image's /etc/passwd may be anything: it never hangs podman, nor leads out of the image.
  @Test(arguments: [
    "mkfifo etc/passwd", "mknod etc/passwd c 1 5", "truncate -s 1G etc/passwd",
    "ln -s /../../../../../../etc/shadow etc/passwd", "mkdir etc/passwd", "ln -s passwd etc/passwd",
  ]) func hostileUserFilesHarmNobody(_ change: String) throws {
    try withEngine { engine in
      let folder = engine.workspace.folder
      try engine.workspace.must(
        "/bin/sh", "-ec",
        "mkdir \(folder)/evil; tar -C \(folder)/evil -xf \(folder)/root.tar; cd \(folder)/evil; rm -rf etc/passwd; mkdir -p etc; \(change)"
      )
      // A folder, because no archive has to hold a gigabyte for it.
      let child = try engine.workspace.start(
        engine.command([
          "run", "--rm", "--network", "none", "--user", "nobody-here", "--rootfs", "\(folder)/evil",
          "true",
        ]))
      let result = try child.wait(seconds: 20)
      #expect(result.status != 0 && !result.stderr.contains("root:"), "\(result)")
    }
  }
}
