import Foundation
import Testing

extension RuntimeTests {
  /// A configuration that cannot be right: an error that names the field, and nothing left.
  @Suite struct BadConfig {
    /// Expects that `command` fails with the configuration `text` and leaves nothing. This project's
    /// runtime says it in one line that holds `field`, with status 1.
    private func expectRefusal(
      of text: String, naming field: String, by command: String = "run"
    ) throws {
      try withBundle { bundle throws in
        try text.write(
          toFile: bundle.folder + "/config.json", atomically: false, encoding: .utf8)
        let id = bundle.fixture.newID()
        let output = try bundle.fixture.execute([command, "--bundle", bundle.folder, id])
        #expect(output.status != 0, "\(text.prefix(300))")
        #expect(!output.stderr.isEmpty)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        if Runtime.isStrict {
          #expect(output.status == 1)
          #expect(output.stderr.split(separator: "\n").count == 1, "\(output.stderr)")
          #expect(output.stderr.contains(field), "\(output.stderr)")
        }
      }
    }

    @Test(arguments: [
      "", " ", "not json", "{", "{\"ociVersion\": \"1.0.2\",", "[]", "null", "42", "\"text\"",
      "{\"ociVersion\": \"1.0.2\"} trailing", "\u{0}", "{'ociVersion': '1.0.2'}",
    ])
    func notADocument(_ text: String) throws {
      for command in ["run", "create"] {
        try expectRefusal(of: text, naming: "config.json", by: command)
      }
    }

    @Test func deepNesting() throws {
      let deep = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
      try expectRefusal(of: "{\"annotations\": \(deep)}", naming: "config.json")
    }

    /// A change of the usual configuration, and the field that the error names.
    struct Change: CustomTestStringConvertible, Sendable {
      let path: [String]
      let value: JSONValue
      /// Whether runc takes it, which then is only expected of this project's runtime.
      var isTakenByRunc = false
      var testDescription: String { "\(path.joined(separator: ".")) = \((try? value.text) ?? "")" }
      init(_ path: String, _ value: JSONValue, isTakenByRunc: Bool = false) {
        self.path = path.split(separator: ".").map(String.init)
        self.value = value
        self.isTakenByRunc = isTakenByRunc
      }
    }

