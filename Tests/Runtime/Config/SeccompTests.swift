import Foundation
import Testing

extension RuntimeTests {
  /// `linux.seccomp`. Numbers of system calls are those of x86-64.
  @Suite(
    .enabled(
      if: Runtime.isArchitectureKnown,
      "the numbers of the system calls are those of x86-64"),
    .enabled(
      if: Runtime.features == .null || Runtime.features["linux", "seccomp", "enabled"] == true,
      "the runtime has no seccomp"))
  struct Seccomp {
    /// A call that neither a runtime nor a shell needs.
    private static let getsid = "124"

    private func profile(_ rules: JSONValue..., defaultAction: JSONValue = "SCMP_ACT_ALLOW")
      -> JSONValue
    {
      ["defaultAction": defaultAction, "syscalls": .array(rules)]
    }

    /// What a system call of the probe answers: its result and errno.
    private func answer(_ bundle: Bundle, _ call: String...) throws -> String {
      bundle.arguments = ["probe", "call"] + call
      return try bundle.run().text
    }

    @Test(arguments: [(nil, 1), (13, 13), (38, 38), (0, 0), (1000, 1000)] as [(Int64?, Int)])
    func errno(_ code: Int64?, _ shown: Int) throws {
      try withBundle { bundle throws in
        var rule: JSONValue = ["names": ["getsid"], "action": "SCMP_ACT_ERRNO"]
        if let code { rule["errnoRet"] = .integer(code) }
        bundle.config["linux", "seccomp"] = profile(rule)
        let answer = try answer(bundle, Self.getsid)
        #expect(answer == (shown == 0 ? "0 0" : "-1 \(shown)"))
      }
    }

