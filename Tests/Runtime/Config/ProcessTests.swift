import Foundation
import Testing

extension RuntimeTests {
  /// `process`: who it is, where it starts and what it is given.
  @Suite struct Process {
    @Test func userGroupsAndUmask() throws {
      try withBundle { bundle throws in
        bundle.config["process", "user"] = [
          "uid": 1234, "gid": 5678, "additionalGids": [20, 30], "umask": 0o27,
        ]
        let output = try bundle.output(
          of:
            "grep -E '^(Uid|Gid|Groups):' /proc/self/status; umask; touch /tmp/file; stat -c '%a %u %g' /tmp/file"
        )
        #expect(
          output.words == [
            "Uid:", "1234", "1234", "1234", "1234", "Gid:", "5678", "5678", "5678", "5678",
            "Groups:", "20", "30", "0027", "640", "1234", "5678",
          ])
      }
    }

    @Test func defaultUmask() throws {
      try withBundle { bundle throws in
        #expect(try bundle.output(of: "umask").text == "0022")
      }
    }

    @Test func noSupplementaryGroupOfTheCaller() throws {
      try withBundle { bundle throws in
        #expect(try bundle.output(of: "grep '^Groups:' /proc/self/status").words == ["Groups:"])
      }
    }

    @Test(.disabled(if: Runtime.runc != nil, "runc waits for a FIFO at /etc/passwd"))
    func userFilesOfTheImageMeanNothing() throws {
      try withBundle { bundle throws in
        // A user without an entry, and a hostile passwd: the runtime reads neither.
        try FileManager.default.removeItem(atPath: bundle.rootfs + "/etc/passwd")
        #expect(mkfifo(bundle.rootfs + "/etc/passwd", 0o666) == 0)
        #expect(symlink("/etc/passwd", bundle.rootfs + "/etc/shadow") == 0)
        bundle.config["process", "user"] = ["uid": 4000, "gid": 4000]
        bundle.arguments = ["probe", "descriptors"]
        #expect(try bundle.run(seconds: 10).status == 0)
      }
    }

    @Test func environmentIsExactlyTheConfigurations() throws {
      try withBundle { bundle throws in
        bundle.config["process", "env"] = [
          "PATH=/bin", "ONE=1", "EMPTY=", "SPACE=a b", "EQUALS=a=b", "LINES=a\nb", "HOME=/x",
        ]
        bundle.arguments = ["cat", "/proc/self/environ"]
        let variables = try bundle.run(environment: [
          "HOST_SECRET": "1", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        ]).stdout.split(separator: "\0").map(String.init)
        #expect(variables == bundle.config["process", "env"].strings)
      }
    }

    @Test func homeComesFromPasswdIfItIsNotSet() throws {
      try withBundle { bundle throws in
        #expect(try bundle.output(of: "echo $HOME").text == "/root")
      }
    }

    @Test func programIsFoundByPATHOfTheContainer() throws {
      try withBundle { bundle throws in
        try bundle.fixture.host(
          "sh", "-c",
          "mkdir -p $0/opt/bin; printf '#!/bin/sh\\necho own\\n' >$0/opt/bin/ls; chmod 755 $0/opt/bin/ls",
          bundle.rootfs)
        bundle.config["process", "env"] = ["PATH=/opt/bin:/bin"]
        bundle.arguments = ["ls"]
        #expect(try bundle.run().text == "own")
        bundle.config["process", "env"] = ["PATH=/bin:/opt/bin"]
        bundle.arguments = ["ls", "/opt"]
        #expect(try bundle.run().text == "bin")
      }
    }

    @Test func programRelativeToTheFolder() throws {
      try withBundle { bundle throws in
        bundle.config["process", "cwd"] = "/bin"
        bundle.arguments = ["./busybox", "pwd"]
        #expect(try bundle.run().text == "/bin")
      }
    }

