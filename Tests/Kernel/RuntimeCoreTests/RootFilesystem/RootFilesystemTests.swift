import Glibc
import LinuxSystem
import RuntimeSpec
import SystemPackage
import Testing

@testable import RuntimeCore

@Suite(.enabled(if: isRoot, "needs root")) struct RootFilesystemTests {
  @Test(arguments: [true, false]) func ordinaryBundle(usesDescriptors: Bool) throws {
    try inMountNamespace { folder in
      try make(["rootfs/etc/passwd", "rootfs/proc/", "rootfs/sys/"], in: folder)
      let root = try RootFilesystem(
        spec: .ordinary(), bundle: folder, inUserNamespace: false, usesDescriptors: usesDescriptors)
      try root.mountAll(.none)
      try root.enter(noPivot: false)
      _ = try root.seal().isPrivate

      #expect(try text("/etc/passwd") == "rootfs/etc/passwd")
      #expect(try topMount("/proc").type == "proc")
      #expect(try topMount("/").options.contains("ro"))
      let shm = try topMount("/dev/shm")
      #expect(shm.options == ["rw", "nosuid", "nodev", "noexec", "relatime"])
      #expect(shm.source == "shm")
      #expect(shm.fileSystemOptions.contains("size=65536k"))
      #expect(try topMount("/dev").options.contains("nosuid"))
      #expect(try topMount("/dev/pts").type == "devpts")
      for (name, device) in [
        ("null", DeviceNumber.null), ("tty", DeviceNumber(major: 5, minor: 0)),
      ] {
        let node = try openFile("/dev/\(name)", [.path, .noFollow])
        let status = try node.lent.status()
        #expect(status.kind == .character)
        #expect(status.device == device)
        #expect(status.permissions == 0o666)
      }
      let dev = try openFile("/dev", [.readOnly, .directory])
      #expect(try dev.lent.linkTarget(of: "ptmx") == "pts/ptmx")
      #expect(try dev.lent.linkTarget(of: "fd") == "/proc/self/fd")
      #expect(try text("/proc/timer_list").isEmpty)
      #expect(try topMount("/proc/sys").options.contains("ro"))
      #expect(try readsEmpty("/sys/firmware"))
      #expect(try topMount("/sys/fs/cgroup").options.contains("ro"))
      #expect(throws: SystemError.self) { try write("x", to: "/proc/sys/kernel/domainname") }
      #expect(throws: SystemError.self) { try write("x", to: "/etc/passwd") }
    }
  }
}

private func readsEmpty(_ path: String) throws -> Bool {
  let directory = try openFile(path, [.readOnly, .directory])
  return try directory.lent.entryNames().isEmpty
}

extension Spec {
  /// What engines write for an ordinary container.
  static func ordinary(mounts: [Spec.Mount] = ordinaryMounts) -> Spec {
    Spec(
      ociVersion: "1.2.0", root: Root(path: "rootfs", readonly: true), mounts: mounts,
      linux: Linux(
        namespaces: [Linux.Namespace(type: .mount), Linux.Namespace(type: .pid)],
        maskedPaths: ["/proc/timer_list", "/proc/kcore", "/proc/missing", "/sys/firmware"],
        readonlyPaths: ["/proc/sys", "/proc/irq"]))
  }

  static let ordinaryMounts = [
    Spec.Mount(
      destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
    Spec.Mount(
      destination: "/dev", type: "tmpfs", source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    Spec.Mount(
      destination: "/dev/pts", type: "devpts", source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
    Spec.Mount(
      destination: "/dev/shm", type: "tmpfs", source: "shm",
      options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
    Spec.Mount(
      destination: "/dev/mqueue", type: "mqueue", source: "mqueue",
      options: ["nosuid", "noexec", "nodev"]),
    Spec.Mount(
      destination: "/sys", type: "sysfs", source: "sysfs",
      options: ["nosuid", "noexec", "nodev", "ro"]),
    Spec.Mount(
      destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
      options: ["nosuid", "noexec", "nodev", "relatime", "ro"]),
  ]
}
