import Foundation
import Testing

extension RuntimeTests {
  /// `mounts`: their options, their targets and their order.
  @Suite struct Mounts {
    /// An option of a tmpfs, and the words of /proc/self/mountinfo that it adds or keeps away.
    struct Option: CustomTestStringConvertible, Sendable {
      let options: [String]
      let present: [String]
      let absent: [String]
      var testDescription: String { options.joined(separator: ",") }

      init(_ options: String..., present: [String] = [], absent: [String] = []) {
        self.options = options
        self.present = present
        self.absent = absent
      }
    }

    static let options = [
      Option("ro", present: ["ro"], absent: ["rw"]),
      Option("ro", "rw", present: ["rw"]),
      Option("rw", present: ["rw"]),
      Option("nosuid", present: ["nosuid"]),
      Option("nosuid", "suid", absent: ["nosuid"]),
      Option("nodev", present: ["nodev"]),
      Option("nodev", "dev", absent: ["nodev"]),
      Option("noexec", present: ["noexec"]),
      Option("noexec", "exec", absent: ["noexec"]),
      Option("sync", present: ["sync"]),
      Option("sync", "async", absent: ["sync"]),
      Option("dirsync", present: ["dirsync"]),
      Option("relatime", present: ["relatime"]),
      Option("noatime", present: ["noatime"], absent: ["relatime"]),
      Option("noatime", "atime", absent: ["noatime"]),
      Option("strictatime", absent: ["noatime", "relatime"]),
      Option("nodiratime", present: ["nodiratime"]),
      Option("nodiratime", "diratime", absent: ["nodiratime"]),
      Option("lazytime", present: ["lazytime"]),
      Option("lazytime", "nolazytime", absent: ["lazytime"]),
      Option("iversion"), Option("noiversion"), Option("silent"), Option("loud"),
      Option("mand"), Option("nomand", absent: ["mand"]),
      Option("nostrictatime"), Option("norelatime"),
      Option("nosymfollow", present: ["nosymfollow"]),
      Option("size=1m", present: ["size=1024k"]),
      Option("mode=700", present: ["mode=700"]),
      Option("uid=7", "gid=8", present: ["uid=7", "gid=8"]),
      Option("nr_inodes=50", present: ["nr_inodes=50"]),
      Option("private", absent: ["shared:"]),
      Option("rprivate", absent: ["shared:"]),
      Option("shared", present: ["shared:"]),
      Option("rshared", present: ["shared:"]),
      Option("slave", absent: ["shared:"]),
      Option("rslave", absent: ["shared:"]),
      Option("unbindable", present: ["unbindable"]),
      Option("runbindable", present: ["unbindable"]),
    ]

    /// The recursive ones.
    static let recursiveOptions = [
      Option("rro", present: ["ro"], absent: ["rw"]),
      Option("rro", "rrw", present: ["rw"]),
      Option("rnosuid", present: ["nosuid"]),
      Option("rnosuid", "rsuid", absent: ["nosuid"]),
      Option("rnodev", present: ["nodev"]),
      Option("rnodev", "rdev", absent: ["nodev"]),
      Option("rnoexec", present: ["noexec"]),
      Option("rnoexec", "rexec", absent: ["noexec"]),
      Option("rnoatime", present: ["noatime"]),
      Option("rstrictatime", absent: ["noatime", "relatime"]),
      Option("rrelatime", present: ["relatime"]),
      Option("rnodiratime", present: ["nodiratime"]),
      Option("rnodiratime", "rdiratime", absent: ["nodiratime"]),
      Option("rnosymfollow", present: ["nosymfollow"]),
    ]

    /// What mountinfo says of the mount at `point`: its attributes and propagation, and the words
    /// of its super block.
    static func words(in output: Output, of point: String) throws -> (
      mount: [String], superBlock: [String]
    ) {
      let line = try #require(output.lines.last { $0.contains(" \(point) ") })
      let fields = line.split(separator: " ").map(String.init)
      let dash = try #require(fields.firstIndex(of: "-"))
      let propagation = fields[6..<dash].map { $0.hasPrefix("shared:") ? "shared:" : $0 }
      return (
        fields[5].split(separator: ",").map(String.init) + propagation,
        fields[dash + 3].split(separator: ",").map(String.init)
      )
    }

