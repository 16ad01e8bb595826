import RuntimeSpec

/// The mounts of a container: the file systems that each has, this start's files, those asked for.
struct SpecMounts {
  /// Where the host's init program is mounted.
  static let initPath = "/run/podman-init"

  let record: ContainerRecord
  let context: SpecContext

  init(_ record: ContainerRecord, _ context: SpecContext) {
    self.record = record
    self.context = context
  }

  /// All of them, parents before their children. What was asked for takes the place of the usual.
  var all: [Spec.Mount] {
    let own = record.mounts.compactMap(mount)
    let taken = Set(own.map(\.destination))
    var mounts = (standard + temporaries + systemd).filter { !taken.contains($0.destination) }
    mounts += files.filter { !taken.contains($0.destination) }
    mounts += own
    // Sorted by depth; in the order above where that is equal.
    return mounts.enumerated().sorted { left, right in
      let depths = (depth(left.element), depth(right.element))
      return depths.0 == depths.1 ? left.offset < right.offset : depths.0 < depths.1
    }.map(\.element)
  }

  private func depth(_ mount: Spec.Mount) -> Int {
    mount.destination.utf8.count { $0 == UInt8(ascii: "/") }
  }

  // MARK: The usual file systems

  private var isPrivileged: Bool { record.security.isPrivileged }
  private var hasOwnUsers: Bool {
    !record.namespaces.uidMappings.isEmpty || context.joined[.user] != nil || context.isRootless
  }

  private var standard: [Spec.Mount] {
    [proc, devices, terminals, sharedMemory, queues, sys, cgroup].compactMap { $0 }
  }

  private var proc: Spec.Mount {
    // A procfs of the host's processes can only be made by who owns their user namespace.
    if record.namespaces.pid == .host, hasOwnUsers {
      return .init(
        destination: "/proc", type: "bind", source: "/proc",
        options: ["rbind", "nosuid", "noexec", "nodev"])
    }
    return .init(
      destination: "/proc", type: "proc", source: "proc",
      options: ["nosuid", "noexec", "nodev"] + record.security.procOptions)
  }

