import Foundation
import Testing

extension RuntimeTests {
  /// `linux.namespaces`, and what belongs to one of them: hostname, domainname, sysctl, time
  /// offsets and network devices.
  @Suite struct Namespaces {
    static let kinds = [
      ("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("mount", "mnt"),
      ("cgroup", "cgroup"),
    ]

    private static func link(_ path: String) throws -> String {
      try FileManager.default.destinationOfSymbolicLink(atPath: path)
    }

    @Test(arguments: kinds)
    func aNewOne(_ kind: String, _ file: String) throws {
      try withBundle { bundle throws in
        bundle.setNamespace(kind)
        let inside = try bundle.output(of: "readlink /proc/self/ns/\(file)").text
        #expect(try inside != Self.link("/proc/self/ns/\(file)"))
      }
    }

    @Test(arguments: kinds.filter { $0.0 != "mount" })
    func theCallersIfNoneIsNamed(_ kind: String, _ file: String) throws {
      try withBundle { bundle throws in
        bundle.removeNamespace(kind)
        if kind == "uts" { bundle.config["hostname"] = nil }
        if kind == "network" {
          // The kernel lets only the owner of a network mount its sysfs.
          bundle.removeMounts("/sys")
        }
        let inside = try bundle.output(of: "readlink /proc/self/ns/\(file)").text
        #expect(try inside == Self.link("/proc/self/ns/\(file)"))
      }
    }

    @Test(arguments: ["network", "ipc", "uts", "pid", "cgroup"])
    func anotherContainersByPath(_ kind: String) throws {
      try withBundle { bundle throws in
        let file = Self.kinds.first { $0.0 == kind }?.1 ?? ""
        bundle.setNamespace(kind)
        let first = try bundle.start()
        let path = "/proc/\(try first.pid())/ns/\(file)"
        let other = try Bundle(bundle.fixture, name: "other")
        other.setNamespace(kind, path: path)
        if kind == "uts" { other.config["hostname"] = nil }
        let inside = try other.output(of: "readlink /proc/self/ns/\(file)").text
        #expect(try inside == Self.link(path))
      }
    }

    @Test func aBoundNamespaceByPath() throws {
      try withBundle { bundle throws in
        let first = try bundle.start()
        let file = try bundle.fixture.newFile("netns")
        try bundle.fixture.host("mount", "--bind", "/proc/\(try first.pid())/ns/net", file)
        let name = try Self.link("/proc/\(try first.pid())/ns/net")
        try first.must("delete", ["--force"])
        bundle.setNamespace("network", path: file)
        #expect(try bundle.output(of: "readlink /proc/self/ns/net").text == name)
      }
    }

    @Test func aSharedPIDNamespaceSeesTheOther() throws {
      try withBundle { bundle throws in
        let first = try bundle.start()
        let other = try Bundle(bundle.fixture, name: "other")
        other.setNamespace("pid", path: "/proc/\(try first.pid())/ns/pid")
        let output = try other.output(of: "tr '\\0' ' ' </proc/1/cmdline; echo; echo $$")
        #expect(output.lines.first == "sleep 1000 ")
        #expect(output.lines.last != "1")
      }
    }

    @Test func badNamespacesAreErrors() throws {
      try withBundle { bundle throws in
        let plain = bundle.config
        for namespaces: JSONValue in [
          [["type": "nosuch"], ["type": "mount"]],
          [["type": "network", "path": "/no/such/file"], ["type": "mount"]],
          [["type": "network", "path": "/etc/passwd"], ["type": "mount"]],
          [["type": "network", "path": "/proc/self/ns/uts"], ["type": "mount"]],
          [["type": "mount"], ["type": "pid"], ["type": "pid"]],
        ] {
          bundle.config = plain
          bundle.config["linux", "namespaces"] = namespaces
          bundle.config["hostname"] = nil
          let id = bundle.fixture.newID()
          #expect(try bundle.run(id: id).status == 1, "\(namespaces)")
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    @Test func loopbackIsUpInANewNetwork() throws {
      try withBundle { bundle throws in
        let output = try bundle.output(of: "ls /sys/class/net; cat /sys/class/net/lo/flags")
        #expect(output.words.first == "lo")
        let flags = try #require(UInt32(output.words.last?.dropFirst(2) ?? "", radix: 16))
        #expect(flags & 1 == 1)
      }
    }

    @Test func hostname() throws {
      try withBundle { bundle throws in
        bundle.config["hostname"] = "name-1.example"
        let before = try bundle.fixture.host("uname", "-n").text
        #expect(try bundle.output(of: "hostname").text == "name-1.example")
        #expect(try bundle.fixture.host("uname", "-n").text == before)
      }
    }

    @Test func hostnameNeedsItsNamespace() throws {
      try withBundle { bundle throws in
        bundle.removeNamespace("uts")
        let before = try bundle.fixture.host("uname", "-n").text
        #expect(try bundle.run().status == 1)
        #expect(try bundle.fixture.host("uname", "-n").text == before)
      }
    }

    @Test(
      .enabled(
        if: Runtime.specification >= "1.1",
        "the runtime knows \(Runtime.specification), domainname is of 1.1"))
    func domainname() throws {
      try withBundle { bundle throws in
        bundle.config["domainname"] = "domain.example"
        #expect(
          try bundle.output(of: "cat /proc/sys/kernel/domainname").text == "domain.example")
      }
    }

    static let hasTime =
      Runtime.knows(namespace: "time") && access("/proc/self/ns/time", F_OK) == 0

    @Test(.enabled(if: hasTime, "the runtime or the kernel has no time namespaces"))
    func timeOffsets() throws {
      try withBundle { bundle throws in
        bundle.setNamespace("time")
        bundle.config["linux", "timeOffsets"] = [
          "monotonic": ["secs": 100_000, "nanosecs": 5], "boottime": ["secs": 200_000],
        ]
        let output = try bundle.output(
          of: "tr -s ' \\t' ' ' </proc/self/timens_offsets; cut -d. -f1 /proc/uptime")
        #expect(output.lines.contains("monotonic 100000 5"))
        #expect(output.lines.contains("boottime 200000 0"))
        #expect((Int(output.words.last ?? "") ?? 0) > 200_000)
      }
    }

    @Test(.enabled(if: hasTime, "the runtime or the kernel has no time namespaces"))
    func execJoinsTheTimeNamespace() throws {
      try withBundle { bundle throws in
        bundle.setNamespace("time")
        bundle.config["linux", "timeOffsets"] = ["boottime": ["secs": 200_000]]
        let container = try bundle.start()
        let uptime = try container.exec([], "cut -d. -f1 /proc/uptime").text
        #expect((Int(uptime) ?? 0) > 200_000)
      }
    }

    @Test(.enabled(if: hasTime, "the runtime or the kernel has no time namespaces"))
    func timeOffsetsNeedTheirNamespace() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "timeOffsets"] = ["boottime": ["secs": 200_000]]
        #expect(try bundle.run().status == 1)
      }
    }