    @Test(arguments: options)
    func tmpfs(_ option: Option) throws { try expect(option) }

    @Test(
      .disabled(if: Runtime.runc != nil, "runc ignores recursive attributes but on bind mounts"),
      arguments: recursiveOptions)
    func tmpfsRecursively(_ option: Option) throws { try expect(option) }

    @Test(.disabled(if: Runtime.runc != nil, "runc passes `defaults` to the file system"))
    func defaults() throws {
      try expect(Option("defaults", present: ["rw"], absent: ["nosuid", "nodev", "noexec"]))
    }

    private func expect(_ option: Option) throws {
      try withBundle { bundle throws in
        bundle.addMount("/mnt", type: "tmpfs", source: "tmpfs", options: option.options)
        let output = try bundle.output(of: "cat /proc/self/mountinfo")
        let words = try Self.words(in: output, of: "/mnt")
        for word in option.present {
          #expect(words.mount.contains(word) || words.superBlock.contains(word), "\(words)")
        }
        for word in option.absent {
          #expect(!words.mount.contains(word), "\(words)")
          // The super block's own `rw` says nothing of the mount.
          if word != "rw" { #expect(!words.superBlock.contains(word), "\(words)") }
        }
      }
    }

    /// The same of a bind mount, whose attributes need a second step.
    @Test(arguments: [
      (["ro"], "ro"), (["nosuid"], "nosuid"), (["nodev"], "nodev"), (["noexec"], "noexec"),
      (["noatime"], "noatime"), (["nodiratime"], "nodiratime"), (["rro"], "ro"),
      (["rnosuid"], "nosuid"), (["ro", "nosuid", "nodev", "noexec"], "noexec"),
    ])
    func bindAttributes(_ options: [String], _ word: String) throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        for kind in ["bind", "rbind"] {
          bundle.removeMounts("/mnt")
          bundle.addMount("/mnt", source: source, options: [kind] + options)
          let output = try bundle.output(of: "cat /proc/self/mountinfo")
          let line = try #require(output.lines.first { $0.contains(" /mnt ") })
          let attributes = line.split(separator: " ")[5].split(separator: ",")
          #expect(attributes.contains(Substring(word)), "\(kind): \(line)")
        }
      }
    }

