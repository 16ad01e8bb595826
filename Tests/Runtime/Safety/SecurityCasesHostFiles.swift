import Foundation
import Testing

extension RuntimeTests {
  /// Ways from the container to the host's files through what the runtime holds open.
  @Suite struct SecurityCasesHostFiles {
    /// CVE-2019-5736: the container rewrote the runtime through /proc/self/exe.
    @Test func theRuntimeCannotBeOverwritten() throws {
      try withBundle { bundle throws in
        // A copy, so that the host's own is safe whatever comes of it.
        let copy = bundle.fixture.folder + "/runtime"
        try FileManager.default.copyItem(atPath: Runtime.path, toPath: copy)
        bundle.fixture.runtime.binary = copy
        let before = try bundle.fixture.host("sha256sum", copy).words.first
        _ = try bundle.fixture.newFile(
          "bundle/rootfs/entry", "#!/proc/self/exe\n", mode: 0o755)
        bundle.arguments = ["probe", "attack-binary"]
        bundle.config["process", "noNewPrivileges"] = false
        let (container, creation) = try bundle.tryCreate()
        #expect(creation.status == 0)
        try container.start()
        for _ in 0..<20 {
          _ = try container.call("exec", [], ["/entry"])
          _ = try container.call("exec", [], ["true"])
        }
        let other = try Bundle(bundle.fixture, name: "other")
        other.arguments = ["/entry"]
        _ = try bundle.fixture.newFile("other/rootfs/entry", "#!/proc/self/exe\n", mode: 0o755)
        _ = try other.run()
        usleep(300_000)
        try container.must("delete", ["--force"])
        #expect(try bundle.fixture.host("sha256sum", copy).words.first == before)
        #expect(FileManager.default.fileExists(atPath: copy))
      }
    }