    @Test func argumentsArePassedAsTheyAre() throws {
      try withBundle { bundle throws in
        let strange = ["", " ", "a b", "$HOME", "'", "\"", "\\", "\n", "-x", "é", "*"]
        bundle.arguments = ["cat", "/proc/self/cmdline"] + ["--"]
        bundle.arguments =
          [
            "sh", "-c", "cat /proc/self/cmdline >/dev/null; for a; do printf '<%s>' \"$a\"; done",
            "sh",
          ] + strange
        #expect(try bundle.run().stdout == strange.map { "<\($0)>" }.joined())
      }
    }

    @Test(arguments: [
      (["no-such-program"], "not found"), (["/no/such/program"], "no such file or directory"),
      (["/etc/passwd"], "permission denied"), (["/bin"], ""),
    ])
    func whatCannotRunIsAnError(_ arguments: [String], _ reason: String) throws {
      try withBundle { bundle throws in
        bundle.arguments = arguments
        let id = bundle.fixture.newID()
        let output = try bundle.run(id: id)
        #expect(output.status == 1)
        #expect(reason.isEmpty || output.stderr.contains(reason), "\(output)")
        #expect(output.stderr.contains("\(arguments[0])\\\""))
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func aScriptWithoutItsInterpreterIsAnError() throws {
      try withBundle { bundle throws in
        _ = try bundle.fixture.newFile(
          "bundle/rootfs/script", "#!/no/such/shell\n", mode: 0o755)
        bundle.arguments = ["/script"]
        let output = try bundle.run()
        #expect(output.status == 1)
        #expect(output.stderr.contains("no such file or directory"))
      }
    }

    @Test func folderOfTheProcess() throws {
      try withBundle { bundle throws in
        bundle.config["process", "cwd"] = "/tmp"
        #expect(try bundle.output(of: "pwd").text == "/tmp")
      }
    }

    @Test func missingFolderIsMade() throws {
      try withBundle { bundle throws in
        bundle.config["process", "cwd"] = "/new/folder"
        #expect(
          try bundle.output(of: "pwd; stat -c '%a %u' .").words == ["/new/folder", "755", "0"])
      }
    }

    @Test func folderThatCannotBeEntered() throws {
      try withBundle { bundle throws in
        bundle.config["process", "cwd"] = "/etc/passwd"
        #expect(try bundle.run().status == 1)
      }
    }

    @Test func folderThatOnlyTheUserCanEnter() throws {
      try withBundle { bundle throws in
        try bundle.fixture.host(
          "sh", "-c", "mkdir -m 700 $0/own; chown 1000:1000 $0/own", bundle.rootfs)
        bundle.config["process", "cwd"] = "/own"
        bundle.config["process", "user"] = ["uid": 1000, "gid": 1000]
        bundle.config["process", "capabilities"] = nil
        #expect(try bundle.output(of: "pwd").text == "/own")
      }
    }

    @Test(arguments: [true, false])
    func noNewPrivileges(_ value: Bool) throws {
      try withBundle { bundle throws in
        bundle.config["process", "noNewPrivileges"] = .bool(value)
        #expect(
          try bundle.output(of: "grep NoNewPrivs /proc/self/status").words.last
            == (value ? "1" : "0"))
      }
    }

    @Test func oomScore() throws {
      try withBundle { bundle throws in
        bundle.config["process", "oomScoreAdj"] = 777
        #expect(try bundle.output(of: "cat /proc/self/oom_score_adj").text == "777")
      }
    }

    @Test func oomScoreOfTheCallerIsKept() throws {
      try withBundle { bundle throws in
        bundle.fixture.runtime.prefix = [
          "sh", "-c", "echo 321 >/proc/self/oom_score_adj && exec \"$@\"", "sh",
        ]
        #expect(try bundle.output(of: "cat /proc/self/oom_score_adj").text == "321")
      }
    }