    // MARK: sysctl

    static let canSetSysctl = access("/proc/sys/net/ipv4/ip_unprivileged_port_start", F_OK) == 0

    @Test(
      arguments: [
        ("net.ipv4.ip_unprivileged_port_start", "81"), ("kernel.msgmax", "9000"),
        ("kernel.shm_rmid_forced", "1"), ("net.ipv4.ping_group_range", "0\t100"),
      ].filter { access("/proc/sys/" + $0.0.replacingOccurrences(of: ".", with: "/"), F_OK) == 0 })
    func sysctl(_ name: String, _ value: String) throws {
      try withBundle { bundle throws in
        bundle.config["linux", "sysctl"] = .object([name: .string(value)])
        let path = "/proc/sys/" + name.replacingOccurrences(of: ".", with: "/")
        let before = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try bundle.output(of: "cat \(path)").text == value)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
      }
    }

    @Test func sysctlWithSlashes() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "sysctl"] = ["net/ipv4/ip_unprivileged_port_start": "82"]
        let path = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        #expect(try bundle.output(of: "cat \(path)").text == "82")
      }
    }

    // MARK: Network devices

    static let canMakeDevices = {
      let name = "rtprobe\(getpid() % 10_000)"
      guard
        let output = try? ChildProcess(
          Command(["ip", "link", "add", name, "type", "dummy"]), outputIn: SharedFolder.path
        ).wait(), output.status == 0
      else { return false }
      _ = try? ChildProcess(Command(["ip", "link", "del", name]), outputIn: SharedFolder.path)
        .wait()
      return true
    }()

    @Test(
      .enabled(
        if: Runtime.specification >= "1.3",
        "the runtime knows \(Runtime.specification), netDevices is of 1.3"),
      .enabled(if: Runtime.specification < "1.3" || canMakeDevices, "no dummy device can be made"))
    func networkDevices() throws {
      try withBundle { bundle throws in
        let name = "rt\(getpid() % 100_000)x\(Int.random(in: 0..<1000))"
        try bundle.fixture.host("ip", "link", "add", name, "type", "dummy")
        bundle.fixture.atEnd {
          _ = try? ChildProcess(Command(["ip", "link", "del", name]), outputIn: SharedFolder.path)
            .wait()
        }
        try bundle.fixture.host("ip", "addr", "add", "192.0.2.7/24", "dev", name)
        bundle.config["linux", "netDevices"] = .object([name: ["name": "inner0"]])
        let output = try bundle.output(of: "ls /sys/class/net; ip addr show inner0")
        #expect(output.words.contains("inner0"))
        #expect(output.stdout.contains("192.0.2.7/24"))
      }
    }

    @Test(
      .enabled(
        if: Runtime.specification >= "1.3",
        "the runtime knows \(Runtime.specification), netDevices is of 1.3"))
    func aMissingNetworkDeviceIsAnError() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "netDevices"] = ["nosuch0": ["name": "inner0"]]
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }
  }
}
