import Foundation
import Testing

/// The user that an unprivileged runtime runs as.
private enum Unprivileged {
  static let user = 65_534

  static let canMakeNamespaces: Bool = {
    let call = [
      "setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "unshare", "-U", "true",
    ]
    let output = try? ChildProcess(Command(call), outputIn: SharedFolder.path).wait()
    return output?.status == 0
  }()
}

/// Ranges that newuidmap(1) and newgidmap(1) take for the user's own: files that stand in the place of
/// /etc/subuid and /etc/subgid for one runtime alone.
private enum SubordinateIDs {
  static let first = 300_000
  static let count = 65_536

  static let canBeGiven =
    ["/etc/subuid", "/etc/subgid", "/usr/bin/newuidmap", "/usr/bin/newgidmap"].allSatisfy {
      FileManager.default.fileExists(atPath: $0)
    }

  /// What stands before a command line that is to find the ranges.
  static func prefix(in folder: String) throws -> [String] {
    let file = folder + "/ranges"
    try "nobody:\(first):\(count)\n".write(toFile: file, atomically: true, encoding: .utf8)
    return [
      "unshare", "--mount", "--propagation", "private", "sh", "-c",
      "mount --bind \(file) /etc/subuid && mount --bind \(file) /etc/subgid && exec \"$@\"", "sh",
    ]
  }
}

extension RuntimeTests {
  /// The runtime as an unprivileged user, with one mapping and without cgroups.
  @Suite(
    .enabled(
      if: Unprivileged.canMakeNamespaces, "no unprivileged user can make a user namespace here"))
  struct Rootless {
    /// Gives `body` a bundle that belongs to the user, with the configuration that `spec --rootless`
    /// writes, and a runtime that runs as the user.
    private func withRootlessBundle(_ body: (Bundle) throws -> Void) throws {
      try withBundle { bundle throws in
        let fixture = bundle.fixture
        let home = try fixture.newFolder("home")
        // The copies of busybox and the probe are links to files that stay root's.
        try fixture.host(
          "chown", "-R", "-h", "\(Unprivileged.user):\(Unprivileged.user)", bundle.folder, home,
          "--no-dereference")
        try fixture.host(
          "chown", "0:0", bundle.rootfs + "/bin/busybox", bundle.rootfs + "/bin/probe")
        fixture.runtime.root = home + "/state"
        fixture.runtime.prefix = [
          "setpriv", "--reuid=\(Unprivileged.user)", "--regid=\(Unprivileged.user)",
          "--clear-groups", "env",
          "HOME=\(home)", "XDG_RUNTIME_DIR=\(home)",
        ]
        let output = try fixture.execute(["spec", "--rootless", "--bundle", bundle.folder])
        guard output.status == 0 else { throw HarnessError("\(output)") }
        let text = try String(contentsOfFile: bundle.folder + "/config.json", encoding: .utf8)
        bundle.config = try JSONValue(parsing: text)
        bundle.config["process", "terminal"] = false
        bundle.config["root", "readonly"] = false
        try body(bundle)
      }
    }

    @Test func runs() throws {
      try withRootlessBundle { bundle throws in
        let output = try bundle.output(of: "id -u; cat /proc/self/uid_map; touch /file; echo $$")
        #expect(output.words == ["0", "0", "\(Unprivileged.user)", "1", "1"])
      }
    }

    @Test func passesThroughItsLife() throws {
      try withRootlessBundle { bundle throws in
        let container = try bundle.startSleeping()
        #expect(try container.status() == "running")
        #expect(try container.exec([], "id -u; exit 3").status == 3)
        #expect(try bundle.fixture.execute(["list", "-q"]).text == container.id)
        try container.must("kill", [], ["KILL"])
        #expect(try container.waitUntilStopped())
        try container.must("delete")
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test func failuresLeaveNothing() throws {
      try withRootlessBundle { bundle throws in
        for change in ["mount", "program", "hook"] {
          let plain = bundle.config
          switch change {
          case "mount": bundle.addMount("/mnt", source: "/no/such/source", options: ["bind"])
          case "program": bundle.arguments = ["/no/such/program"]
          default: bundle.config["hooks", "createRuntime"] = [["path": "/bin/false"]]
          }
          let id = bundle.fixture.newID()
          #expect(try bundle.run(id: id).status == 1, "\(change)")
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
          bundle.config = plain
        }
      }
    }

    @Test(.enabled(if: SubordinateIDs.canBeGiven, "there is no newuidmap here (Debian: uidmap)"))
    func subordinateIDsAreMapped() throws {
      try withRootlessBundle { bundle throws in
        let folder = try bundle.fixture.newFolder("ranges")
        bundle.fixture.runtime.prefix =
          try SubordinateIDs.prefix(in: folder) + bundle.fixture.runtime.prefix
        for field in ["uidMappings", "gidMappings"] {
          bundle.config["linux", field] = [
            ["containerID": 0, "hostID": .integer(Int64(Unprivileged.user)), "size": 1],
            [
              "containerID": 1, "hostID": .integer(Int64(SubordinateIDs.first)),
              "size": .integer(Int64(SubordinateIDs.count)),
            ],
          ]
        }
        bundle.config["process", "capabilities"] = [
          "bounding": ["CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
          "effective": ["CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
          "permitted": ["CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
        ]
        try bundle.output(of: "touch /file && chown 1000:2000 /file")
        var status = stat()
        #expect(stat(bundle.rootfs + "/file", &status) == 0)
        #expect(status.st_uid == SubordinateIDs.first + 999)
        #expect(status.st_gid == SubordinateIDs.first + 1999)
        bundle.config["process", "user"] = ["uid": 1000, "gid": 2000]
        #expect(try bundle.output(of: "id -u; id -g").words == ["1000", "2000"])
      }
    }

    @Test func oneMappingCannotBecomeAnotherUser() throws {
      try withRootlessBundle { bundle throws in
        bundle.config["process", "user"] = ["uid": 1000, "gid": 0]
        #expect(try bundle.run().status == 1)
      }
    }

    /// CVE-2023-25809: the host's cgroups writable where there is no cgroup namespace.
    @Test func cgroupsCannotBeWritten() throws {
      try withRootlessBundle { bundle throws in
        let output = try bundle.output(
          of: """
            for f in $(find /sys/fs/cgroup -name cgroup.procs 2>/dev/null); do
              (echo $$ >$f) 2>/dev/null && echo written $f
              mkdir ${f%cgroup.procs}new 2>/dev/null && echo made $f
            done
            true
            """)
        #expect(output.stdout == "")
      }
    }

    @Test func theHostsSystemIsReadonly() throws {
      try withRootlessBundle { bundle throws in
        try bundle.output(of: "! touch /sys/x && ! echo 1 >/proc/sysrq-trigger")
      }
    }

    @Test func aLimitThatNeedsACgroupIsAnError() throws {
      try withRootlessBundle { bundle throws in
        bundle.config["linux", "resources"] = ["memory": ["limit": 50_000_000]]
        bundle.config["linux", "cgroupsPath"] = "/rootless-test"
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }
  }
}
