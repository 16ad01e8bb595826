import Glibc
import LinuxSystem
import RuntimeSpec
import Seccomp
import SystemPackage
import Testing

@testable import RuntimeCore

/// The steps beyond single options: copies, mappings, the change of the root, what is sealed.
@Suite(.enabled(if: isRoot, "needs root"), .serialized) struct MountStepTests {
  @Test(arguments: [true, false]) func tmpfsWithWhatItCovers(usesDescriptors: Bool) throws {
    try inMountNamespace { folder in
      try make(
        ["rootfs/data/a", "rootfs/data/deep/er/b", "rootfs/data/link -> ../etc"], in: folder)
      let data = "\(folder)/rootfs/data"
      try systemCall("chmod") { chmod("\(data)/a", 0o4711) }
      try systemCall("chown") { chown("\(data)/deep", 7, 8) }
      try systemCall("chmod") { chmod(data, 0o1770) }
      try systemCall("mkfifo") { mkfifo("\(data)/fifo", 0o640) }
      let mount = Spec.Mount(
        destination: "/data", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "ro"])
      try Container([mount], in: folder, usesDescriptors: usesDescriptors).enter()
      #expect(try topMount("/data").options.contains("ro"))
      #expect(try text("/data/a") == "rootfs/data/a")
      #expect(try text("/data/deep/er/b") == "rootfs/data/deep/er/b")
      let directory = try openFile("/data", [.readOnly, .directory])
      #expect(try directory.lent.status().permissions == 0o1770)
      #expect(try directory.lent.linkTarget(of: "link") == "../etc")
      #expect(try directory.lent.status(of: "a").permissions == 0o4711)
      #expect(try directory.lent.status(of: "fifo").kind == .fifo)
      let deep = try directory.lent.status(of: "deep")
      #expect(deep.uid == 7 && deep.gid == 8)
    }
  }

  @Test func optionsOfATmpfsComeBeforeWhatItCovers() throws {
    try inMountNamespace { folder in
      try make(["rootfs/data/a"], in: folder)
      let options = ["tmpcopyup", "mode=711", "uid=5"]
      let mounts = [
        Spec.Mount(destination: "/data", type: "tmpfs", source: "tmpfs", options: options),
        Spec.Mount(destination: "/new", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]),
      ]
      try Container(mounts, in: folder).enter()
      let data = try openFile("/data", [.path])
      let status = try data.lent.status()
      #expect(status.permissions == 0o711 && status.uid == 5 && status.gid == 0)
      #expect(try text("/data/a") == "rootfs/data/a")
      let new = try openFile("/new", [.path])
      #expect(try new.lent.status().permissions == 0o1777)
    }
  }

  @Test func idMappedMount() throws {
    try inMountNamespace { folder in
      try make(["source/file", "source/below/"], in: folder)
      try systemCall("chown") { chown("\(folder)/source/file", 3, 4) }
      try mount("tmpfs", on: "\(folder)/source/below", type: "tmpfs", [])
      var bind = Spec.Mount(
        destination: "/x", source: "\(folder)/source", options: ["rbind", "idmap", "ro"])
      bind.uidMappings = [Spec.Linux.IDMapping(containerID: 0, hostID: 1000, size: 10)]
      bind.gidMappings = [Spec.Linux.IDMapping(containerID: 0, hostID: 2000, size: 10)]
      var tree = bind
      tree.destination = "/tree"
      tree.options = ["rbind", "ridmap"]
      try Container([bind, tree], in: folder).enter()
      func owner(_ path: String) throws -> [UInt32] {
        let file = try openFile(path, [.path])
        let status = try file.lent.status()
        return [status.uid, status.gid]
      }
      #expect(try owner("/x/file") == [1003, 2004])
      #expect(try owner("/x/below") == [0, 0])
      #expect(try owner("/tree/below") == [1000, 2000])
      #expect(try topMount("/x").options.contains("ro"))
    }
  }

  @Test(arguments: [true, false]) func rootIsExchanged(noPivot: Bool) throws {
    try inMountNamespace { folder in
      try make(["rootfs/file"], in: folder)
      try Container([], in: folder).enter(noPivot: noPivot)
      #expect(try text("/file") == "rootfs/file")
      #expect(try CurrentProcess.workingDirectory() == "/")
      #expect(access(folder, F_OK) != 0)
      // From a working directory that is left behind there would be a way out.
      try CurrentProcess.changeDirectory(to: "..")
      #expect(access("file", F_OK) == 0)
      let procfs = try MountTable.current().filter { $0.type == "proc" }
      #expect(procfs.count == 1 || noPivot)
    }
  }

  @Test(
    arguments: [
      ("private", nil), ("rslave", nil), ("shared", "shared"), ("rshared", "shared"),
      ("unbindable", "unbindable"), ("runbindable", "unbindable"),
    ] as [(String, String?)])
  func propagationOfTheRoot(_ row: (option: String, kind: String?)) throws {
    try inMountNamespace { folder in
      // As on a host where systemd has made every mount shared.
      try mount("", on: "/", [.shared, .recursive])
      let before = try MountTable.current().count
      let container = try Container([], in: folder) {
        $0.linux?.rootfsPropagation = row.option
        $0.linux?.readonlyPaths = ["/proc/sys"]
        $0.linux?.maskedPaths = ["/proc/timer_list"]
      }
      try container.root.mountAll(.none)
      // A bind of the root and its procfs: nothing more has come back from a peer.
      #expect(try MountTable.current().count == before + 2)
      try container.root.enter(noPivot: false)
      try container.root.seal()
      let kind = try topMount("/").propagation.first?.split(separator: ":").first
      #expect(kind.map(String.init) == row.kind)
    }
  }

  @Test func masksAndReadOnlyPathsFollowLinksInside() throws {
    try inMountNamespace { folder in
      try make(
        [
          "rootfs/secret", "rootfs/hidden/x", "rootfs/more/x", "rootfs/fixed/x",
          "rootfs/alias -> /secret", "rootfs/outside -> ../../../..\(folder)/host",
          "host/file",
        ], in: folder)
      let container = try Container([], in: folder) {
        $0.linux?.maskedPaths = [
          "/alias", "/hidden", "/hidden/", "/more", "/outside", "/missing", "/secret/x", "/fixed",
        ]
        $0.linux?.readonlyPaths = ["/fixed", "/missing", "/secret/x"]
      }
      try container.enter()
      #expect(try text("/secret").isEmpty)
      #expect(access("/hidden/x", F_OK) != 0)
      #expect(access("/more/x", F_OK) != 0)
      #expect(access("/fixed/x", F_OK) != 0)
      #expect(throws: SystemError.self) { try makeDirectory("/hidden/new", mode: 0o755) }
      let hidden = try MountTable.current().filter { $0.path == "/hidden" }
      #expect(hidden.count == 1)
    }
  }

  @Test func sysctlsReachTheKernelNotWhatIsMountedOver() throws {
    try inMountNamespace { folder in
      try Namespaces.unshare(.uts)
      try make(["rootfs/"], in: folder)
      let container = try Container([], in: folder) {
        $0.linux?.sysctl = ["kernel.domainname": "of-the-test"]
        $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: .uts))
        $0.linux?.readonlyPaths = ["/proc/sys"]
      }
      try container.root.mountAll(.none)
      try container.root.enter(noPivot: false)
      // A false file over the true one, as a process that shares the namespace could have put
      // there.
      try write("", to: "/false")
      try mount("/false", on: "/proc/sys/kernel/domainname", .bind)
      try container.root.seal()
      #expect(try text("/false").isEmpty)
      try unmount("/proc/sys", .detach)
      try unmount("/proc/sys/kernel/domainname")
      #expect(try text("/proc/sys/kernel/domainname") == "of-the-test\n")
    }
  }

  @Test func consoleIsATerminalOfTheContainer() throws {
    try inMountNamespace { folder in
      try make(["rootfs/"], in: folder)
      let container = try Container(Array(Spec.ordinaryMounts[1...2]), in: folder)
      try container.root.mountAll(.none)
      try container.root.enter(noPivot: false)
      var pair = try Pseudoterminal("/dev/pts/ptmx")
      guard let terminal = pair.terminal.take() else { return }
      try container.root.mountConsole(terminal: terminal.lent)
      let console = try openFile("/dev/console", [.path])
      let status = try console.lent.status()
      #expect(status.kind == .character)
      #expect(status.device == (try terminal.lent.status().device))
      let null = try openFile("/dev/null", [.readWrite])
      #expect(throws: (any Error).self) { try container.root.mountConsole(terminal: null.lent) }
    }
  }

  @Test(arguments: ["/victim", "../../victim", "/dev/null"])
  func consoleIsNoLink(target: String) throws {
    try inMountNamespace { folder in
      try make(["rootfs/", "dev/pts/", "dev/console -> \(target)"], in: folder)
      let mounts = [
        Spec.Mount(destination: "/dev", source: "\(folder)/dev", options: ["bind"]),
        Spec.ordinaryMounts[2],
      ]
      let container = try Container(mounts, in: folder)
      try container.root.mountAll(.none)
      try container.root.enter(noPivot: false)
      var pair = try Pseudoterminal("/dev/pts/ptmx")
      guard let terminal = pair.terminal.take() else { return }
      #expect(throws: (any Error).self) { try container.root.mountConsole(terminal: terminal.lent) }
      #expect(access("/victim", F_OK) != 0)
    }
  }

  /// A filter around us may know neither openat2 nor the new mount calls, and say EPERM or ENOSYS.
  @Test(arguments: [CInt(EPERM), CInt(ENOSYS)], [true, false])
  func newCallsAreBlocked(errno: CInt, mountCallsToo: Bool) throws {
    try inMountNamespace { folder in
      try make(["rootfs/etc/passwd", "rootfs/link -> etc"], in: folder)
      var names = ["openat2"]
      if mountCallsToo {
        names += ["open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "mount_setattr"]
      }
      let rule = Spec.Linux.Seccomp.Syscall(
        names: names, action: .errno, errnoRet: UInt(errno))
      let filter = try SeccompFilter(
        compiling: Spec.Linux.Seccomp(defaultAction: .allow, syscalls: [rule]))
      _ = try filter.load()
      var mounts = Spec.ordinaryMounts
      mounts.append(
        Spec.Mount(destination: "/link/bound", source: "/proc/self", options: ["bind", "ro"]))
      let root = try RootFilesystem(
        spec: .ordinary(mounts: mounts), bundle: folder, inUserNamespace: false)
      try root.mountAll(.none)
      try root.enter(noPivot: false)
      let isPrivate = try root.seal().isPrivate
      #expect(isPrivate != mountCallsToo)
      #expect(try text("/etc/passwd") == "rootfs/etc/passwd")
      #expect(try topMount("/etc/bound").options.contains("ro"))
      #expect(try text("/proc/timer_list").isEmpty)
      #expect(try topMount("/proc/sys").options.contains("ro"))
    }
  }
}
