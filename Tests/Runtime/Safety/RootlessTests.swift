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
