import Foundation
import Testing

extension RuntimeTests {
  /// Root file systems that are full of traps. Whether the container starts does not matter: the
  /// host stays as it was, and what starts is confined as it should be.
  @Suite struct SecurityCasesHostileRoot {
    /// A link in the root in the place of a folder.
    struct Link: CustomTestStringConvertible, Sendable {
      let name: String
      let target: String
      var testDescription: String { "/\(name) -> \(target)" }
    }

    /// CVE-2026-41579. Such a runtime really writes to the host: it must not be let loose on it.
    private static let followsDev =
      Runtime.isRunc(before: "1.3.6") || (Runtime.runc.map { $0 >= "1.4" && $0 < "1.4.3" } ?? false)

    static let links = ["proc", "sys", "etc", "run", "tmp"].flatMap { links(of: $0) }
    static let devLinks = links(of: "dev")

    private static func links(of name: String) -> [Link] {
      [
        "/", "..", "../../../../../../..", "CANARY", "../../canary", "/proc/self/root",
        "/proc/1/root",
      ]
      .map { Link(name: name, target: $0) }
    }

    private func plant(_ link: Link, in bundle: Bundle, _ canary: Canary) {
      let path = "\(bundle.rootfs)/\(link.name)"
      try? FileManager.default.removeItem(atPath: path)
      symlink(link.target == "CANARY" ? canary.folder : link.target, path)
    }

    private func fill(_ bundle: Bundle) throws {
      let file = try bundle.fixture.newFile("hosts", "127.0.0.1 localhost\n")
      bundle.addMount("/etc/hosts", source: file, options: ["bind", "ro"])
      bundle.addMount("/run", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "mode=755"])
      bundle.addMount(
        "/tmp/volume", source: try bundle.fixture.newFolder("volume"), options: ["rbind"])
      bundle.config["linux", "devices"] = [
        ["path": "/dev/extra", "type": "c", "major": 1, "minor": 3, "fileMode": 0o666]
      ]
    }

    @Test(arguments: links)
    func aFolderIsALink(_ link: Link) throws { try start(with: link) }

    @Test(
      .disabled(if: followsDev, "this runc is known to be vulnerable"), arguments: devLinks)
    func devIsALink(_ link: Link) throws { try start(with: link) }