    /// The name, what /proc calls it, and two values that need no privilege.
    static let limitRows: [(String, String, Int, Int)] = [
      // The Go runtime of runc raises a soft limit of files at times.
      ("RLIMIT_NOFILE", "Max open files", 100, 100), ("RLIMIT_CORE", "Max core file size", 0, 0),
      ("RLIMIT_FSIZE", "Max file size", 1 << 20, 1 << 30),
      ("RLIMIT_AS", "Max address space", 1 << 30, 1 << 31),
      ("RLIMIT_DATA", "Max data size", 1 << 28, 1 << 29),
      ("RLIMIT_STACK", "Max stack size", 1 << 20, 1 << 22),
      ("RLIMIT_CPU", "Max cpu time", 100, 200), ("RLIMIT_NPROC", "Max processes", 500, 600),
      ("RLIMIT_MEMLOCK", "Max locked memory", 4096, 65536),
      ("RLIMIT_RSS", "Max resident set", 1 << 24, 1 << 25),
      ("RLIMIT_LOCKS", "Max file locks", 10, 20),
      ("RLIMIT_SIGPENDING", "Max pending signals", 50, 60),
      ("RLIMIT_MSGQUEUE", "Max msgqueue size", 1000, 2000),
      ("RLIMIT_NICE", "Max nice priority", 0, 0),
      ("RLIMIT_RTPRIO", "Max realtime priority", 0, 0),
      ("RLIMIT_RTTIME", "Max realtime timeout", 1000, 2000),
    ]