    /// CVE-2024-21626: a descriptor of the host's as the working folder.
    @Test(arguments: ["run", "exec"])
    func theFolderIsNotADescriptor(_ command: String) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        let script = "cat ../../../../../../../../../..\(canary.secret)"
        let container = command == "exec" ? try bundle.start() : nil
        for number in 3...30 {
          let folder = "/proc/self/fd/\(number)"
          let output: Output
          if let container {
            output = try container.exec(["--cwd", folder], script)
          } else {
            bundle.config["process", "cwd"] = .string(folder)
            bundle.shell(script)
            output = try bundle.run()
          }
          #expect(output.status != 0, "\(folder)")
          #expect(!output.stdout.contains("secret"), "\(folder)")
        }
        // The same behind a link of the image.
        #expect(symlink("/proc/self/fd", bundle.rootfs + "/fds") == 0)
        for number in 3...12 {
          bundle.config["process", "cwd"] = .string("/fds/\(number)")
          bundle.shell(script)
          #expect(try bundle.run().status != 0)
        }
        #expect(canary.changes == [])
      }
    }

    @Test func theWorkingFolderIsInside() throws {
      try withBundle { bundle throws in
        for folder in ["/", "/tmp", "/new", "/bin/../tmp"] {
          bundle.config["process", "cwd"] = .string(folder)
          #expect(try bundle.output(of: "/bin/pwd").text.hasPrefix("/"))
          #expect(try bundle.output(of: "test ! -e ../../../../..\(bundle.folder)").status == 0)
        }
      }
    }

    /// The processes that join the container hold nothing that leads out of it.
    @Test func joiningProcessesKeepTheirDescriptorsFromTheContainer() throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        let script =
          "probe attack-descriptors \(canary.secret) & exec probe attack-descriptors \(canary.secret)"
        bundle.shell(script)
        let seen = bundle.rootfs + "/seen"
        bundle.shell("probe attack-descriptors \(canary.secret) >/seen")
        let container = try bundle.start()
        #expect(
          eventually(5) {
            (try? String(contentsOfFile: seen, encoding: .utf8))?.contains("ready") == true
          })
        for _ in 0..<40 { #expect(try container.exec([], "true").status == 0) }
        #expect(try String(contentsOfFile: seen, encoding: .utf8) == "ready\n")
      }
    }

    /// CVE-2022-29162 and its kin: inheritable capabilities that nobody asked for.
    @Test func nothingIsInheritable() throws {
      try withBundle { bundle throws in
        let line = "grep CapInh /proc/self/status"
        let none = CapabilitySet([]).hexadecimal
        #expect(try bundle.output(of: line).words.last == none)
        let container = try bundle.startSleeping()
        #expect(try container.exec([], line).words.last == none)
        #expect(try container.exec(["--cap", "CAP_NET_ADMIN"], line).words.last == none)
        #expect(try container.exec(["--user", "5"], line).words.last == none)
      }
    }

    /// Annotations, which an image may bring, change nothing of what the process may do.
    @Test(.disabled(if: Runtime.isCrun, "crun takes run.oci.* from everybody"))
    func annotationsDoNotWiden() throws {
      try withBundle { bundle throws in
        let show =
          "grep -E '^(Cap|Seccomp|NoNewPrivs|Groups|Uid)' /proc/self/status; ls /dev; cut -d' ' -f4- /proc/self/mountinfo | sed 's/ocitest-[A-Za-z0-9]*//g' | wc -l"
        let plain = try bundle.output(of: show).stdout
        var annotations: [String: JSONValue] = [:]
        for (key, value) in [
          ("run.oci.handler", "wasm"), ("run.oci.keep_original_groups", "1"),
          ("run.oci.seccomp_fail_unknown_syscall", "1"), ("run.oci.systemd.subgroup", "x"),
          ("run.oci.seccomp.receiver", "/tmp/x"), ("run.oci.hooks.stdout", "/tmp/x"),
          ("run.oci.delegate-cgroup", "x"), ("run.oci.mount_context_type", "rootcontext"),
          ("org.systemd.property.ExecStartPre", "'/bin/true'"),
          ("io.kubernetes.cri-o.userns-mode", "host"),
          ("org.criu.config", "/etc/criu.conf"), ("io.podman.annotations.privileged", "TRUE"),
          ("io.podman.annotations.checkpoint", "1"),
          ("org.opencontainers.runtime-spec.features", "{}"),
          ("module.wasm.image/variant", "compat"), ("a b=\n", "\u{1}"),
        ] { annotations[key] = .string(value) }
        bundle.config["annotations"] = .object(annotations)
        #expect(try bundle.output(of: show).stdout == plain)
      }
    }

    /// A hook's program is the host's, never the image's.
    @Test func hooksDoNotComeFromTheImage() throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        _ = try bundle.fixture.newFile(
          "bundle/rootfs/only-inside", "#!/bin/sh\ntouch \(canary.folder)/bad\n", mode: 0o755)
        for kind in ["prestart", "createRuntime", "createContainer"] {
          bundle.config["hooks"] = .object([kind: [["path": "/only-inside"]]])
          #expect(try bundle.run().status == 1, "\(kind)")
        }
        #expect(canary.changes == [])
      }
    }

    // MARK: The streams

    /// Opening one's own stream by name, as images do whose logs are links to /dev/stdout.
    @Test(arguments: [0, 1000])
    func aPipeBelongsToTheUser(_ user: Int64) throws {
      try withBundle { bundle throws in
        bundle.fixture.runtime.prefix = ["sh", "-c", "\"$@\" | cat", "sh"]
        bundle.config["process", "user"] = ["uid": .integer(user), "gid": .integer(user)]
        bundle.config["process", "capabilities"] = nil
        bundle.shell("echo out >/dev/stdout")
        #expect(try bundle.run().text == "out")
      }
    }

    /// CVE-2026-88265: streams replaced and their files given away.
    @Test(
      .disabled(
        if: Runtime.isRunc(before: "1.2.8"), "runc before 1.2.8 is known to be vulnerable"))
    func theStreamsAreTheCallers() throws {
      try withBundle { bundle throws in
        let input = try bundle.fixture.newFile("input", "text")
        let opened = open(input, O_RDONLY | O_CLOEXEC)
        defer { close(opened) }
        var before = stat()
        fstat(opened, &before)
        // A hostile /dev/null must not take the place of a stream.
        bundle.removeMounts("/dev", "/dev/pts", "/dev/shm")
        #expect(symlink("/etc/passwd", bundle.rootfs + "/dev/null") == 0)
        bundle.config["linux", "maskedPaths"] = []
        bundle.shell("cat; stat -Lc %i /proc/self/fd/0")
        let output = try bundle.run(descriptors: [0: opened])
        if output.status == 0 { #expect(output.stdout == "text\(before.st_ino)\n") }
        #expect(!output.stdout.contains("root:"))
      }
    }
  }
}