    private func start(with link: Link) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        try fill(bundle)
        plant(link, in: bundle, canary)
        bundle.shell("cat /proc/self/mountinfo; cat \(canary.secret)")
        let output = try bundle.run()
        #expect(!output.stdout.contains("secret"), "\(output)")
        #expect(canary.changes == [])
      }
    }

    /// The same without a mount on the folder itself, so that nodes are made in the root.
    @Test(
      .disabled(if: followsDev, "this runc is known to be vulnerable"), arguments: devLinks)
    func aDevThatIsNotMountedIsALink(_ link: Link) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        bundle.removeMounts("/dev", "/dev/pts", "/dev/shm")
        plant(link, in: bundle, canary)
        _ = try bundle.run()
        #expect(canary.changes == [])
      }
    }

    static let nodes = [
      "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "fd", "stdin",
      "stdout", "stderr", "pts", "shm", "mqueue", "extra",
    ]

    @Test(arguments: nodes)
    func aNodeIsALink(_ node: String) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        try fill(bundle)
        bundle.removeMounts("/dev")
        for target in [canary.folder + "/new", canary.secret, canary.folder, "../../../canary/new"]
        {
          let path = "\(bundle.rootfs)/dev/\(node)"
          try? FileManager.default.removeItem(atPath: path)
          #expect(symlink(target, path) == 0)
          _ = try bundle.run()
          #expect(canary.changes == [], "\(target)")
        }
      }
    }

    @Test(arguments: ["/etc/target", "CANARY/new", "CANARY/secret"])
    func theConsoleIsALink(_ target: String) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        bundle.removeMounts("/dev")
        bundle.config["process", "terminal"] = true
        bundle.arguments = ["sleep", "0.1"]
        #expect(
          symlink(
            target.replacingOccurrences(of: "CANARY", with: canary.folder),
            bundle.rootfs + "/dev/console") == 0)
        let socket = bundle.fixture.folder + "/console"
        let child = try bundle.fixture.spawn(Command([Probe.program, "console", socket]))
        #expect(eventually(5) { child.standardOutput.contains("ready") })
        let (container, creation) = try bundle.tryCreate(["--console-socket", socket])
        if creation.status == 0 { try container.start() }
        #expect(canary.changes == [])
      }
    }

    /// CVE-2025-31133: masks made of a /dev/null that is not one.
    @Test(
      .disabled(
        if: Runtime.isRunc(before: "1.2.8"), "runc before 1.2.8 is known to be vulnerable"),
      arguments: ["file", "link", "fifo", "device"])
    func aFalseNull(_ kind: String) throws {
      try withBundle { bundle throws in
        _ = try bundle.fixture.newFile("bundle/rootfs/shown", "shown")
        bundle.removeMounts("/dev", "/dev/pts", "/dev/shm")
        let null = bundle.rootfs + "/dev/null"
        switch kind {
        case "file": try "shown".write(toFile: null, atomically: false, encoding: .utf8)
        case "link": #expect(symlink("/proc/sys/kernel/core_pattern", null) == 0)
        case "fifo": #expect(mkfifo(null, 0o666) == 0)
        default: try bundle.fixture.host("mknod", null, "c", "1", "5")
        }
        bundle.config["linux", "maskedPaths"] = ["/proc/version", "/shown"]
        bundle.shell("stat -c '%t:%T' /proc/version /shown")
        let output = try bundle.run(seconds: 10)
        if output.status == 0 { #expect(output.words == ["1:3", "1:3"], "\(output)") }
      }
    }

    @Test func masksSurviveHostileNames() throws {
      try withBundle { bundle throws in
        // A masked path behind a link leads inside the root, whatever the link says.
        let canary = try Canary(bundle)
        #expect(symlink(canary.folder, bundle.rootfs + "/link") == 0)
        bundle.config["linux", "maskedPaths"] = ["/link/secret", "/link", "/proc/kcore"]
        bundle.config["linux", "readonlyPaths"] = ["/link/sub", "/link"]
        _ = try bundle.run()
        #expect(canary.changes == [])
        #expect(try String(contentsOfFile: canary.secret, encoding: .utf8) == "secret")
      }
    }

    /// A slash that a combining mark follows is a slash all the same: what stands before it may be a link.
    @Test func aSlashWithACombiningMark() throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        #expect(symlink(canary.folder, bundle.rootfs + "/out") == 0)
        #expect(symlink("out/\u{301}y", bundle.rootfs + "/behind") == 0)
        bundle.addMount("/out/\u{301}x", type: "tmpfs", source: "tmpfs")
        bundle.addMount("/behind", type: "tmpfs", source: "tmpfs")
        bundle.config["process", "cwd"] = "/out/\u{301}z"
        bundle.config["linux", "maskedPaths"] = ["/out/\u{301}sub"]
        _ = try bundle.run()
        #expect(canary.changes == [])
      }
    }

    /// Where the kernel or a filter refuses openat2, names are still resolved inside the root, or
    /// the container does not start.
    @Test(
      .enabled(if: Runtime.isArchitectureKnown, "the number of openat2 is that of x86-64"),
      arguments: [ENOSYS, EPERM])
    func withoutOpenat2(_ code: Int32) throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        bundle.fixture.runtime.prefix = [Probe.program, "deny", "437", "\(code)"]
        #expect(symlink(canary.folder, bundle.rootfs + "/link") == 0)
        #expect(symlink("../../../../../../../.." + canary.folder, bundle.rootfs + "/up") == 0)
        for name in ["link", "up"] {
          bundle.addMount("/\(name)/new", type: "tmpfs", source: "tmpfs")
          bundle.addMount("/\(name)/sub", type: "tmpfs", source: "tmpfs")
        }
        _ = try bundle.run()
        #expect(canary.changes == [])
      }
    }

    // MARK: /proc

    /// CVE-2019-16884 and its kin: a /proc that is not one.
    @Test(arguments: ["/proc", "/proc/", "/alias", "/alias/self", "/proc/sys", "/proc/self/attr"])
    func nothingLiesOverProc(_ destination: String) throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        for name in ["self", "self/attr", "sys", "attr"] {
          _ = try bundle.fixture.newFolder("source/" + name)
        }
        #expect(symlink("proc", bundle.rootfs + "/alias") == 0)
        bundle.addMount(destination, source: source, options: ["rbind"])
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test(.enabled(if: Runtime.isStrict, "others bind over /proc by design if it is one"))
    func writesGoToARealProc() throws {
      try withBundle { bundle throws in
        // A tmpfs called proc, with files that an LSM or sysctl write could be led to.
        bundle.removeMounts("/proc")
        bundle.addMount("/proc", type: "tmpfs", source: "tmpfs")
        bundle.config["linux", "maskedPaths"] = []
        bundle.config["linux", "readonlyPaths"] = []
        bundle.config["linux", "sysctl"] = ["kernel.msgmax": "9000"]
        let output = try bundle.run()
        #expect(output.status == 1, "\(output)")
      }
    }

    /// CVE-2026-115521: the read-only remount led astray by the image's own /proc.
    @Test func readonlyWithAHostileProc() throws {
      try withBundle { bundle throws in
        let canary = try Canary(bundle)
        bundle.removeMounts("/proc")
        bundle.config["linux", "maskedPaths"] = []
        bundle.config["linux", "readonlyPaths"] = []
        bundle.config["root", "readonly"] = true
        try bundle.fixture.host(
          "sh", "-c",
          "mkdir -p $0/proc/self/fd $0/proc/thread-self/fd; for n in $(seq 0 30); do ln -s /tmp $0/proc/self/fd/$n; ln -s \(canary.folder) $0/proc/thread-self/fd/$n; done",
          bundle.rootfs)
        bundle.shell("touch /new && echo written")
        let output = try bundle.run()
        #expect(!output.stdout.contains("written"), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: bundle.rootfs + "/new"))
        #expect(canary.changes == [])
      }
    }

    // MARK: sysctl

    static let sysctls = [
      "kernel.core_pattern", "kernel/core_pattern", "net/../kernel/core_pattern",
      "net.ipv4/../../kernel/core_pattern", "net.ipv4.../../kernel/core_pattern",
      "net/ipv4/../../kernel/core_pattern", "/kernel/core_pattern", "../kernel/core_pattern",
      "kernel.msgmax/../core_pattern", "fs.mqueue/../../kernel/core_pattern",
      "fs/mqueue/../../kernel/core_pattern", "kernel.shm_rmid_forced+kernel.core_pattern", "",
      ".", "/", "net", "kernel.msgmax=x\nkernel.core_pattern", "vm.overcommit_memory",
    ]

    @Test(arguments: sysctls)
    func aSysctlOfTheHost(_ name: String) throws {
      try withBundle { bundle throws in
        let pattern = "/proc/sys/kernel/core_pattern"
        let before = try String(contentsOfFile: pattern, encoding: .utf8)
        bundle.config["linux", "sysctl"] = .object([name: "|/bin/evil"])
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try String(contentsOfFile: pattern, encoding: .utf8) == before)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test(arguments: [
      ("network", "net.ipv4.ip_forward"), ("ipc", "kernel.msgmax"), ("ipc", "kernel.shmmax"),
      ("uts", "kernel.domainname"),
    ])
    func aSysctlNeedsItsNamespace(_ namespace: String, _ name: String) throws {
      try withBundle { bundle throws in
        let path = "/proc/sys/" + name.replacingOccurrences(of: ".", with: "/")
        let before = try String(contentsOfFile: path, encoding: .utf8)
        bundle.removeNamespace(namespace)
        bundle.config["hostname"] = nil
        bundle.removeMounts("/sys")
        bundle.config["linux", "sysctl"] = .object([name: "1"])
        #expect(try bundle.run().status == 1)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
      }
    }
  }
}