    @Test(arguments: limitRows)
    func limits(_ type: String, _ line: String, _ soft: Int, _ hard: Int) throws {
      try withBundle { bundle throws in
        bundle.config["process", "rlimits"] = [
          ["type": .string(type), "soft": JSONValue(soft), "hard": JSONValue(hard)]
        ]
        let shown = try bundle.output(of: "grep '^\(line)' /proc/self/limits").text
        #expect(
          shown.dropFirst(line.count).split(separator: " ").prefix(2) == ["\(soft)", "\(hard)"])
      }
    }

    @Test func badLimitsAreErrors() throws {
      try withBundle { bundle throws in
        for limit: JSONValue in [
          ["type": "RLIMIT_NOSUCH", "soft": 1, "hard": 1],
          ["type": "NOFILE", "soft": 1, "hard": 1],
          ["type": "RLIMIT_NOFILE", "soft": 2, "hard": 1],
        ] {
          bundle.config["process", "rlimits"] = [limit]
          let id = bundle.fixture.newID()
          #expect(try bundle.run(id: id).status == 1, "\(limit)")
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    @Test func limitsOfTheCallerAreKept() throws {
      try withBundle { bundle throws in
        bundle.fixture.runtime.prefix = ["sh", "-c", "ulimit -n 777 && exec \"$@\"", "sh"]
        #expect(try bundle.output(of: "ulimit -n; ulimit -Hn").words == ["777", "777"])
      }
    }

    @Test(.disabled(if: Runtime.isRunc(before: "1.2"), "runc 1.1 does not know personality"))
    func personality() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "personality"] = ["domain": "LINUX32"]
        #expect(try bundle.output(of: "cat /proc/self/personality").text == "00000008")
        bundle.config["linux", "personality"] = ["domain": "LINUX"]
        #expect(try bundle.output(of: "cat /proc/self/personality").text == "00000000")
      }
    }

    static let hasScheduling: Bool = Runtime.specification >= "1.1"

    static let schedulers: [(JSONValue, String)] = [
      (["policy": "SCHED_BATCH", "nice": 5], "policy=3 nice=5 priority=0 flags=0"),
      (["policy": "SCHED_OTHER", "nice": 7], "policy=0 nice=7 priority=0 flags=0"),
      (["policy": "SCHED_IDLE"], "policy=5 nice=0 priority=0 flags=0"),
      (
        ["policy": "SCHED_BATCH", "flags": ["SCHED_FLAG_RESET_ON_FORK"]],
        "policy=3 nice=0 priority=0 flags=1"
      ),
    ]

    @Test(
      .enabled(
        if: hasScheduling, "the runtime knows \(Runtime.specification), scheduler is of 1.1"),
      arguments: schedulers)
    func scheduler(_ scheduler: JSONValue, _ shown: String) throws {
      try expect(scheduler, shown)
    }

    /// Where the kernel divides real time among cgroups, a new one has none.
    static let sharesRealTime =
      access((Cgroups.hierarchy(of: "cpu")?.point ?? "") + "/cpu.rt_runtime_us", F_OK) == 0

    @Test(
      .enabled(
        if: hasScheduling, "the runtime knows \(Runtime.specification), scheduler is of 1.1"),
      .disabled(if: sharesRealTime, "new cgroups have no real time here"),
      arguments: [
        ("SCHED_FIFO", "policy=1 nice=0 priority=10 flags=0"),
        ("SCHED_RR", "policy=2 nice=0 priority=10 flags=0"),
      ])
    func realTimeScheduler(_ policy: String, _ shown: String) throws {
      try expect(["policy": .string(policy), "priority": 10], shown)
    }

    private func expect(_ scheduler: JSONValue, _ shown: String) throws {
      try withBundle { bundle throws in
        bundle.config["process", "scheduler"] = scheduler
        bundle.arguments = ["probe", "scheduling"]
        let output = try bundle.run()
        #expect(output.status == 0, "\(output)")
        #expect(output.stdout.hasPrefix(shown), "\(output)")
      }
    }

    @Test(
      .enabled(if: hasScheduling, "the runtime knows \(Runtime.specification), scheduler is of 1.1")
    )
    func badSchedulersAreErrors() throws {
      try withBundle { bundle throws in
        for scheduler: JSONValue in [
          ["policy": "SCHED_NOSUCH"], ["policy": "SCHED_FIFO", "priority": 1000],
          ["policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_NOSUCH"]],
        ] {
          bundle.config["process", "scheduler"] = scheduler
          #expect(try bundle.run().status == 1, "\(scheduler)")
        }
      }
    }

    @Test(
      .enabled(
        if: hasScheduling, "the runtime knows \(Runtime.specification), ioPriority is of 1.1"),
      arguments: [
        ("IOPRIO_CLASS_BE", 5, "io=2/5"), ("IOPRIO_CLASS_IDLE", 0, "io=3/0"),
        ("IOPRIO_CLASS_RT", 2, "io=1/2"),
      ])
    func ioPriority(_ class: String, _ priority: Int, _ shown: String) throws {
      try withBundle { bundle throws in
        bundle.config["process", "ioPriority"] = [
          "class": .string(`class`), "priority": JSONValue(priority),
        ]
        bundle.arguments = ["probe", "scheduling"]
        #expect(try bundle.run().lines.last == shown)
      }
    }

    @Test(
      .enabled(
        if: Runtime.specification >= "1.2.1",
        "the runtime knows \(Runtime.specification), execCPUAffinity is of 1.2.1"))
    func execAffinity() throws {
      try withBundle { bundle throws in
        bundle.config["process", "execCPUAffinity"] = ["initial": "0", "final": "0"]
        let container = try bundle.start()
        let list = "grep Cpus_allowed_list /proc/self/status"
        #expect(try container.exec([], list).words.last == "0")
      }
    }

    @Test func signalsAreNeitherBlockedNorIgnored() throws {
      try withBundle { bundle throws in
        let command = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]
        bundle.arguments = command
        let first = try bundle.run()
        let second = try bundle.startSleeping().call("exec", [], command)
        for output in [first, second] {
          #expect(output.lines.count == 2)
          for line in output.lines {
            let bits = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
            // The tests' own caller may ignore 32 and 33, which belong to the C library.
            #expect(bits & ~0x1_8000_0000 == 0, "\(line)")
          }
        }
      }
    }

    @Test func isTheFirstProcessAndHasNoParent() throws {
      try withBundle { bundle throws in
        #expect(
          try bundle.output(of: "echo $$; grep PPid /proc/1/status").words == ["1", "PPid:", "0"])
      }
    }

    @Test func hasASessionOfItsOwn() throws {
      try withBundle { bundle throws in
        let fields = try bundle.output(of: "cat /proc/self/stat").words
        let shell = try bundle.output(of: "cat /proc/1/stat").words
        #expect(fields.count > 6)
        // Process group and session are those of process 1.
        #expect(shell[4] == "1" && shell[5] == "1")
      }
    }
  }
}

extension Bundle {
  /// A container that sleeps, whatever its process was before.
  func startSleeping() throws -> Container {
    arguments = ["sleep", "1000"]
    return try start()
  }
}
