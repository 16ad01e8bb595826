import Foundation
import Testing

extension RuntimeTests {
  /// /dev: the default nodes and links, `linux.devices`, and what of them may be used.
  @Suite struct Devices {
    @Test func defaultNodes() throws {
      try withBundle { bundle throws in
        let output = try bundle.output(
          of:
            "stat -c '%n %F %t:%T %a' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty"
        )
        #expect(
          output.lines == [
            "/dev/null character special file 1:3 666",
            "/dev/zero character special file 1:5 666",
            "/dev/full character special file 1:7 666",
            "/dev/random character special file 1:8 666",
            "/dev/urandom character special file 1:9 666",
            "/dev/tty character special file 5:0 666",
          ])
      }
    }

    @Test func defaultLinks() throws {
      try withBundle { bundle throws in
        let output = try bundle.output(
          of: "for name in fd stdin stdout stderr ptmx; do readlink /dev/$name; done")
        #expect(
          output.words == [
            "/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "pts/ptmx",
          ])
      }
    }

    @Test func nothingElse() throws {
      try withBundle { bundle throws in
        let names = try bundle.output(of: "ls -A /dev").words
        #expect(
          Set(names).subtracting(["core", "console"]) == [
            "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout",
            "tty", "urandom", "zero",
          ])
      }
    }

    @Test func extraNodes() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "devices"] = [
          [
            "path": "/dev/deep/char", "type": "c", "major": 1, "minor": 3, "fileMode": 0o620,
            "uid": 5, "gid": 6,
          ],
          ["path": "/dev/block", "type": "b", "major": 7, "minor": 99, "fileMode": 0o600],
          ["path": "/dev/pipe", "type": "p", "fileMode": 0o644],
          ["path": "/dev/unbuffered", "type": "u", "major": 1, "minor": 5],
          ["path": "/elsewhere", "type": "c", "major": 1, "minor": 7],
        ]
        let output = try bundle.output(
          of:
            "stat -c '%F|%t:%T|%a|%u:%g' /dev/deep/char /dev/block /dev/pipe; stat -c '%F|%t:%T' /dev/unbuffered /elsewhere"
        )
        #expect(
          output.lines == [
            "character special file|1:3|620|5:6", "block special file|7:63|600|0:0",
            "fifo|0:0|644|0:0", "character special file|1:5", "character special file|1:7",
          ])
      }
    }

    @Test func aDefaultNodeCanBeChanged() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "devices"] = [
          [
            "path": "/dev/zero", "type": "c", "major": 1, "minor": 5, "fileMode": 0o600, "uid": 9,
            "gid": 9,
          ]
        ]
        #expect(try bundle.output(of: "stat -c '%a %u' /dev/zero").text == "600 9")
      }
    }

    @Test func badNodesAreErrors() throws {
      try withBundle { bundle throws in
        for device: JSONValue in [
          ["path": "/dev/x", "type": "z", "major": 1, "minor": 3],
          ["path": "/dev/x", "type": "", "major": 1, "minor": 3],
        ] {
          bundle.config["linux", "devices"] = [device]
          let id = bundle.fixture.newID()
          #expect(try bundle.run(id: id).status == 1, "\(device)")
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    @Test(.enabled(if: Cgroups.has("devices"), "no cgroup can refuse devices here"))
    func rulesAreKept() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources", "devices"] = [
          ["allow": false, "access": "rwm"],
          ["allow": true, "type": "c", "major": 1, "minor": 11, "access": "r"],
        ]
        let output = try bundle.output(
          of: """
            mknod /dev/kmsg c 1 11 || echo no-mknod
            mknod /dev/mem c 1 1 && cat /dev/mem >/dev/null 2>&1 || echo no-mem
            head -c 1 /dev/zero | wc -c
            echo x >/dev/null && echo null
            head -c 1 /dev/urandom | wc -c
            """)
        #expect(output.words == ["no-mem", "1", "null", "1"])
      }
    }

    @Test(.enabled(if: Cgroups.has("devices"), "no cgroup can refuse devices here"))
    func accessIsPerLetter() throws {
      try withBundle { bundle throws in
        // 1:7 is /dev/full, here under other rules than the default ones.
        bundle.config["linux", "resources", "devices"] = [
          ["allow": false, "access": "rwm"],
          ["allow": true, "type": "c", "major": 1, "minor": 1, "access": "m"],
          ["allow": true, "type": "b", "major": 7, "access": "m"],
        ]
        let output = try bundle.output(
          of: """
            mknod /tmp/mem c 1 1 && echo made
            (: </tmp/mem) 2>/dev/null || echo no-read
            (: >/tmp/mem) 2>/dev/null || echo no-write
            mknod /tmp/loop b 7 200 && echo any-minor
            """)
        #expect(output.words == ["made", "no-read", "no-write", "any-minor"])
      }
    }

    @Test(.enabled(if: Cgroups.has("devices"), "no cgroup can refuse devices here"))
    func withoutRulesNothingBeyondTheDefaultsIsAllowed() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "resources"] = nil
        let output = try bundle.output(
          of: "mknod /tmp/mem c 1 1; (: </tmp/mem) 2>/dev/null || echo refused")
        #expect(output.text == "refused")
      }
    }

    @Test func withoutADevNothingIsMade() throws {
      try withBundle { bundle throws in
        // A /dev that the caller bind-mounts is the caller's.
        let folder = try bundle.fixture.newFolder("dev")
        for (name, number) in [
          ("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9),
        ] {
          try bundle.fixture.host("mknod", "\(folder)/\(name)", "c", "1", "\(number)")
        }
        try bundle.fixture.host("mknod", folder + "/tty", "c", "5", "0")
        bundle.removeMounts("/dev", "/dev/pts", "/dev/shm")
        bundle.addMount("/dev", source: folder, options: ["bind"])
        let before = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(try bundle.run().status == 0)
        #expect(
          Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == Set(before))
      }
    }
  }
}
