import Foundation
import Testing

extension RuntimeTests {
  /// `root`, `linux.rootfsPropagation`.
  @Suite struct Root {
    @Test(arguments: [true, false])
    func readonly(_ readonly: Bool) throws {
      try withBundle { bundle throws in
        bundle.config["root", "readonly"] = .bool(readonly)
        bundle.shell("touch /file")
        let output = try bundle.run()
        #expect((output.status != 0) == readonly)
        #expect(output.stderr.contains("Read-only file system") == readonly)
        #expect(FileManager.default.fileExists(atPath: bundle.rootfs + "/file") == !readonly)
      }
    }

    @Test func mountsInAReadonlyRootStayWritable() throws {
      try withBundle { bundle throws in
        bundle.config["root", "readonly"] = true
        bundle.addMount("/tmp", type: "tmpfs", source: "tmpfs")
        try bundle.output(of: "touch /tmp/file /dev/shm/file")
      }
    }

    @Test(arguments: ["rootfs", "./rootfs", "../bundle/rootfs"])
    func relativePath(_ path: String) throws {
      try withBundle { bundle throws in
        bundle.config["root", "path"] = .string(path)
        try bundle.output(of: "test -x /bin/busybox")
      }
    }

    @Test func absolutePath() throws {
      try withBundle { bundle throws in
        bundle.config["root", "path"] = .string(bundle.rootfs)
        try bundle.output(of: "test -x /bin/busybox")
      }
    }

    @Test func isTheRootOfTheNamespace() throws {
      try withBundle { bundle throws in
        let output = try bundle.output(of: "cat /proc/self/mountinfo; ls -A /")
        #expect(!output.stdout.contains(bundle.folder + " "))
        let root = try #require(
          output.lines.first { $0.contains(" / / ") || $0.contains("rootfs / ") })
        #expect(root.contains("/rootfs / "))
        // Going up from the root leads nowhere, also by a descriptor.
        try bundle.output(
          of: "cd /; cd ../../..; test -e /proc/self/root/bin/probe; test ! -e ../usr")
      }
    }

    // Without a peer a slave looks as a private mount.
    @Test(arguments: ["private", "rprivate", "slave", "rslave"])
    func propagationToNobody(_ name: String) throws {
      let marks = try optionalFields(ofRootWith: name)
      #expect(!marks.contains("shared:") && !marks.contains("unbindable"), "\(marks)")
    }

    @Test(
      .disabled(if: Runtime.isRunc(before: "1.4"), "runc before 1.4 leaves the root private"),
      arguments: [
        ("shared", "shared:"), ("rshared", "shared:"), ("unbindable", "unbindable"),
        ("runbindable", "unbindable"),
      ])
    func propagation(_ name: String, _ mark: String) throws {
      let marks = try optionalFields(ofRootWith: name)
      #expect(marks.contains(mark), "\(marks)")
    }

    /// What mountinfo says of the propagation of the container's root.
    private func optionalFields(ofRootWith propagation: String) throws -> String {
      var fields: [String] = []
      try withBundle { bundle throws in
        try bundle.fixture.makeShared()
        bundle.config["linux", "rootfsPropagation"] = .string(propagation)
        // An unbindable tree cannot be bound, and so neither masked nor made read-only in part.
        bundle.config["linux", "maskedPaths"] = []
        bundle.config["linux", "readonlyPaths"] = []
        let lines = try bundle.output(of: "cat /proc/self/mountinfo").lines
        let line = try #require(lines.first { $0.contains("rootfs / ") })
        fields = line.split(separator: " ").map(String.init)
      }
      return fields[6..<(fields.firstIndex(of: "-") ?? 6)].joined(separator: " ")
    }

    @Test func aSlaveSeesMountsOfTheHost() throws {
      try withBundle { bundle throws in
        try bundle.fixture.makeShared()
        let outside = try bundle.fixture.newFolder("outside")
        try bundle.fixture.host("mkdir", outside + "/sub")
        bundle.config["linux", "rootfsPropagation"] = "rslave"
        bundle.addMount("/mnt", source: outside, options: ["rbind", "rslave"])
        let container = try bundle.start()
        try bundle.fixture.host("mount", "-t", "tmpfs", "tmpfs", outside + "/sub")
        try bundle.fixture.host("touch", outside + "/sub/late")
        #expect(try container.exec([], "ls /mnt/sub").text == "late")
        #expect(umount(outside + "/sub") == 0)
        #expect(try container.exec([], "ls /mnt/sub").text == "")
      }
    }

    @Test func mountsOfTheContainerDoNotReachTheHost() throws {
      try withBundle { bundle throws in
        try bundle.fixture.makeShared()
        let outside = try bundle.fixture.newFolder("outside")
        bundle.config["process", "capabilities", "bounding"].append("CAP_SYS_ADMIN")
        bundle.config["process", "capabilities", "effective"].append("CAP_SYS_ADMIN")
        bundle.config["process", "capabilities", "permitted"].append("CAP_SYS_ADMIN")
        bundle.addMount("/mnt", source: outside, options: ["rbind", "rslave"])
        let before = HostMounts.points(below: bundle.fixture.folder)
        try bundle.output(of: "mount -t tmpfs tmpfs /mnt && mount -t tmpfs tmpfs /tmp")
        #expect(HostMounts.points(below: bundle.fixture.folder) == before)
      }
    }

    @Test func unknownPropagationIsAnError() throws {
      try withBundle { bundle throws in
        bundle.config["linux", "rootfsPropagation"] = "sideways"
        #expect(try bundle.run().status == 1)
      }
    }
  }
}

extension Fixture {
  /// Makes the test's folder a mount of its own whose events are shared.
  func makeShared() throws {
    try host("mount", "--bind", folder, folder)
    atEnd { [folder] in
      for mount in HostMounts.points(below: folder).reversed() { umount2(mount, Int32(MNT_DETACH)) }
    }
    try host("mount", "--make-shared", folder)
  }
}
