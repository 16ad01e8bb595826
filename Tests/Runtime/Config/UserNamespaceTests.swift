import Foundation
import Testing

extension RuntimeTests {
  /// User namespaces with mappings, made by root.
  @Suite struct UserNamespaces {
    private func map(_ bundle: Bundle) throws {
      bundle.setNamespace("user")
      bundle.config["linux", "uidMappings"] = [
        ["containerID": 0, "hostID": 100_000, "size": 2000],
        ["containerID": 2000, "hostID": 300_000, "size": 10],
      ]
      bundle.config["linux", "gidMappings"] = [
        ["containerID": 0, "hostID": 200_000, "size": 2000]
      ]
      try bundle.fixture.host("chown", "-R", "-h", "100000:200000", bundle.rootfs)
    }

    @Test func mappings() throws {
      try withBundle { bundle throws in
        try map(bundle)
        let output = try bundle.output(
          of: "cat /proc/self/uid_map /proc/self/gid_map; id -u; id -g; stat -c '%u %g' /bin")
        #expect(
          output.words == [
            "0", "100000", "2000", "2000", "300000", "10", "0", "200000", "2000", "0", "0", "0",
            "0",
          ])
      }
    }

    @Test func theHostSeesTheMappedUser() throws {
      try withBundle { bundle throws in
        try map(bundle)
        bundle.config["process", "user"] = ["uid": 2003, "gid": 7]
        let container = try bundle.start()
        let status = try container.processFile("status")
        #expect(status.contains("Uid:\t300003\t300003"))
        #expect(status.contains("Gid:\t200007\t200007"))
      }
    }

    @Test func rootHasItsCapabilitiesThere() throws {
      try withBundle { bundle throws in
        try map(bundle)
        let output = try bundle.output(
          of:
            "grep CapEff /proc/self/status; touch /tmp/f && chown 5:5 /tmp/f && stat -c %u /tmp/f; hostname"
        )
        #expect(output.words.contains(CapabilitySet(Bundle.capabilities).hexadecimal))
        #expect(output.words.suffix(2) == ["5", "container"])
      }
    }

    @Test func defaultDevicesWork() throws {
      try withBundle { bundle throws in
        try map(bundle)
        let output = try bundle.output(
          of:
            "for d in null zero full random urandom tty; do stat -c '%F' /dev/$d; done; head -c 2 /dev/zero | wc -c"
        )
        #expect(output.lines.dropLast().allSatisfy { $0 == "character special file" })
        #expect(output.lines.last == "2")
      }
    }

    @Test func execIsMappedToo() throws {
      try withBundle { bundle throws in
        try map(bundle)
        let container = try bundle.start()
        let output = try container.exec(["--user", "3:4"], "id -u; id -g; cat /proc/self/uid_map")
        #expect(output.words.prefix(5) == ["3", "4", "0", "100000", "2000"])
        #expect(
          try container.exec([], "readlink /proc/self/ns/user; readlink /proc/1/ns/user").lines
            .count == 2)
      }
    }

    @Test func standardStreamsBelongToTheUser() throws {
      try withBundle { bundle throws in
        try map(bundle)
        // Opening one's own stream by name needs the right to its pipe.
        bundle.fixture.runtime.prefix = ["sh", "-c", "\"$@\" | cat", "sh"]
        bundle.shell("echo out >/dev/stdout")
        #expect(try bundle.run().text == "out")
      }
    }

    @Test func terminalInAUserNamespace() throws {
      try withBundle { bundle throws in
        try map(bundle)
        bundle.config["process", "terminal"] = true
        bundle.shell("stat -c 'owner %u' $(tty); sleep 0.1")
        let socket = bundle.fixture.folder + "/console"
        let child = try bundle.fixture.spawn(Command([Probe.program, "console", socket]))
        #expect(eventually(5) { child.standardOutput.contains("ready") })
        try bundle.create(["--console-socket", socket]).start()
        #expect(
          eventually(5) { child.standardOutput.contains("owner 0") }, "\(child.standardOutput)")
      }
    }

    @Test func theNamespaceNeedsMappings() throws {
      try withBundle { bundle throws in
        bundle.setNamespace("user")
        let id = bundle.fixture.newID()
        #expect(try bundle.run(id: id).status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func aUserWithoutAMappingIsAnError() throws {
      try withBundle { bundle throws in
        try map(bundle)
        bundle.config["process", "user"] = ["uid": 50_000, "gid": 0]
        let id = bundle.fixture.newID()
        let output = try bundle.run(id: id)
        #expect(output.status == 1)
        #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
      }
    }

    @Test func byPath() throws {
      try withBundle { bundle throws in
        try map(bundle)
        let first = try bundle.start()
        let pid = try first.pid()
        let other = try Bundle(bundle.fixture, name: "other")
        try other.fixture.host("chown", "-R", "-h", "100000:200000", other.rootfs)
        other.setNamespace("user", path: "/proc/\(pid)/ns/user")
        if Runtime.isRunc(before: "1.2") {
          // It wants the mappings of the namespace said again.
          other.config["linux", "uidMappings"] = bundle.config["linux", "uidMappings"]
          other.config["linux", "gidMappings"] = bundle.config["linux", "gidMappings"]
        }
        let name = try other.output(of: "readlink /proc/self/ns/user").text
        #expect(
          try name
            == FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/user"))
      }
    }

    // MARK: Mapped mounts

    static let mapsMounts = Runtime.knows(mountOption: "idmap")

    @Test(.enabled(if: mapsMounts, "the runtime does not know idmap"), arguments: [false, true])
    func mappedMount(recursive: Bool) throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        try bundle.fixture.host("mkdir", source + "/inner")
        try bundle.fixture.host("mount", "-t", "tmpfs", "tmpfs", source + "/inner")
        try bundle.fixture.host(
          "sh", "-c", "touch $0/file $0/inner/file; chown 1000:1000 $0/file $0/inner/file", source)
        var mount: JSONValue = [
          "destination": "/mnt", "source": .string(source), "type": "bind",
          "options": ["rbind", recursive ? "ridmap" : "idmap"],
        ]
        mount["uidMappings"] = [["containerID": 1000, "hostID": 4000, "size": 10]]
        mount["gidMappings"] = [["containerID": 1000, "hostID": 5000, "size": 10]]
        bundle.config["mounts"].append(mount)
        let output = try bundle.output(of: "stat -c '%u %g' /mnt/file /mnt/inner/file")
        #expect(output.lines[0] == "4000 5000")
        #expect(output.lines[1] == (recursive ? "4000 5000" : "1000 1000"))
      }
    }

    @Test(.enabled(if: mapsMounts, "the runtime does not know idmap"))
    func mappedMountOfTheUserNamespace() throws {
      try withBundle { bundle throws in
        try map(bundle)
        let source = try bundle.fixture.newFolder("source")
        try bundle.fixture.host("sh", "-c", "touch $0/file; chown 7:8 $0/file", source)
        bundle.addMount("/mnt", type: "bind", source: source, options: ["bind", "idmap"])
        #expect(try bundle.output(of: "stat -c '%u %g' /mnt/file").text == "7 8")
      }
    }
  }
}
