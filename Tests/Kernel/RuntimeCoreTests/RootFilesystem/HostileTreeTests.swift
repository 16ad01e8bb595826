import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import RuntimeCore

/// Root file systems that try to lead mounts, nodes and masks somewhere else.
@Suite(.enabled(if: isRoot, "needs root")) struct HostileTreeTests {
  static let links = ["/", "..", "../../../..", "etc", "/tmp", "/proc/self/root"]

  @Test(arguments: ["dev", "proc", "sys"], links)
  func linkInThePlaceOfAKernelFileSystem(name: String, target: String) throws {
    try inMountNamespace { folder in
      try make(["rootfs/etc/", "rootfs/tmp/", "rootfs/\(name) -> \(target)"], in: folder)
      let before = try MountTable.current().map(\.path)
      let failure = #expect(throws: (any Error).self) {
        let root = try RootFilesystem(
          spec: .ordinary(), bundle: folder, inUserNamespace: false)
        try root.mountAll(.none)
      }
      #expect("\(failure.map { "\($0)" } ?? "")".contains("/\(name)"))
      // But for the root on itself, and what came in its place before, nothing was mounted.
      let new = try MountTable.current().map(\.path).filter { !before.contains($0) }
      #expect(new.allSatisfy { $0.hasPrefix("\(folder)/rootfs") })
    }
  }

  @Test(arguments: ["etc", "run"], links.filter { $0 != "etc" && !$0.hasPrefix("/proc") })
  func linkElsewhereStaysInside(name: String, target: String) throws {
    try inMountNamespace { folder in
      try make(
        ["file", "rootfs/tmp/", "rootfs/dev/", "rootfs/\(name) -> \(target)"], in: folder)
      let mount = Spec.Mount(
        destination: "/\(name)/of-the-test", source: "\(folder)/file", options: ["bind"])
      try Container([mount], in: folder).enter()
      #expect(try text("/\(name)/of-the-test") == "file")
    }
    #expect(access("/of-the-test", F_OK) != 0)
    #expect(access("/tmp/of-the-test", F_OK) != 0)
  }

  @Test(arguments: [
    ("/proc", "tmpfs", "only a procfs"), ("/proc/sys", "tmpfs", "inside /proc"),
    ("/proc/self/attr", "tmpfs", "inside /proc"), ("/link/sys", "tmpfs", "inside /proc"),
    ("/link", "tmpfs", "only a procfs"), ("/link", "proc", "not through a link"),
    ("/file", "proc", "on a directory"), ("/x/../link2/proc", "sysfs", "link"),
  ])
  func placesForProc(_ row: (destination: String, type: String, reason: String)) throws {
    try inMountNamespace { folder in
      try make(
        ["rootfs/link -> proc", "rootfs/link2 -> .", "rootfs/x/", "rootfs/file"], in: folder)
      let mount = Spec.Mount(destination: row.destination, type: row.type, source: "none")
      let failure = #expect(throws: (any Error).self) {
        try Container([mount], in: folder).enter()
      }
      let text = "\(failure.map { "\($0)" } ?? "")"
      #expect(text.contains(row.reason) && text.contains("mounts[1]"), "\(text)")
    }
  }

  @Test func bindsOverProc() throws {
    try inMountNamespace { folder in
      try make(["uptime", "fake/self/attr/"], in: folder)
      let uptime = Spec.Mount(
        destination: "/proc/uptime", source: "\(folder)/uptime", options: ["bind"])
      let procfs = Spec.Mount(destination: "/proc", source: "/proc", options: ["rbind"])
      try Container([procfs, uptime], in: folder).enter()
      #expect(try text("/proc/uptime") == "uptime")
    }
    try inMountNamespace { folder in
      try make(["fake/self/attr/"], in: folder)
      let fake = Spec.Mount(destination: "/proc", source: "\(folder)/fake", options: ["bind"])
      #expect(throws: (any Error).self) { try Container([fake], in: folder).enter() }
    }
  }

  @Test(arguments: ["link", "file", "folder", "other device"])
  func falseDeviceNode(kind: String) throws {
    try inMountNamespace { folder in
      try make(["rootfs/dev/", "host-file"], in: folder)
      let null = "\(folder)/rootfs/dev/null"
      switch kind {
      case "link": try systemCall("symlink") { symlink("/../host-file", null) }
      case "file": try write("", to: null)
      case "folder": try makeDirectory(null, mode: 0o755)
      default: try systemCall("mknod") { mknod(null, S_IFCHR | 0o666, makedev(1, 5)) }
      }
      let failure = #expect(throws: (any Error).self) {
        try Container([], in: folder).enter()
      }
      #expect("\(failure.map { "\($0)" } ?? "")".contains("/dev/null"))
    }
  }

  @Test func rightDeviceNodeOfAnImageIsTaken() throws {
    try inMountNamespace { folder in
      try make(["rootfs/dev/"], in: folder)
      let null = "\(folder)/rootfs/dev/null"
      try systemCall("mknod") { mknod(null, S_IFCHR | 0o600, makedev(1, 3)) }
      try Container([], in: folder).enter()
      let node = try openFile("/dev/null", [.path])
      #expect(try node.lent.status().isNull)
    }
  }

  /// Where /dev is the caller's, what it calls null may be anything: the mask is the host's then.
  @Test(arguments: [true, false]) func masksNeedTheTrueNull(usesDescriptors: Bool) throws {
    try inMountNamespace { folder in
      try make(["dev/null", "rootfs/secret", "rootfs/more"], in: folder)
      let dev = Spec.Mount(destination: "/dev", source: "\(folder)/dev", options: ["bind"])
      let container = try Container([dev], in: folder, usesDescriptors: usesDescriptors) {
        $0.linux?.maskedPaths = ["/secret", "/more"]
      }
      guard usesDescriptors else {
        #expect(throws: (any Error).self) { try container.enter() }
        return
      }
      try container.enter()
      for path in ["/secret", "/more"] {
        let mask = try openFile(path, [.path])
        #expect(try mask.lent.status().isNull)
      }
      #expect(try text("/dev/null") == "dev/null")
    }
  }

  /// A path in a volume is swapped with a link out of it while it is mounted on.
  @Test func racedVolume() throws {
    try inMountNamespace { folder in
      try make(["volume/swap/", "rootfs/", "victim/", "file"], in: folder)
      try systemCall("symlink") { symlink("/../victim", "\(folder)/volume/link") }
      let swapper = Swapper("\(folder)/volume/swap", "\(folder)/volume/link")
      defer { swapper.stop() }
      let mounts = [
        Spec.Mount(destination: "/v", source: "\(folder)/volume", options: ["bind"]),
        Spec.Mount(destination: "/v/swap/x", type: "tmpfs", source: "tmpfs"),
      ]
      for _ in 0..<300 {
        let container = try Container(mounts, in: folder)
        try? container.root.mountAll(.none)
        let paths = try MountTable.current().map(\.path)
        #expect(!paths.contains { $0.hasPrefix("\(folder)/victim") })
        try unmount("\(folder)/rootfs", .detach)
      }
      let victim = try openFile("\(folder)/victim", [.readOnly, .directory])
      #expect(try victim.lent.entryNames().isEmpty)
    }
  }
}

private func makedev(_ major: UInt32, _ minor: UInt32) -> dev_t {
  dev_t(DeviceNumber(major: major, minor: minor).packed)
}