    static let changes = [
      // Versions.
      Change("ociVersion", nil, isTakenByRunc: true),
      Change("ociVersion", "", isTakenByRunc: true),
      Change("ociVersion", "2.0.0", isTakenByRunc: true),
      Change("ociVersion", "0.1.0", isTakenByRunc: true),
      Change("ociVersion", "text", isTakenByRunc: true), Change("ociVersion", 1),
      // What is needed.
      Change("process", nil), Change("root", nil), Change("root.path", ""),
      Change("process.args", nil), Change("process.args", []), Change("process.cwd", nil),
      Change("process.cwd", ""), Change("process.cwd", "relative"),
      // Types.
      Change("process", []), Change("process.args", "true"), Change("process.args", [1]),
      Change("process.env", "PATH=/bin"), Change("process.cwd", 5), Change("root", "rootfs"),
      Change("root.path", 7), Change("root.readonly", "yes"), Change("process.terminal", "no"),
      Change("process.user", 0), Change("process.user.uid", "root"), Change("mounts", [:]),
      Change("mounts", ["x"]), Change("linux", []), Change("linux.namespaces", [:]),
      Change("linux.namespaces", ["pid"]), Change("linux.maskedPaths", "/proc"),
      Change("linux.resources", []), Change("linux.devices", [:]), Change("hooks", []),
      Change("hooks.prestart", [:]), Change("hooks.prestart", ["/bin/true"]),
      Change("annotations", []), Change("annotations", ["key": 1]), Change("hostname", 5),
      Change("linux.sysctl", []), Change("linux.sysctl", ["kernel.msgmax": 1]),
      Change("linux.seccomp", []), Change("linux.seccomp", ["syscalls": [:]]),
      Change("process.capabilities", []), Change("process.capabilities.bounding", "CAP_KILL"),
      Change("process.rlimits", [:]), Change("process.noNewPrivileges", 1),
      // Ranges.
      Change("process.user.uid", -1), Change("process.user.uid", .integer(1 << 33)),
      Change("process.user.gid", -5), Change("process.user.uid", 1.5),
      Change("process.user.additionalGids", [-1]),
      Change("process.user.additionalGids", [.integer(1 << 40)]),
      Change("process.oomScoreAdj", 1001), Change("process.oomScoreAdj", -1001),
      Change("process.oomScoreAdj", .unsigned(1 << 63)), Change("process.user.umask", -1),
      Change("process.rlimits", [["type": "RLIMIT_NOFILE", "soft": -1, "hard": 1]]),
      Change("linux.resources.memory", ["limit": .unsigned(.max)]),
      Change("linux.resources.pids", ["limit": 1.5]),
      Change("linux.resources.cpu", ["shares": -1]),
      Change("linux.resources.cpu", ["period": -1]),
      // Values.
      Change("linux.namespaces", [["type": "nosuch"]]),
      Change("linux.namespaces", [["path": "/x"]]),
      Change("linux.rootfsPropagation", "sideways"), Change("mounts", [["type": "tmpfs"]]),
      Change("linux.maskedPaths", ["relative"], isTakenByRunc: true),
      Change("linux.readonlyPaths", ["relative"], isTakenByRunc: true),
      Change("process.rlimits", [["type": "RLIMIT_NOSUCH", "soft": 1, "hard": 1]]),
      Change(
        "process.rlimits",
        [
          ["type": "RLIMIT_NOFILE", "soft": 1, "hard": 1],
          ["type": "RLIMIT_NOFILE", "soft": 2, "hard": 2],
        ], isTakenByRunc: true),
      Change("linux.sysctl", ["kernel.core_pattern": "x"]),
      Change("linux.sysctl", ["vm.swappiness": "1"]),
      Change("linux.devices", [["path": "/dev/x", "type": "q", "major": 1, "minor": 3]]),
      Change("linux.devices", [["type": "c", "major": 1, "minor": 3]], isTakenByRunc: true),
      Change("hooks.createRuntime", [["path": ""]]),
      Change("hooks.createRuntime", [["path": "/bin/true", "timeout": -1]], isTakenByRunc: true),
      Change("process.env", ["A=1", "B\u{0}=2"], isTakenByRunc: true),
      Change("hostname", .string(String(repeating: "x", count: 300))),
      Change("linux.personality", ["domain": "AMIGA"], isTakenByRunc: true),
      Change("linux.seccomp", ["defaultAction": "SCMP_ACT_NO"]),
      Change("linux.intelRdt", ["closID": "../x"]),
      Change("process.selinuxLabel", "label", isTakenByRunc: true),
      Change("linux.mountLabel", "label", isTakenByRunc: true),
    ]

    @Test(arguments: changes.filter { !$0.isTakenByRunc })
    func aWrongField(_ change: Change) throws { try expectRefusal(of: change) }

    @Test(
      .disabled(if: !Runtime.isStrict, "other runtimes take these"),
      arguments: changes.filter(\.isTakenByRunc))
    func aFieldThatOthersTake(_ change: Change) throws { try expectRefusal(of: change) }

    private func expectRefusal(of change: Change) throws {
      var config = Bundle.basicConfig
      func set(_ value: JSONValue, at path: ArraySlice<String>, in config: inout JSONValue) {
        guard let key = path.first else { return config = value }
        var member = config[key]
        set(value, at: path.dropFirst(), in: &member)
        config[key] = member
      }
      set(change.value, at: change.path[...], in: &config)
      // The error names the field itself or a part of it; a missing one by its name.
      try expectRefusal(of: try config.text, naming: change.path.last ?? "")
    }

    @Test func aMissingConfiguration() throws {
      try withBundle { bundle throws in
        let id = bundle.fixture.newID()
        let output = try bundle.fixture.execute(["run", "--bundle", bundle.folder, id])
        #expect(output.status == 1)
        #expect(output.stderr.contains("config.json"))
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test(.disabled(if: !Runtime.isStrict, "other runtimes read it for ever"))
    func aConfigurationThatIsNoFile() throws {
      try withBundle { bundle throws in
        for make in ["mkfifo config.json", "mkdir config.json", "ln -s /dev/zero config.json"] {
          try bundle.fixture.host(
            "sh", "-c", "cd \(bundle.folder) && rm -rf config.json && \(make)")
          let id = bundle.fixture.newID()
          let output = try bundle.fixture.execute(
            ["run", "--bundle", bundle.folder, id], seconds: 10)
          #expect(output.status == 1, "\(make)")
        }
      }
    }

    @Test func unknownFieldsAreLeftAlone() throws {
      try withBundle { bundle throws in
        bundle.config["future"] = ["a": [1, 2, ["b": nil]]]
        bundle.config["process", "future"] = true
        bundle.config["linux", "future"] = "text"
        #expect(try bundle.run().status == 0)
      }
    }
  }
}
