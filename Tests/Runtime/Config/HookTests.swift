import Foundation
import Testing

extension RuntimeTests {
  /// The six kinds of hooks.
  @Suite struct Hooks {
    static let kinds = [
      "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
    ]

    /// A hook that runs `script` with the host's shell.
    private func hook(_ script: String, environment: [String] = [], timeout: Int64? = nil)
      -> JSONValue
    {
      var hook: JSONValue = [
        "path": "/bin/sh", "args": .init(["sh", "-c", script]), "env": .init(environment),
      ]
      if let timeout { hook["timeout"] = .integer(timeout) }
      return hook
    }

    /// Every runc calls poststart hooks when the container is created.
    static let poststartIsLate = Runtime.runc == nil

    @Test func theyComeInOrder() throws {
      try withBundle { bundle throws in
        let log = try bundle.fixture.newFile("log")
        // What runs in the container's namespaces after the root changed reaches the log there.
        bundle.addMount("/log", source: log, options: ["bind"])
        for kind in Self.kinds {
          let file = kind == "startContainer" ? "/log" : log
          bundle.config["hooks", kind] = [
            hook("echo \(kind) >>\(file)"), hook("echo \(kind)2 >>\(file)"),
          ]
        }
        bundle.shell("echo process >>/log; sleep 1000")
        let container = try bundle.create()
        func logged() -> [String] {
          (FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) }
            ?? "")
            .split(separator: "\n").map(String.init)
        }
        var atCreation = [
          "prestart", "prestart2", "createRuntime", "createRuntime2", "createContainer",
          "createContainer2",
        ]
        var atStart = ["startContainer", "startContainer2", "process"]
        let last = ["poststart", "poststart2"]
        if Self.poststartIsLate { atStart += last } else { atCreation += last }
        #expect(logged() == atCreation)
        try container.start()
        #expect(eventually(5) { logged().contains("process") })
        let started = Array(logged().dropFirst(atCreation.count))
        // The process and the hooks after its start run at the same time.
        #expect(Set(started) == Set(atStart))
        #expect(started.prefix(2) == ["startContainer", "startContainer2"])
        try container.must("delete", ["--force"])
        #expect(logged().suffix(2) == ["poststop", "poststop2"])
      }
    }

    /// What each kind reads as the status of the container.
    static let statuses = [
      ("prestart", ["creating", "created"]), ("createRuntime", ["creating", "created"]),
      ("createContainer", ["creating", "created"]), ("startContainer", ["created"]),
      ("poststart", poststartIsLate ? ["running"] : ["created"]), ("poststop", ["stopped"]),
    ]

    @Test(arguments: statuses)
    func theStateIsOnStandardInput(_ kind: String, _ statuses: [String]) throws {
      try withBundle { bundle throws in
        let file = try bundle.fixture.newFile("document")
        bundle.addMount("/document", source: file, options: ["bind"])
        bundle.config["annotations"] = ["org.example.key": "value"]
        let target = kind == "startContainer" ? "/document" : file
        bundle.config["hooks", kind] = [hook("cat >\(target)")]
        let container = try bundle.start()
        let pid = Int(try container.pid())
        try container.must("delete", ["--force"])
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let state = try JSONValue(parsing: text)
        #expect(state["id"].string == container.id)
        #expect(state["bundle"].string == bundle.folder)
        #expect(state["ociVersion"].string?.hasPrefix("1.") == true)
        #expect(state["annotations", "org.example.key"].string == "value")
        #expect(statuses.contains(state["status"].string ?? ""), "\(text)")
        switch kind {
        case "poststop": #expect(state["pid"].integer ?? 0 == 0)
        // runc gives these the number that the container itself sees.
        case "createContainer", "startContainer":
          #expect([pid, 1].contains(state["pid"].integer ?? -1))
        default: #expect(state["pid"].integer == pid)
        }
      }
    }

    /// The namespaces that each kind runs in.
    @Test func theyRunWhereTheyBelong() throws {
      try withBundle { bundle throws in
        let file = try bundle.fixture.newFile("places")
        bundle.addMount("/places", source: file, options: ["bind"])
        for kind in Self.kinds {
          let target = kind == "startContainer" ? "/places" : file
          bundle.config["hooks", kind] = [
            hook(
              "echo \(kind) $(readlink /proc/self/ns/mnt) $(readlink /proc/self/ns/net) >>\(target)"
            )
          ]
        }
        // On the host `readlink` of coreutils, in the container that of busybox.
        let container = try bundle.start()
        let pid = try container.pid()
        let own = try (
          FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/mnt"),
          FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        )
        let containers = try (
          FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/mnt"),
          FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/net")
        )
        try container.must("delete", ["--force"])
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == Self.kinds.count)
        for line in lines {
          let words = line.split(separator: " ").map(String.init)
          let inside = words[0] == "createContainer" || words[0] == "startContainer"
          #expect(words[1] == (inside ? containers.0 : own.0), "\(line)")
          #expect(words[2] == (inside ? containers.1 : own.1), "\(line)")
        }
      }
    }

    @Test(arguments: kinds)
    func environmentAndArguments(_ kind: String) throws {
      try withBundle { bundle throws in
        let file = try bundle.fixture.newFile("said")
        bundle.addMount("/said", source: file, options: ["bind"])
        let target = kind == "startContainer" ? "/said" : file
        bundle.config["hooks", kind] = [
          [
            "path": "/bin/sh",
            "args": .init([
              "sh", "-c", "echo \"$0 $1 $ONE $HOST_SECRET\" >\(target)", "zero", "one",
            ]),
            "env": ["ONE=1"],
          ]
        ]
        bundle.arguments = ["sleep", "1000"]
        try bundle.write()
        let id = bundle.fixture.newID()
        let environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOST_SECRET": "secret"]
        for command in [
          ["create", "--bundle", bundle.folder, id], ["start", id], ["delete", "--force", id],
        ] {
          let output = try bundle.fixture.execute(command, environment: environment)
          #expect(output.status == 0, "\(output)")
        }
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.split(separator: "\n").first?.hasPrefix("zero one 1") == true, "\(text)")
        #expect(!text.contains("secret"))
      }
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aFailureUndoesTheCreation(_ kind: String) throws {
      try withBundle { bundle throws in
        bundle.config["hooks", kind] = [hook("echo because >&2; exit 3")]
        let (container, output) = try bundle.tryCreate()
        #expect(output.status == 1)
        #expect(output.stderr.contains("hook"))
        #expect(output.stderr.contains("because"))
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test func aFailureAtTheStartStopsTheContainer() throws {
      try withBundle { bundle throws in
        let marker = bundle.rootfs + "/ran"
        bundle.config["hooks", "startContainer"] = [hook("exit 3")]
        bundle.shell("touch /ran; sleep 1000")
        let container = try bundle.create()
        _ = try container.call("start")
        #expect(try container.waitUntilStopped())
        #expect(!FileManager.default.fileExists(atPath: marker))
        try container.must("delete", ["--force"])
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test(.enabled(if: poststartIsLate, "runc calls poststart hooks when it creates"))
    func aFailureAfterTheStartIsLogged() throws {
      try withBundle { bundle throws in
        bundle.config["hooks", "poststart"] = [hook("exit 3")]
        bundle.arguments = ["sleep", "1000"]
        let container = try bundle.create()
        let output = try container.call("start")
        #expect(output.stderr.contains("hook"), "\(output)")
      }
    }

    @Test func aFailureAtTheEndDoesNotHinderDeletion() throws {
      try withBundle { bundle throws in
        let file = bundle.fixture.folder + "/second"
        bundle.config["hooks", "poststop"] = [hook("exit 3"), hook("touch \(file)")]
        let container = try bundle.start()
        let output = try container.call("delete", ["--force"])
        #expect(output.stderr.contains("hook"), "\(output)")
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
        if Runtime.runc == nil {  // runc leaves out the hooks after one that failed.
          #expect(FileManager.default.fileExists(atPath: file))
        }
      }
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aTimeoutEndsIt(_ kind: String) throws {
      try withBundle { bundle throws in
        bundle.config["hooks", kind] = [hook("exec sleep 600", timeout: 1)]
        let begin = Date()
        let (container, output) = try bundle.tryCreate()
        #expect(output.status == 1)
        #expect(Date().timeIntervalSince(begin) < 10)
        #expect(try Remains.lasting(of: container.id, in: bundle.fixture) == [])
      }
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer", "startContainer"])
    func aMissingProgramIsAnError(_ kind: String) throws {
      try withBundle { bundle throws in
        bundle.config["hooks", kind] = [["path": "/no/such/hook"]]
        let id = bundle.fixture.newID()
        let output = try bundle.run(id: id)
        #expect(output.status == 1, "\(output)")
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func aRelativePathIsAnError() throws {
      try withBundle { bundle throws in
        bundle.config["hooks", "createRuntime"] = [["path": "bin/true"]]
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func aHookMayChangeTheNetworkBeforeTheStart() throws {
      try withBundle { bundle throws in
        bundle.config["hooks", "createRuntime"] = [
          hook(
            "pid=$(sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p'); nsenter -t $pid -n ip link set lo alias named || nsenter -t $pid -n true"
          )
        ]
        #expect(try bundle.run().status == 0)
      }
    }

    @Test func aHookThatDoesNotReadItsInputIsNoError() throws {
      try withBundle { bundle throws in
        // More than a pipe holds.
        bundle.config["annotations"] = ["long": .string(String(repeating: "x", count: 300_000))]
        bundle.config["hooks", "createRuntime"] = [["path": "/bin/true"]]
        #expect(try bundle.run().status == 0)
      }
    }
  }
}
