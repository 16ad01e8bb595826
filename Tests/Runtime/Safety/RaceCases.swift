import Foundation
import Testing

extension RuntimeTests {
  /// Names that change while a container starts. `OCI_RUNTIME_RACES` is the number of starts.
  @Suite struct SecurityCasesRaces {
    static let starts: Int =
      ProcessInfo.processInfo.environment["OCI_RUNTIME_RACES"].flatMap { Int($0) }
      ?? (Runtime.isStrict ? 1000 : 200)

    private static let rounds = 4

    /// Swaps two names until the test ends.
    private func swap(_ first: String, _ second: String, in fixture: Fixture) throws {
      let child = try fixture.spawn(Command([Probe.program, "exchange", first, second]))
      usleep(20_000)
      guard !child.isOver else { throw HarnessError("\(try child.wait())") }
    }

    /// CVE-2021-30465: the target of a mount is a link at the moment of the mount.
    @Test(arguments: 0..<rounds)
    func theTargetOfAMount(_ round: Int) throws {
      try withBundle { bundle throws in
        let volume = try bundle.fixture.newFolder("volume")
        _ = try bundle.fixture.newFolder("volume/target")
        let canary = try Canary(bundle)
        #expect(symlink(canary.folder, volume + "/link") == 0)
        let source = try bundle.fixture.newFolder("source")
        bundle.addMount("/volume", source: volume, options: ["rbind"])
        bundle.addMount("/volume/target", type: "tmpfs", source: "tmpfs")
        bundle.addMount("/volume/target", source: source, options: ["rbind", "ro"])
        try swap(volume + "/target", volume + "/link", in: bundle.fixture)
        try race(bundle, canary)
      }
    }

    /// CVE-2024-45310: a missing target is made while its parent becomes a link.
    @Test(
      .disabled(
        if: Runtime.isRunc(before: "1.1.14"), "runc before 1.1.14 is known to be vulnerable"),
      arguments: 0..<rounds)
    func aTargetThatIsMade(_ round: Int) throws {
      try withBundle { bundle throws in
        let volume = try bundle.fixture.newFolder("volume")
        _ = try bundle.fixture.newFolder("volume/target")
        let canary = try Canary(bundle)
        #expect(symlink(canary.folder, volume + "/link") == 0)
        let file = try bundle.fixture.newFile("file")
        bundle.addMount("/volume", source: volume, options: ["rbind"])
        bundle.addMount("/volume/target/a/b", type: "tmpfs", source: "tmpfs")
        bundle.addMount("/volume/target/c/file", source: file, options: ["bind"])
        try swap(volume + "/target", volume + "/link", in: bundle.fixture)
        try race(bundle, canary)
      }
    }

