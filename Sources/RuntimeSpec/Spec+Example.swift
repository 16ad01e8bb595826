extension Spec {
  /// The version of the specification that these types follow.
  public static let version = "1.3.0"

  /// The document that `spec` writes as a start: a shell in a bundle's `rootfs`.
  ///
  /// - Parameter cgroupNamespace: whether it gets a cgroup namespace of its own, as is usual where
  ///   the host has cgroup v2 alone.
  public static func example(cgroupNamespace: Bool) -> Spec {
    let capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
    let process = Process(
      terminal: true, user: .init(uid: 0, gid: 0), args: ["sh"],
      env: [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm",
      ],
      cwd: "/",
      capabilities: .init(
        bounding: capabilities, effective: capabilities, permitted: capabilities),
      rlimits: [.init(type: .openFiles, hard: 1024, soft: 1024)], noNewPrivileges: true)
    var kinds: [Linux.Namespace.Kind] = [.pid, .network, .ipc, .uts, .mount]
    if cgroupNamespace { kinds.append(.cgroup) }
    let linux = Linux(
      resources: .init(devices: [.init(allow: false, access: "rwm")]),
      namespaces: kinds.map { .init(type: $0) },
      maskedPaths: [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
        "/proc/scsi",
      ],
      readonlyPaths: [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
      ])
    return Spec(
      ociVersion: version, process: process, root: .init(path: "rootfs", readonly: true),
      hostname: "ocirun", mounts: exampleMounts, linux: linux)
  }

  /// The document that `spec --rootless` writes: as `example`, for a user without privileges who is
  /// root inside. The network is the host's, and the cgroup has no limits.
  ///
  /// - Parameters:
  ///   - uid: the user outside.
  ///   - gid: the group outside.
  public static func rootless(uid: UInt32, gid: UInt32, cgroupNamespace: Bool) -> Spec {
    var spec = example(cgroupNamespace: cgroupNamespace)
    spec.linux?.namespaces?.removeAll { $0.type == .network }
    spec.linux?.namespaces?.append(.init(type: .user))
    spec.linux?.uidMappings = [.init(containerID: 0, hostID: uid, size: 1)]
    spec.linux?.gidMappings = [.init(containerID: 0, hostID: gid, size: 1)]
    spec.linux?.resources = nil
    spec.mounts = exampleMounts.map { mount in
      // sysfs can only be mounted by who owns the network namespace.
      if mount.destination == "/sys" {
        return Mount(
          destination: "/sys", type: "none", source: "/sys",
          options: ["rbind", "nosuid", "noexec", "nodev", "ro"])
      }
      // Group 5, of terminals, is not mapped.
      var mount = mount
      mount.options?.removeAll { $0.hasPrefix("gid=") || $0.hasPrefix("uid=") }
      return mount
    }
    return spec
  }

  private static var exampleMounts: [Mount] {
    [
      .init(destination: "/proc", type: "proc", source: "proc"),
      .init(
        destination: "/dev", type: "tmpfs", source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      .init(
        destination: "/dev/pts", type: "devpts", source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
      .init(
        destination: "/dev/shm", type: "tmpfs", source: "shm",
        options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
      .init(
        destination: "/dev/mqueue", type: "mqueue", source: "mqueue",
        options: ["nosuid", "noexec", "nodev"]),
      .init(
        destination: "/sys", type: "sysfs", source: "sysfs",
        options: ["nosuid", "noexec", "nodev", "ro"]),
      .init(
        destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
        options: ["nosuid", "noexec", "nodev", "relatime", "ro"]),
    ]
  }
}