    @Test func readonlyBindCannotBeWritten() throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        bundle.addMount("/mnt", type: "bind", source: source, options: ["bind", "ro"])
        bundle.shell("touch /mnt/file")
        let output = try bundle.run()
        #expect(output.status != 0)
        #expect(output.stderr.contains("Read-only file system"))
      }
    }

    /// A tree of two mounts of the host, bound in different ways.
    @Test(arguments: [
      (["bind"], false, false, false), (["rbind"], true, false, false),
      (["rbind", "ro"], true, true, false), (["rbind", "rro"], true, true, true),
    ])
    func recursion(
      _ options: [String], _ hasInner: Bool, _ outerIsReadonly: Bool, _ innerIsReadonly: Bool
    ) throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        _ = try bundle.fixture.newFolder("source/inner")
        try bundle.fixture.host("mount", "-t", "tmpfs", "tmpfs", source + "/inner")
        try bundle.fixture.host("touch", source + "/inner/there")
        bundle.addMount("/mnt", source: source, options: options)
        let output = try bundle.output(
          of: """
            test -e /mnt/inner/there && echo inner
            touch /mnt/new 2>/dev/null || echo outer-ro
            touch /mnt/inner/new 2>/dev/null || echo inner-ro
            """)
        #expect(output.words.contains("inner") == hasInner)
        #expect(output.words.contains("outer-ro") == outerIsReadonly)
        #expect(output.words.contains("inner-ro") == innerIsReadonly)
      }
    }

    @Test func recursiveAttributes() throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFolder("source")
        _ = try bundle.fixture.newFolder("source/inner")
        try bundle.fixture.host("mount", "-t", "tmpfs", "tmpfs", source + "/inner")
        bundle.addMount(
          "/mnt", source: source, options: ["rbind", "rnosuid", "rnodev", "rnoexec", "rnoatime"])
        let output = try bundle.output(of: "cat /proc/self/mountinfo")
        for point in ["/mnt", "/mnt/inner"] {
          let words = try Self.words(in: output, of: point).mount
          #expect(Set(words).isSuperset(of: ["nosuid", "nodev", "noexec", "noatime"]), "\(point)")
        }
      }
    }

    @Test func bindsAFile() throws {
      try withBundle { bundle throws in
        let file = try bundle.fixture.newFile("file", "text\n")
        bundle.addMount("/etc/new/name", source: file, options: ["bind"])
        bundle.addMount("/etc/passwd", source: file, options: ["bind"])
        #expect(try bundle.output(of: "cat /etc/new/name /etc/passwd").words == ["text", "text"])
      }
    }

    @Test func createsMissingTargets() throws {
      try withBundle { bundle throws in
        let folder = try bundle.fixture.newFolder("source")
        bundle.addMount("/a/b/c", source: folder, options: ["bind"])
        bundle.addMount("/d/e", type: "tmpfs", source: "tmpfs")
        let output = try bundle.output(
          of:
            "grep -q ' /a/b/c ' /proc/self/mountinfo && grep -q ' /d/e ' /proc/self/mountinfo && stat -c %a /a /a/b"
        )
        #expect(output.words == ["755", "755"])
      }
    }

    @Test func laterMountsLieOnEarlierOnes() throws {
      try withBundle { bundle throws in
        let file = try bundle.fixture.newFile("file", "text")
        bundle.addMount("/mnt", type: "tmpfs", source: "tmpfs")
        bundle.addMount("/mnt/sub", type: "tmpfs", source: "tmpfs", options: ["ro"])
        bundle.addMount("/mnt/file", source: file, options: ["bind"])
        try bundle.output(
          of:
            "grep -q ' /mnt/sub ' /proc/self/mountinfo && cat /mnt/file && touch /mnt/x && ! touch /mnt/sub/x"
        )
      }
    }

    @Test(arguments: ["/linked", "/absolute", "/up", "/chain"])
    func linksAreResolvedInsideTheRoot(_ target: String) throws {
      try withBundle { bundle throws in
        let source = try bundle.fixture.newFile("source", "mounted")
        let outside = try bundle.fixture.newFolder("outside")
        let root = bundle.rootfs
        _ = try bundle.fixture.newFolder("bundle/rootfs/real")
        #expect(symlink("real", root + "/linked") == 0)
        #expect(symlink(outside, root + "/absolute") == 0)
        #expect(symlink("../../../../../../../real", root + "/up") == 0)
        #expect(symlink("up", root + "/chain") == 0)
        bundle.addMount(target + "/file", source: source, options: ["bind"])
        #expect(try bundle.output(of: "cat \(target)/file").text == "mounted")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == [])
        #expect(!FileManager.default.fileExists(atPath: "/real"))
      }
    }

    @Test func tmpcopyup() throws {
      try withBundle { bundle throws in
        try bundle.fixture.host(
          "sh", "-c",
          "mkdir -p $0/data/sub && echo text >$0/data/file && chmod 640 $0/data/file && chown 5:6 $0/data/sub && ln -s file $0/data/link && chmod 711 $0/data",
          bundle.rootfs)
        bundle.addMount("/data", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"])
        let output = try bundle.output(
          of:
            "cat /data/file; stat -c '%a %u %g' /data/file /data/sub; readlink /data/link; stat -f -c %T /data; touch /data/new"
        )
        #expect(output.lines == ["text", "640 0 0", "755 5 6", "file", "tmpfs"])
        #expect(!FileManager.default.fileExists(atPath: bundle.rootfs + "/data/new"))
      }
    }

    @Test(
      arguments: [
        ("proc", "/x", "test -e /x/self/status"), ("sysfs", "/x", "test -e /x/kernel"),
        ("mqueue", "/x", "test -d /x"), ("devpts", "/x", "test -c /x/ptmx"),
      ])
    func kinds(_ type: String, _ target: String, _ check: String) throws {
      try withBundle { bundle throws in
        if type == "proc" { bundle.removeMounts("/proc") }
        if type == "proc" {
          bundle.config["linux", "maskedPaths"] = []; bundle.config["linux", "readonlyPaths"] = []
        }
        let place = type == "proc" ? "/proc" : target
        bundle.addMount(place, type: type, source: type)
        try bundle.output(of: check.replacingOccurrences(of: "/x", with: place))
      }
    }

    @Test(.enabled(if: Cgroups.hierarchies.count > 0, "no cgroup is mounted"))
    func cgroupIsReadonly() throws {
      try withBundle { bundle throws in
        bundle.addMount(
          "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
          options: ["nosuid", "noexec", "nodev", "relatime", "ro"])
        let output = try bundle.output(
          of:
            "find /sys/fs/cgroup -name cgroup.procs | head -n 3; grep /sys/fs/cgroup /proc/self/mountinfo"
        )
        #expect(output.lines.first?.hasSuffix("cgroup.procs") == true)
        for line in output.lines where line.contains(" - cgroup") {
          #expect(line.split(separator: " ")[5].split(separator: ",").contains("ro"), "\(line)")
        }
      }
    }

    @Test func badMountsAreErrors() throws {
      try withBundle { bundle throws in
        let plain = bundle.config
        for mount: JSONValue in [
          ["destination": "/mnt", "source": "/no/such/source", "options": ["bind"]],
          ["destination": "/mnt", "type": "nosuchfs", "source": "x"],
          ["destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": ["size=much"]],
          ["destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": ["nosuchoption"]],
          ["destination": "/etc/passwd", "type": "tmpfs", "source": "tmpfs"],
        ] {
          bundle.config = plain
          bundle.config["mounts"].append(mount)
          let id = bundle.fixture.newID()
          let output = try bundle.run(id: id)
          #expect(output.status == 1, "\(mount)")
          #expect(!output.stderr.isEmpty)
          #expect(try Remains.lasting(of: id, in: bundle.fixture) == [])
        }
      }
    }

    @Test func namesWithOddCharacters() throws {
      try withBundle { bundle throws in
        for (index, name) in ["a b", "a\nb", "a]b:c", "a\\040b", "ä", "a,b=c"].enumerated() {
          let file = try bundle.fixture.newFile("file\(index)", "\(index)")
          bundle.addMount("/odd/\(name)", source: file, options: ["bind"])
        }
        #expect(try bundle.output(of: "cat /odd/*").text.count == 6)
      }
    }

    @Test func aMountOfTheSourceThroughALink() throws {
      try withBundle { bundle throws in
        let folder = try bundle.fixture.newFolder("source")
        _ = try bundle.fixture.newFile("source/file", "text")
        #expect(symlink(folder, bundle.fixture.folder + "/link") == 0)
        bundle.addMount("/mnt", source: bundle.fixture.folder + "/link", options: ["bind"])
        #expect(try bundle.output(of: "cat /mnt/file").text == "text")
      }
    }

    @Test func relativeSourceIsTheBundles() throws {
      try withBundle { bundle throws in
        _ = try bundle.fixture.newFile("bundle/file", "text")
        bundle.addMount("/mnt/file", source: "file", options: ["bind"])
        try bundle.write()
        let output = try bundle.fixture.execute(
          ["run", "--bundle", bundle.folder, bundle.fixture.newID()], directory: "/")
        #expect(output.status == 0, "\(output)")
      }
    }
  }
}