    @Test(arguments: [
      ("SCMP_ACT_KILL", SIGSYS), ("SCMP_ACT_KILL_PROCESS", SIGSYS),
      ("SCMP_ACT_KILL_THREAD", SIGSYS), ("SCMP_ACT_TRAP", SIGSYS),
    ])
    func killing(_ action: String, _ signal: Int32) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": .string(action),
        ])
        bundle.shell("probe call \(Self.getsid); echo status $?")
        #expect(try bundle.run().words.last == "\(128 + signal)")
      }
    }

    @Test(arguments: ["SCMP_ACT_LOG", "SCMP_ACT_ALLOW"])
    func allowing(_ action: String) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": .string(action),
        ])
        #expect(try answer(bundle, Self.getsid).hasSuffix(" 0"))
      }
    }

    @Test func tracingWithoutATracer() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_TRACE", "errnoRet": 5,
        ])
        #expect(try answer(bundle, Self.getsid) == "-1 38")
      }
    }

    @Test func theModeIsShown() throws {
      try withBundle { bundle throws in
        #expect(try bundle.output(of: "grep Seccomp: /proc/self/status").words.last == "0")
        bundle.config["linux", "seccomp"] = profile()
        bundle.config["linux", "seccomp", "syscalls"] = [
          ["names": ["getsid"], "action": "SCMP_ACT_ERRNO"]
        ]
        #expect(try bundle.output(of: "grep Seccomp: /proc/self/status").words.last == "2")
      }
    }

    /// Rules on the first argument of `umask`, which always succeeds; 1 stands for the rule's
    /// error.
    struct Comparison: CustomTestStringConvertible, Sendable {
      let operation: String
      let value: UInt64
      var second: UInt64 = 0
      let hit: [Int]
      let missed: [Int]
      var testDescription: String { operation }
    }

    static let comparisons = [
      Comparison(operation: "SCMP_CMP_EQ", value: 10, hit: [10], missed: [9, 11]),
      Comparison(operation: "SCMP_CMP_NE", value: 10, hit: [9, 11], missed: [10]),
      Comparison(operation: "SCMP_CMP_LT", value: 10, hit: [0, 9], missed: [10, 11]),
      Comparison(operation: "SCMP_CMP_LE", value: 10, hit: [9, 10], missed: [11]),
      Comparison(operation: "SCMP_CMP_GT", value: 10, hit: [11, 500], missed: [9, 10]),
      Comparison(operation: "SCMP_CMP_GE", value: 10, hit: [10, 11], missed: [9]),
      Comparison(
        operation: "SCMP_CMP_MASKED_EQ", value: 0xf0, second: 0x30, hit: [0x30, 0x3f],
        missed: [0x20, 0x40]),
    ]

    @Test(arguments: comparisons)
    func comparison(_ comparison: Comparison) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
          "args": [
            [
              "index": 0, "value": .unsigned(comparison.value),
              "valueTwo": .unsigned(comparison.second), "op": .string(comparison.operation),
            ]
          ],
        ])
        bundle.shell(
          (comparison.hit + comparison.missed).map { "probe call 95 \($0)" }.joined(separator: ";"))
        let lines = try bundle.run().lines
        #expect(lines.count == comparison.hit.count + comparison.missed.count)
        for (line, isHit) in zip(
          lines,
          comparison.hit.map { _ in true } + comparison.missed.map { _ in false })
        {
          #expect((line == "-1 99") == isHit, "\(line)")
        }
      }
    }

    @Test func allArgumentsOfARuleMustMatch() throws {
      try withBundle { bundle throws in
        func argument(_ index: Int, _ value: Int) -> JSONValue {
          ["index": JSONValue(index), "value": JSONValue(value), "op": "SCMP_CMP_EQ"]
        }
        // 39 is getpid, which ignores its arguments.
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getpid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
          "args": [argument(0, 1), argument(1, 2), argument(5, 3)],
        ])
        bundle.shell(
          "probe call 39 1 2 0 0 0 3; probe call 39 1 2 0 0 0 4; probe call 39 1 3 0 0 0 3")
        let lines = try bundle.run().lines
        #expect(lines.map { $0 == "-1 99" } == [true, false, false])
      }
    }

    @Test func twoRulesOnTheSameArgumentAreAlternatives() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
          "args": [
            ["index": 0, "value": 1, "op": "SCMP_CMP_EQ"],
            ["index": 0, "value": 2, "op": "SCMP_CMP_EQ"],
          ],
        ])
        bundle.shell("probe call 95 1; probe call 95 2; probe call 95 3")
        #expect(try bundle.run().lines.map { $0 == "-1 99" } == [true, true, false])
      }
    }

    @Test func valuesOf64Bits() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getpid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
          "args": [["index": 0, "value": .unsigned(0x1_0000_0001), "op": "SCMP_CMP_EQ"]],
        ])
        bundle.shell("probe call 39 4294967297; probe call 39 1")
        #expect(try bundle.run().lines.map { $0 == "-1 99" } == [true, false])
      }
    }

    @Test func anAllowList() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = [
          "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 77,
          "syscalls": [["names": .init(Self.usual), "action": "SCMP_ACT_ALLOW"]],
        ]
        #expect(try answer(bundle, Self.getsid) == "-1 77")
        #expect(try answer(bundle, "39").hasSuffix(" 0"))
      }
    }

    /// What starting and running the probe and a shell takes.
    private static let usual = [
      "access", "arch_prctl", "brk", "capget", "capset", "chdir", "clone", "clone3", "close",
      "close_range", "dup", "dup2", "dup3", "epoll_create1", "epoll_ctl", "epoll_pwait", "execve",
      "execveat", "exit", "exit_group", "faccessat", "faccessat2", "fchdir", "fchown", "fcntl",
      "fstat", "fstatfs", "futex", "getcwd", "getdents64", "getegid", "geteuid", "getgid",
      "getpid", "getrandom", "gettid", "getuid", "ioctl", "lseek", "lstat", "madvise", "mmap",
      "mprotect", "munmap", "nanosleep", "newfstatat", "open", "openat", "openat2", "pipe2",
      "poll", "prctl", "pread64", "prlimit64", "pwrite64", "read", "readlink", "readlinkat",
      "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
      "sched_getaffinity", "sched_yield", "sendmsg", "set_robust_list", "set_tid_address",
      "setgid", "setgroups", "setresgid", "setresuid", "setuid", "sigaltstack", "stat", "statx",
      "tgkill", "umask", "uname", "wait4", "waitid", "write", "writev",
    ]

    @Test func unknownCallsAreLeftOut() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["no_such_call", "getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
        ])
        #expect(try answer(bundle, Self.getsid) == "-1 99")
      }
    }

    @Test func severalArchitectures() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
        ])
        bundle.config["linux", "seccomp", "architectures"] = [
          "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
        ]
        // 147 is getsid for 32-bit programs.
        bundle.shell("probe call \(Self.getsid); probe call32 147")
        let lines = try bundle.run().lines
        #expect(lines.first == "-1 99")
        guard lines.count > 1 else { try Test.cancel("the kernel has no 32-bit calls") }
        #expect(lines.last == "-99")
      }
    }

    @Test func anArchitectureNotNamedIsKilled() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
        ])
        bundle.config["linux", "seccomp", "architectures"] = ["SCMP_ARCH_X86_64"]
        bundle.shell("probe call32 147; echo status $?")
        #expect(try bundle.run().words.last != "0")
      }
    }

    @Test(
      .disabled(if: Runtime.isRunc(before: "1.2"), "runc 1.1 knows no flags"),
      arguments: [
        "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
      ])
    func flags(_ flag: String) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
        ])
        bundle.config["linux", "seccomp", "flags"] = [.string(flag)]
        #expect(try answer(bundle, Self.getsid) == "-1 99")
      }
    }

    @Test func withoutNoNewPrivileges() throws {
      try withBundle { bundle throws in
        bundle.config["process", "noNewPrivileges"] = false
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99,
        ])
        #expect(try answer(bundle, Self.getsid) == "-1 99")
      }
    }

    /// A filter that refuses what the runtime itself needs before `execve` is only installed after.
    @Test(arguments: [true, false])
    func theRuntimesOwnCallsAreNotFiltered(_ noNewPrivileges: Bool) throws {
      try withBundle { bundle throws in
        bundle.config["process", "noNewPrivileges"] = .bool(noNewPrivileges)
        bundle.config["linux", "seccomp"] = profile([
          "names": [
            "mount", "umount2", "pivot_root", "setns", "unshare", "sethostname", "mknodat",
          ],
          "action": "SCMP_ACT_KILL_PROCESS",
        ])
        #expect(try bundle.run().status == 0)
      }
    }

    @Test func badProfilesAreErrors() throws {
      try withBundle { bundle throws in
        let rule: JSONValue = ["names": ["getsid"], "action": "SCMP_ACT_ERRNO"]
        func with(_ key: String, _ value: JSONValue) -> JSONValue {
          var changed = rule
          changed[key] = value
          return profile(changed)
        }
        let argument: JSONValue = ["index": 0, "value": 1, "op": "SCMP_CMP_NO"]
        let far: JSONValue = ["index": 6, "value": 1, "op": "SCMP_CMP_EQ"]
        var architecture = profile(rule)
        architecture["architectures"] = ["SCMP_ARCH_NO_SUCH"]
        for bad in [
          profile(rule, defaultAction: "SCMP_ACT_NO_SUCH"), with("action", "SCMP_ACT_NO_SUCH"),
          with("args", [argument]), with("args", [far]), architecture,
        ] {
          bundle.config["linux", "seccomp"] = bad
          let id = bundle.fixture.newID()
          #expect(try bundle.run(id: id).status == 1, "\(bad)")
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    // MARK: A listener

    private func listener(in fixture: Fixture) throws -> (ChildProcess, String) {
      let socket = fixture.folder + "/seccomp"
      let child = try fixture.spawn(Command([Probe.program, "notify", socket, "122"]))
      guard eventually(5, { child.standardOutput.contains("ready") }) else {
        throw HarnessError("the listener is not ready")
      }
      return (child, socket)
    }

    @Test func aListenerGetsTheDescriptorAndTheState() throws {
      try withBundle { bundle throws in
        let (child, socket) = try listener(in: bundle.fixture)
        bundle.config["annotations"] = ["org.example.key": "value"]
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_NOTIFY",
        ])
        bundle.config["linux", "seccomp", "listenerPath"] = .string(socket)
        bundle.config["linux", "seccomp", "listenerMetadata"] = "some data"
        bundle.shell("probe call \(Self.getsid); sleep 1000")
        let container = try bundle.create()
        try container.start()
        #expect(eventually(5) { child.standardOutput.contains("}") })
        let text = child.standardOutput.split(separator: "\n").last.map(String.init) ?? ""
        let document = try JSONValue(parsing: text)
        #expect(document["ociVersion"].string?.hasPrefix("1.") == true)
        #expect(document["fds"] == ["seccompFd"])
        #expect(document["metadata"].string == "some data")
        #expect(document["pid"].integer == Int(try container.pid()))
        #expect(document["state", "id"].string == container.id)
        #expect(document["state", "bundle"].string == bundle.folder)
        #expect(document["state", "status"].string == "creating")
        #expect(document["state", "annotations", "org.example.key"].string == "value")
      }
    }

    @Test func aListenerAnswers() throws {
      try withBundle { bundle throws in
        let (_, socket) = try listener(in: bundle.fixture)
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_NOTIFY",
        ])
        bundle.config["linux", "seccomp", "listenerPath"] = .string(socket)
        #expect(try answer(bundle, Self.getsid) == "-1 122")
      }
    }

    @Test func aListenerWithoutItsSocketIsAnError() throws {
      try withBundle { bundle throws in
        for path: JSONValue in [nil, "/no/such/socket"] {
          bundle.config["linux", "seccomp"] = profile([
            "names": ["getsid"], "action": "SCMP_ACT_NOTIFY",
          ])
          bundle.config["linux", "seccomp", "listenerPath"] = path
          let id = bundle.fixture.newID()
          #expect(try bundle.run(id: id).status == 1)
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    @Test func execIsFilteredToo() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "seccomp"] = profile([
          "names": ["getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 66,
        ])
        let container = try bundle.start()
        #expect(try container.exec([], "probe call \(Self.getsid)").text == "-1 66")
      }
    }
  }
}

extension Runtime {
  static var isArchitectureKnown: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }
}
