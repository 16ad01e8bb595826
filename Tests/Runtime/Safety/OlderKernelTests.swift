import Foundation
import Testing

extension RuntimeTests {
  /// Kernels and filters that lack the newer calls: a filter around the runtime answers for them.
  @Suite(
    .enabled(if: Runtime.isArchitectureKnown, "the numbers of calls are those of x86-64"),
    .enabled(if: Runtime.isStrict, "other runtimes have floors of their own"))
  struct OlderKernels {
    struct Lack: CustomTestStringConvertible, Sendable {
      let name: String
      let calls: [Int]
      var code = ENOSYS
      var testDescription: String { "\(name) \(code == ENOSYS ? "ENOSYS" : "EPERM")" }
    }

    static let newMountCalls = [428, 429, 430, 431, 432, 433, 442]

    /// What a container starts without all the same.
    static let dispensable = [
      Lack(name: "clone3", calls: [435]),
      Lack(name: "close_range", calls: [436]),
      Lack(name: "openat2", calls: [437]),
      Lack(name: "openat2", calls: [437], code: EPERM),
      Lack(name: "pidfd_getfd", calls: [438]),
      Lack(name: "faccessat2", calls: [439]),
      Lack(name: "memfd_create", calls: [319]),
      Lack(name: "keyctl", calls: [250]),
      Lack(name: "mount_setattr", calls: [442]),
      Lack(name: "mount_setattr", calls: [442], code: EPERM),
      Lack(name: "the mount calls of Linux 5.2 and 5.12", calls: newMountCalls),
      Lack(name: "the mount calls of Linux 5.2 and 5.12", calls: newMountCalls, code: EPERM),
      Lack(name: "all of these", calls: [250] + (435...439) + newMountCalls),
    ]

    private func lack(_ lack: Lack, in bundle: Bundle) {
      bundle.fixture.runtime.prefix = lack.calls.flatMap {
        [Probe.program, "deny", "\($0)", "\(lack.code)"]
      }
    }

    @Test(arguments: dispensable)
    func aContainerStartsWithout(_ lack: Lack) throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        _ = try bundle.fixture.newFile("source/file", "bound\n")
        #expect(symlink("/tmp", bundle.rootfs + "/link") == 0)
        bundle.addMount("/link/bound", source: source, options: ["rbind", "ro", "nosuid"])
        bundle.config["root", "readonly"] = true
        bundle.config["linux", "maskedPaths"] = ["/proc/version"]
        bundle.config["linux", "resources"] = ["pids": ["limit": 100]]
        self.lack(lack, in: bundle)
        let output = try bundle.output(
          of: "cat /tmp/bound/file; stat -c %t:%T /proc/version; ls /proc/self/fd | wc -l; "
            + "for f in /new /tmp/bound/new /proc/sys/new; do touch $f && echo wrote; done; true")
        // Streams, and the folder that is listed.
        #expect(output.words == ["bound", "1:3", "4"], "\(output)")
        let container = try bundle.startSleeping()
        #expect(try container.exec([], "cat /tmp/bound/file").text == "bound")
        try container.must("pause")
        try container.must("resume")
        try container.must("delete", ["--force"])
      }
    }

    /// What it cannot do without is an error that names the call, and leaves nothing behind.
    @Test(arguments: [
      Lack(name: "statx", calls: [332], code: EPERM),
      Lack(name: "execveat", calls: [322]),
      Lack(name: "fsopen", calls: [430]),
      Lack(name: "open_tree", calls: [428]),
      Lack(name: "move_mount", calls: [429]),
      Lack(name: "pivot_root", calls: [155]),
    ])
    func anErrorNames(_ lack: Lack) throws {
      try withBundle { bundle throws in
        self.lack(lack, in: bundle)
        let id = bundle.fixture.newID()
        let output = try bundle.run(id: id)
        #expect(output.status == 1)
        #expect(output.stderr.contains(lack.name), "\(output)")
        bundle.fixture.runtime.prefix = []
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }
  }
}