    /// CVE-2025-31133: /dev/null becomes a link before it is laid over a masked path.
    @Test(
      .disabled(if: Runtime.isRunc(before: "1.2.8"), "runc before 1.2.8 is known to be vulnerable"))
    func theNullOfMasks() throws {
      try withBundle { bundle throws in
        let devices = try bundle.fixture.newFolder("devices")
        for (name, number) in [
          ("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9),
        ] {
          try bundle.fixture.host("mknod", "\(devices)/\(name)", "c", "1", "\(number)")
        }
        try bundle.fixture.host("mknod", devices + "/tty", "c", "5", "0")
        #expect(symlink("/proc/sys/kernel/core_pattern", devices + "/link") == 0)
        let canary = try Canary(bundle)
        bundle.removeMounts("/dev", "/dev/pts", "/dev/shm")
        bundle.addMount("/dev", source: devices, options: ["rbind"])
        bundle.config["linux", "maskedPaths"] = ["/proc/version", "/proc/loadavg", "/etc/passwd"]
        bundle.shell(
          "for f in /proc/version /proc/loadavg /etc/passwd; do test $(stat -c %t:%T $f) = 1:3 || echo bare $f; done"
        )
        try swap(devices + "/null", devices + "/link", in: bundle.fixture)
        var succeeded = 0
        let id = bundle.fixture.newID()
        for _ in 0..<max(Self.starts / 20, 10) {
          let output = try bundle.run(id: id)
          #expect(!output.stdout.contains("bare"))
          if output.status == 0 { succeeded += 1 }
        }
        #expect(canary.changes == [])
      }
    }

    /// CVE-2025-52881: a mount lands on a part of /proc, so that parameters and labels are written
    /// elsewhere.
    @Test(
      .disabled(if: Runtime.isRunc(before: "1.2.8"), "runc before 1.2.8 is known to be vulnerable"),
      arguments: ["/proc/sys", "/proc/self/attr", "/proc/thread-self/attr", "/proc"])
    func aPartOfProc(_ part: String) throws {
      try withBundle { bundle throws in
        let volume = try bundle.fixture.newFolder("volume")
        _ = try bundle.fixture.newFolder("volume/target")
        #expect(symlink(part, volume + "/link") == 0)
        let canary = try Canary(bundle)
        var files: [String] = []
        for folder in [
          "kernel", "sys/kernel", "apparmor", "self/attr", "thread-self/attr/apparmor",
        ] {
          _ = try bundle.fixture.newFolder("source/" + folder)
          for name in ["msgmax", "exec", "keycreate"] {
            files.append(try bundle.fixture.newFile("source/\(folder)/\(name)", "false"))
          }
        }
        for name in ["exec", "keycreate"] {
          files.append(try bundle.fixture.newFile("source/" + name, "false"))
        }
        bundle.addMount("/volume", source: volume, options: ["rbind"])
        bundle.addMount(
          "/volume/target", source: bundle.fixture.folder + "/source", options: ["rbind"])
        bundle.config["linux", "sysctl"] = ["kernel.msgmax": "9000"]
        if Self.hasAppArmor { bundle.config["process", "apparmorProfile"] = "unconfined" }
        bundle.shell("cat /proc/sys/kernel/msgmax")
        try swap(volume + "/target", volume + "/link", in: bundle.fixture)
        var succeeded = 0
        let id = bundle.fixture.newID()
        for _ in 0..<max(Self.starts / 20, 10) {
          let output = try bundle.run(id: id)
          if output.status == 0 {
            succeeded += 1
            #expect(output.text == "9000")
          }
        }
        for file in files {
          #expect(try String(contentsOfFile: file, encoding: .utf8) == "false", "\(file)")
        }
        #expect(canary.changes == [])
        #expect(succeeded > 0)
      }
    }

    private static let hasAppArmor =
      (try? String(contentsOfFile: "/sys/module/apparmor/parameters/enabled", encoding: .utf8))?
      .hasPrefix("Y") ?? false

    /// CVE-2025-52565: /dev/console becomes a link before the terminal is laid over it.
    @Test(
      .disabled(if: Runtime.isRunc(before: "1.2.8"), "runc before 1.2.8 is known to be vulnerable"))
    func theConsole() throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        bundle.removeMounts("/dev")
        bundle.config["process", "terminal"] = true
        bundle.config["linux", "maskedPaths"] = ["/proc/version", "/proc/uptime"]
        bundle.arguments = ["sleep", "1000"]
        let console = bundle.rootfs + "/dev/console"
        #expect(FileManager.default.createFile(atPath: console, contents: nil))
        #expect(symlink("/proc/version", bundle.rootfs + "/dev/other") == 0)
        let socket = bundle.fixture.folder + "/console"
        try swap(console, bundle.rootfs + "/dev/other", in: bundle.fixture)
        var succeeded = 0
        for _ in 0..<max(Self.starts / 100, 5) {
          unlink(socket)
          let child = try bundle.fixture.spawn(Command([Probe.program, "console", socket]))
          #expect(eventually(5) { FileManager.default.fileExists(atPath: socket) })
          let (container, creation) = try bundle.tryCreate(["--console-socket", socket])
          if creation.status == 0 {
            succeeded += 1
            let masks = try container.exec([], "stat -c %t:%T /proc/version /proc/uptime")
            #expect(masks.words == ["1:3", "1:3"], "\(masks)")
            try container.must("delete", ["--force"])
          }
          child.stop()
        }
        #expect(canary.changes == [])
        #expect(succeeded > 0)
      }
    }

    /// The root itself: a folder of the image changes while devices and mounts are made below it.
    @Test(arguments: ["dev", "etc"])
    func aFolderOfTheRoot(_ name: String) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        let file = try bundle.fixture.newFile("hosts", "text")
        bundle.addMount("/etc/hosts", source: file, options: ["bind"])
        if name == "dev" { bundle.removeMounts("/dev", "/dev/pts", "/dev/shm") }
        #expect(symlink(canary.folder, bundle.rootfs + "/other") == 0)
        try swap("\(bundle.rootfs)/\(name)", bundle.rootfs + "/other", in: bundle.fixture)
        if Runtime.isRunc(before: "1.1.14") {
          try Test.cancel("runc before 1.1.14 is known to be vulnerable")
        }
        try race(bundle, canary, starts: Self.starts / 20, mustSucceed: false)
      }
    }

    /// Starts the container again and again; the host must not change.
    private func race(
      _ bundle: Bundle, _ canary: Canary, starts: Int? = nil, mustSucceed: Bool = true
    ) throws {
      try bundle.write()
      let starts = starts ?? Self.starts / (2 * Self.rounds)
      var succeeded = 0
      // One id for all: a container that is left behind by one start hinders the next.
      let id = bundle.fixture.newID()
      for _ in 0..<max(starts, 5) {
        if try bundle.run(id: id).status == 0 { succeeded += 1 }
      }
      #expect(canary.changes == [])
      // Where none starts, nothing was raced.
      if mustSucceed { #expect(succeeded > 0) }
    }
  }
}