  private var devices: Spec.Mount {
    .init(
      destination: "/dev", type: "tmpfs", source: "tmpfs",
      options: ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"])
  }

  private var terminals: Spec.Mount {
    var options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
    if context.hasTerminalGroup { options.append("gid=5") }
    return .init(destination: "/dev/pts", type: "devpts", source: "devpts", options: options)
  }

  private var sharedMemory: Spec.Mount? {
    let destination = "/dev/shm"
    if record.namespaces.ipc == .host {
      return .init(
        destination: destination, type: "bind", source: destination,
        options: ["rbind", "nosuid", "noexec", "nodev"])
    }
    if let folder = context.sharedMemory {
      return .init(
        destination: destination, type: "bind", source: folder,
        options: ["bind", "nosuid", "noexec", "nodev", "private"])
    }
    if record.namespaces.ipc == NamespaceMode.none { return nil }
    return .init(
      destination: destination, type: "tmpfs", source: "shm",
      options: [
        "nosuid", "noexec", "nodev", "mode=1777", "size=\(record.resources.shmSize)",
      ])
  }

  private var queues: Spec.Mount {
    let destination = "/dev/mqueue"
    if record.namespaces.ipc == .host, hasOwnUsers {
      return .init(
        destination: destination, type: "bind", source: destination,
        options: ["rbind", "nosuid", "noexec", "nodev"])
    }
    return .init(
      destination: destination, type: "mqueue", source: "mqueue",
      options: ["nosuid", "noexec", "nodev"])
  }

  private var sys: Spec.Mount {
    let access = isPrivileged ? "rw" : "ro"
    // A sysfs shows a network namespace, and is made by who owns that.
    if record.namespaces.network == .host, hasOwnUsers {
      return .init(
        destination: "/sys", type: "bind", source: "/sys",
        options: ["rbind", "rprivate", "nosuid", "noexec", "nodev", access])
    }
    return .init(
      destination: "/sys", type: "sysfs", source: "sysfs",
      options: ["nosuid", "noexec", "nodev", access])
  }

  private var cgroup: Spec.Mount {
    let isUnmasked = record.security.unmaskedPaths.contains {
      $0 == "ALL" || FilePattern.matches($0, "/sys/fs/cgroup")
    }
    let isWritable = isPrivileged || isUnmasked || record.process.isSystemd && context.isUnified
    return .init(
      destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
      options: [
        "rprivate", "nosuid", "noexec", "nodev", "relatime", isWritable ? "rw" : "ro",
      ])
  }

  // MARK: What is written at each start

  private var files: [Spec.Mount] {
    var mounts = context.files.map { file in
      Spec.Mount(
        destination: file.destination, type: "bind", source: file.source,
        options: ["bind", "rprivate"])
    }
    if let path = record.process.initPath {
      mounts.append(
        .init(
          destination: Self.initPath, type: "bind", source: path,
          options: ["bind", "private", "ro"]))
    }
    // Devices are the host's own nodes: rootless none can be made.
    if context.isRootless { mounts += deviceBinds }
    return mounts
  }

  private var deviceBinds: [Spec.Mount] {
    context.devices.map { device in
      .init(
        destination: device.path, type: "bind", source: device.hostPath,
        options: ["bind", "rprivate", "nosuid", "noexec"])
    }
  }

  /// Folders that can be written though the root cannot.
  private var temporaries: [Spec.Mount] {
    guard record.security.isReadOnly, record.security.hasWritableTemporaries else { return [] }
    return ["/run", "/tmp", "/var/tmp"].map { path in
      .init(
        destination: path, type: "tmpfs", source: "tmpfs",
        options: ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"])
    }
  }

  /// What systemd wants to find (systemd.io/CONTAINER_INTERFACE).
  private var systemd: [Spec.Mount] {
    guard record.process.isSystemd else { return [] }
    let size = record.resources.shmSizeForSystemd.map { ["size=\($0)"] } ?? []
    var mounts = ["/run", "/run/lock", "/tmp", "/var/log/journal"].map { path in
      Spec.Mount(
        destination: path, type: "tmpfs", source: "tmpfs",
        options: ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"] + size)
    }
    if !context.isUnified {
      mounts.append(
        .init(
          destination: "/sys/fs/cgroup/systemd", type: "bind", source: "/sys/fs/cgroup/systemd",
          options: ["bind", "nodev", "noexec", "nosuid", "rprivate"]))
    }
    return mounts
  }

  // MARK: What was asked for

  private func mount(_ mount: ContainerMount) -> Spec.Mount? {
    switch mount.kind {
    case .tmpfs:
      var options = ["rw", "rprivate", "nosuid", "nodev"]
      // Later words win over these.
      options.removeAll { opposite in
        mount.options.contains { $0 == "suid" && opposite == "nosuid" }
          || mount.options.contains { $0 == "dev" && opposite == "nodev" }
          || mount.options.contains { $0 == "ro" && opposite == "rw" }
      }
      options += mount.options.filter { !options.contains($0) && $0 != "suid" && $0 != "dev" }
      if mount.copiesImageUp { options.append("tmpcopyup") }
      if mount.changesOwner {
        let user = context.user
        if !options.contains(where: { $0.hasPrefix("uid=") }) { options.append("uid=\(user.uid)") }
        if !options.contains(where: { $0.hasPrefix("gid=") }) { options.append("gid=\(user.gid)") }
      }
      return .init(
        destination: mount.destination, type: "tmpfs", source: "tmpfs", options: options)
    case .ramfs:
      return .init(
        destination: mount.destination, type: "ramfs", source: "ramfs",
        options: mount.options.filter { $0 != "tmpcopyup" })
    case .devpts:
      return .init(
        destination: mount.destination, type: "devpts", source: "devpts",
        options: ["nosuid", "noexec"] + mount.options)
    case .bind, .volume, .image, .glob, .artifact:
      guard let source = context.sources[mount.destination] else { return nil }
      return mount.usesOverlay ? overlay(mount, source) : bind(mount, source)
    }
  }

  private func bind(_ mount: ContainerMount, _ source: String) -> Spec.Mount {
    var options = mount.options
    if !options.contains("bind"), !options.contains("rbind") { options.append("rbind") }
    let propagation: Set<String> = [
      "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable",
    ]
    if !options.contains(where: propagation.contains) { options.append("rprivate") }
    if mount.kind == .volume {
      for (flag, opposite) in [("nosuid", "suid"), ("nodev", "dev")]
      where !options.contains(flag) && !options.contains(opposite) {
        options.append(flag)
      }
    }
    if mount.kind == .image, !options.contains("rw") { options.append("ro") }
    if !options.contains("ro"), !options.contains("rw") { options.append("rw") }
    options.removeAll { $0 == "dev" || $0 == "suid" || $0 == "exec" }
    var result = Spec.Mount(
      destination: mount.destination, type: "bind", source: source, options: options)
    if let mapping = mount.idMap { map(&result, mapping) }
    return result
  }

  /// Changes go to folders of the container's own, or where the option says.
  private func overlay(_ mount: ContainerMount, _ source: String) -> Spec.Mount {
    let own = "\(context.runFolder)/overlay\(mount.destination.replacing("/", with: "-"))"
    let upper = mount.upperFolder ?? own + "/upper"
    let work = mount.workFolder ?? own + "/work"
    var options = ["lowerdir=\(source)", "upperdir=\(upper)", "workdir=\(work)", "private"]
    if context.isRootless { options.append("userxattr") }
    return .init(
      destination: mount.destination, type: "overlay", source: "overlay", options: options)
  }

  /// `idmap`, alone for the container's own users, or with `uids=…;gids=…`.
  private func map(_ result: inout Spec.Mount, _ text: String) {
    result.options?.append("idmap")
    guard !text.isEmpty else {
      result.uidMappings = record.namespaces.uidMappings
      result.gidMappings = record.namespaces.gidMappings
      return
    }
    guard let map = MountIDMap(text) else { return }
    result.uidMappings = map.users.resolved(record.namespaces.uidMappings)
    result.gidMappings = map.groups.resolved(record.namespaces.gidMappings)
  }
}
