import Foundation
import Testing

extension RuntimeTests {
  /// `exec` from options and from a document.
  @Suite struct Exec {
    @Test func runsInTheContainer() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let output = try container.exec([], "hostname; cat /proc/1/cmdline | tr '\\0' ' '; pwd")
        #expect(output.status == 0, "\(output)")
        #expect(output.lines == ["container", "sleep 1000 /"])
        for name in ["pid", "mnt", "net", "ipc", "uts"] {
          let inside = try container.exec([], "readlink /proc/self/ns/\(name)").text
          let outside = "/proc/\(try container.pid())/ns/\(name)"
          #expect(
            try inside == FileManager.default.destinationOfSymbolicLink(atPath: outside))
        }
      }
    }

    @Test(arguments: [("true", 0), ("exit 9", 9), ("kill -KILL $$", 137)])
    func passesTheExitStatus(_ script: String, _ status: Int32) throws {
      try withBundle { bundle throws in
        #expect(try bundle.start().exec([], script).status == status)
      }
    }

    @Test func passesTheStandardStreams() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let output = try bundle.fixture.execute(
          ["exec", container.id, "sh", "-c", "cat; echo err >&2"], input: "in\n")
        #expect(output.stdout == "in\n")
        #expect(output.stderr == "err\n")
      }
    }

    @Test func failuresAre255() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        for (options, command) in [
          ([], ["no-such-program"]), ([], ["/no/such/program"]), ([], ["/etc/passwd"]),
          (["--cwd", "/no/such/folder"], ["true"]), (["--user", "name"], ["true"]),
          (["--user", "1:x"], ["true"]), (["--process", "/no/such/file"], []),
        ] {
          let output = try container.call("exec", options, command)
          #expect(output.status == 255, "\(output)")
          #expect(!output.stderr.isEmpty)
        }
      }
    }

    @Test func needsARunningContainer() throws {
      try withBundle { bundle throws in
        let container = try bundle.create()
        try container.start()
        #expect(try container.waitUntilStopped())
        let output = try container.exec([], "true")
        #expect(output.status == 255)
        #expect(output.stderr.contains("stopped"))
      }
    }

    @Test func worksInACreatedContainer() throws {
      try withBundle { bundle throws in
        let container = try bundle.create()
        #expect(try container.exec([], "echo here").text == "here")
        #expect(try container.status() == "created")
      }
    }

    @Test func takesUserAndGroups() throws {
      try withBundle { bundle throws in
        bundle.config["process", "user"] = ["uid": 3, "gid": 4, "additionalGids": [9]]
        let container = try bundle.start()
        let ids = "grep -E '^(Uid|Gid|Groups):' /proc/self/status"
        let both = try container.exec(["--user", "7:8", "-g", "30", "-g", "40"], ids).words
        #expect(
          both == [
            "Uid:", "7", "7", "7", "7", "Gid:", "8", "8", "8", "8", "Groups:", "9", "30", "40",
          ])
        // runc keeps the group of the configuration where only a user is named.
        let user = try container.exec(["--user", "7"], ids).words
        #expect(user.prefix(10) == ["Uid:", "7", "7", "7", "7", "Gid:", "4", "4", "4", "4"])
      }
    }

    @Test func takesEnvironmentAndFolder() throws {
      try withBundle { bundle throws in
        bundle.config["process", "env"].append("KEPT=1")
        bundle.config["process", "env"].append("CHANGED=1")
        let container = try bundle.start()
        let output = try container.exec(
          ["--env", "CHANGED=2", "--env", "NEW=a b=c", "--cwd", "/tmp"],
          "echo $KEPT $CHANGED $NEW; pwd")
        #expect(output.lines == ["1 2 a b=c", "/tmp"])
      }
    }

    @Test func addsCapabilities() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let line = "grep -E 'CapBnd|CapEff|CapPrm|CapInh' /proc/self/status"
        let bits = CapabilitySet(["CAP_NET_ADMIN"] + Bundle.capabilities).hexadecimal
        let with = try container.exec(["--cap", "CAP_NET_ADMIN"], line).words
        #expect(
          with == [
            "CapInh:", CapabilitySet([]).hexadecimal, "CapPrm:", bits, "CapEff:", bits, "CapBnd:",
            bits,
          ])
        let without = try container.exec([], line).words
        #expect(without.last == CapabilitySet(Bundle.capabilities).hexadecimal)
      }
    }

    @Test func detaches() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let file = bundle.fixture.folder + "/exec-pid"
        let output = try container.call(
          "exec", ["--detach", "--pid-file", file], ["sleep", "2000"])
        #expect(output.status == 0, "\(output)")
        let pid = try String(contentsOfFile: file, encoding: .utf8)
        #expect(
          try String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
            == "sleep\0" + "2000\0")
      }
    }

    @Test func takesADocument() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let process: JSONValue = [
          "args": [
            "sh", "-c",
            "id -u; pwd; echo $NAME; grep -E 'NoNewPrivs|CapEff' /proc/self/status; ulimit -n",
          ],
          "cwd": "/tmp", "env": ["PATH=/bin", "NAME=value"],
          "user": ["uid": 5, "gid": 6],
          "capabilities": ["bounding": ["CAP_KILL"]],
          "rlimits": [["type": "RLIMIT_NOFILE", "soft": 100, "hard": 100]],
        ]
        let file = try bundle.fixture.newFile("process.json", try process.text)
        let output = try container.call("exec", ["--process", file])
        #expect(output.status == 0, "\(output)")
        #expect(
          output.words == [
            "5", "/tmp", "value", "CapEff:", CapabilitySet([]).hexadecimal,
            "NoNewPrivs:", "0", "100",
          ])
      }
    }

    @Test(
      .disabled(
        if: Runtime.runc != nil, "runc takes the umask of the container, not the document's"))
    func takesTheUmaskOfADocument() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let process: JSONValue = [
          "args": ["sh", "-c", "umask"], "cwd": "/", "env": ["PATH=/bin"],
          "user": ["uid": 5, "gid": 6, "umask": 0o27],
        ]
        let file = try bundle.fixture.newFile("process.json", try process.text)
        #expect(try container.call("exec", ["--process", file]).text == "0027")
      }
    }

    @Test func badDocumentsAreErrors() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        for text in [
          "", "{", "[]", "{}", "{\"args\": [\"true\"]}", "{\"args\": [], \"cwd\": \"/\"}",
        ] {
          let file = try bundle.fixture.newFile("process.json", text)
          let output = try container.call("exec", ["--process", file])
          #expect(output.status == 255, "\(text)")
        }
      }
    }

    @Test func setsNoNewPrivileges() throws {
      try withBundle { bundle throws in
        bundle.config["process", "noNewPrivileges"] = false
        let container = try bundle.start()
        let line = "grep NoNewPrivs /proc/self/status"
        #expect(try container.exec([], line).words == ["NoNewPrivs:", "0"])
        #expect(try container.exec(["--no-new-privs"], line).words == ["NoNewPrivs:", "1"])
      }
    }

    @Test func isConfinedAsTheContainer() throws {
      try withBundle { bundle throws in
        bundle.config["process", "oomScoreAdj"] = 500
        bundle.config["process", "rlimits"] = [
          ["type": "RLIMIT_NOFILE", "soft": 64, "hard": 64]
        ]
        bundle.config["linux", "seccomp"] = [
          "defaultAction": "SCMP_ACT_ALLOW",
          "syscalls": [["names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"]],
        ]
        let container = try bundle.start()
        let output = try container.exec(
          [], "ulimit -n; cat /proc/self/oom_score_adj; mkdir /tmp/x || echo refused")
        #expect(output.words == ["64", "500", "refused"])
      }
    }

    @Test(.enabled(if: Cgroups.hierarchies.count > 0, "no cgroup is mounted"))
    func joinsTheCgroups() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let file = bundle.fixture.folder + "/exec-pid"
        try container.must("exec", ["-d", "--pid-file", file], ["sleep", "2000"])
        let pid = try String(contentsOfFile: file, encoding: .utf8)
        #expect(
          try String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)
            == container.processFile("cgroup"))
      }
    }

    @Test(
      .enabled(
        if: Cgroups.has("pids") && !Cgroups.isUnified, "needs the pids controller of cgroup v1"))
    func joinsTheChosenCgroup() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let folder = try #require(
          Cgroups.folder(of: try container.pid(), controller: "pids"))
        #expect(mkdir(folder + "/sub", 0o755) == 0)
        bundle.fixture.atEnd { rmdir(folder + "/sub") }
        let output = try container.exec(["--cgroup", "pids:sub"], "cat /proc/self/cgroup")
        #expect(output.status == 0, "\(output)")
        let lines = output.lines.filter { $0.contains("pids") }
        #expect(lines.first?.hasSuffix("/\(container.id)/sub") == true)
        #expect(try container.exec(["--cgroup", "pids:none"], "true").status == 255)
        #expect(try container.exec(["--cgroup", "pids:../.."], "true").status == 255)
      }
    }

    @Test(
      .enabled(if: Runtime.isStrict, "runc 1.1.5 ignores a profile that cannot be applied"),
      .disabled(
        if: FileManager.default.fileExists(atPath: "/sys/kernel/security/apparmor"),
        "AppArmor is there"))
    func aProfileWithoutAppArmorIsAnError() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        #expect(try container.exec(["--apparmor", "some-profile"], "true").status == 255)
      }
    }

    @Test func manyAtOnce() throws {
      try withBundle { bundle throws in
        let container = try bundle.start()
        let children = try (1...8).map { number in
          try bundle.fixture.spawn(
            Command(
              bundle.fixture.runtime.arguments(
                ["exec", container.id, "sh", "-c", "exit \(number)"])))
        }
        for (child, number) in zip(children, 1...8) {
          #expect(try child.wait().status == Int32(number))
        }
      }
    }

    @Test func withoutAPIDNamespace() throws {
      try withBundle { bundle throws in
        bundle.removeNamespace("pid")
        let container = try bundle.start()
        #expect(try container.exec([], "exit 4").status == 4)
      }
    }
  }
}
