import LinuxSystem
import RuntimeSpec

extension Spec {
  /// A container's `config.json`: a pure function of what was decided about it and what was found at
  /// this start.
  public init(_ record: ContainerRecord, _ context: SpecContext) {
    // The oldest that all runtimes know: Debian's crun refuses 1.1, and none refuses newer fields.
    self.init(ociVersion: "1.0.2")
    process = Self.process(record, context)
    root = Root(path: context.root, readonly: record.security.isReadOnly)
    if record.namespaces.uts != .host, !Self.joins(record.namespaces.uts) {
      hostname = context.hostname
      domainname = record.domainname
    }
    mounts = SpecMounts(record, context).all
    hooks = context.hooks
    annotations = record.annotations.merging([
      "io.container.manager": "libpod",
      "org.opencontainers.image.stopSignal": String(record.process.stopSignal ?? 15),
    ]) { own, _ in own }
    linux = Self.linux(record, context)
    for edit in context.edits { apply(edit) }
  }

  private static func joins(_ mode: NamespaceMode) -> Bool {
    switch mode {
    case .container, .path, .pod: true
    default: false
    }
  }

  // MARK: The process

  private static func process(_ record: ContainerRecord, _ context: SpecContext) -> Process {
    let user = context.user
    var process = Process(
      user: .init(
        uid: user.uid, gid: user.gid, umask: record.process.umask,
        additionalGids: groups(user, record.process)),
      cwd: record.process.workingDirectory)
    process.terminal = record.process.hasTerminal
    process.args = record.process.arguments
    if record.process.initPath != nil {
      process.args = [SpecMounts.initPath, "--"] + record.process.arguments
    }
    process.env = environment(record, context)
    process.capabilities = capabilities(record.security, user)
    process.rlimits = record.process.limits.isEmpty ? nil : record.process.limits
    process.noNewPrivileges = record.security.hasNoNewPrivileges
    process.apparmorProfile = context.apparmorProfile
    process.oomScoreAdj = record.process.oomScoreAdjustment
    process.selinuxLabel = context.processLabel
    return process
  }

  private static func groups(_ user: ContainerUser, _ process: ContainerProcess) -> [UInt32]? {
    // The caller's own groups are kept by setting none: the runtime cannot name them inside.
    if process.groups == ["keep-groups"] { return nil }
    // The primary group is one of the process's groups, as login(1) leaves it.
    let all = [user.gid] + user.groups.filter { $0 != user.gid }
    return all
  }

  private static func environment(_ record: ContainerRecord, _ context: SpecContext) -> [String] {
    var environment = record.process.environment
    func has(_ name: String) -> Bool { environment.contains { $0.hasPrefix(name + "=") } }
    if !has("HOME") { environment.append("HOME=\(context.user.home)") }
    if !has("HOSTNAME"), !context.hostname.isEmpty {
      environment.append("HOSTNAME=\(context.hostname)")
    }
    if record.process.isSystemd {
      environment.append("container_uuid=\(record.id.prefix(32))")
    }
    if let socket = context.notifySocket { environment.append("NOTIFY_SOCKET=\(socket)") }
    return environment + context.secretVariables
  }

  /// Root gets the whole set; another user only what was added by name, as ambient capabilities.
  private static func capabilities(
    _ security: ContainerSecurity, _ user: ContainerUser
  ) -> Process.Capabilities {
    var sets = Process.Capabilities(bounding: security.capabilities)
    if user.uid == 0 {
      sets.effective = security.capabilities
      sets.permitted = security.capabilities
    } else {
      let own = security.addedCapabilities.filter(security.capabilities.contains)
      sets.effective = own
      sets.permitted = own
      sets.inheritable = own.isEmpty ? nil : own
      sets.ambient = own.isEmpty ? nil : own
    }
    return sets
  }

  // MARK: Linux

  private static func linux(_ record: ContainerRecord, _ context: SpecContext) -> Linux {
    var linux = Linux()
    linux.namespaces = namespaces(record.namespaces, context)
    if !record.namespaces.uidMappings.isEmpty, context.joined[.user] == nil {
      linux.uidMappings = record.namespaces.uidMappings
      linux.gidMappings = record.namespaces.gidMappings
    }
    linux.sysctl = record.resources.sysctls.isEmpty ? nil : record.resources.sysctls
    if record.resources.cgroups != "disabled" { linux.resources = resources(record, context) }
    linux.cgroupsPath = context.cgroupsPath
    if !context.isRootless {
      linux.devices = context.devices.map { device in
        Linux.Device(
          path: device.path, type: device.kind, major: Int64(device.number.major),
          minor: Int64(device.number.minor), fileMode: device.mode, uid: device.uid,
          gid: device.gid)
      }
    }
    linux.seccomp = context.seccomp
    linux.rootfsPropagation = propagation(record.mounts)
    (linux.maskedPaths, linux.readonlyPaths) = hiddenPaths(record.security)
    linux.mountLabel = context.mountLabel
    if let name = record.process.personality {
      linux.personality = Linux.Personality(domain: name == "LINUX32" ? .linux32 : .linux)
    }
    if let name = record.resources.rdtClass { linux.intelRdt = Linux.IntelRdt(closID: name) }
    return linux
  }

  private static func namespaces(
    _ modes: ContainerNamespaces, _ context: SpecContext
  ) -> [Linux.Namespace] {
    var result: [Linux.Namespace] = [.init(type: .mount)]
    let kinds: [(Linux.Namespace.Kind, NamespaceMode)] = [
      (.pid, modes.pid), (.ipc, modes.ipc), (.uts, modes.uts), (.cgroup, modes.cgroup),
      (.network, modes.network),
    ]
    for (kind, mode) in kinds {
      if let path = context.joined[kind] {
        result.append(.init(type: kind, path: path))
      } else if mode != .host {
        result.append(.init(type: kind))
      }
    }
    if let path = context.joined[.user] {
      result.append(.init(type: .user, path: path))
    } else if !modes.uidMappings.isEmpty {
      result.append(.init(type: .user))
    }
    return result
  }

  private static func resources(
    _ record: ContainerRecord, _ context: SpecContext
  ) -> Linux.Resources {
    var resources = record.resources.limits
    var rules: [Linux.Resources.DeviceRule] = []
    if record.security.isPrivileged {
      rules.append(.init(allow: true, access: "rwm"))
    } else {
      rules.append(.init(allow: false, access: "rwm"))
      for device in context.devices {
        rules.append(
          .init(
            allow: true, type: device.kind == .block ? .block : .character,
            major: Int64(device.number.major), minor: Int64(device.number.minor),
            access: device.access))
      }
      rules += record.resources.deviceRules.compactMap(deviceRule)
    }
    resources.devices = rules
    return resources
  }

  /// Reads `c 42:* rmw`.
  static func deviceRule(_ text: String) -> Linux.Resources.DeviceRule? {
    let fields = text.split(separator: " ")
    guard fields.count == 3,
      let kind = Linux.Resources.DeviceRule.Kind(rawValue: String(fields[0])),
      fields[2].allSatisfy({ "rwm".contains($0) })
    else { return nil }
    let numbers = fields[1].split(separator: ":", omittingEmptySubsequences: false)
    guard numbers.count == 2 else { return nil }
    func number(_ text: Substring) -> Int64?? {
      text == "*" ? .some(nil) : Int64(text).map { .some($0) } ?? nil
    }
    guard let major = number(numbers[0]), let minor = number(numbers[1]) else { return nil }
    return .init(allow: true, type: kind, major: major, minor: minor, access: String(fields[2]))
  }

  /// The root mount has to share what one of its mounts is to share.
  private static func propagation(_ mounts: [ContainerMount]) -> String? {
    let options = mounts.flatMap(\.options)
    if options.contains(where: { $0 == "shared" || $0 == "rshared" }) { return "shared" }
    if options.contains(where: { $0 == "slave" || $0 == "rslave" }) { return "rslave" }
    return nil
  }

  // MARK: Hidden paths

  private static let standardMasks = [
    "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/dev/block",
    "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux",
  ]
  private static let standardReadOnly = [
    "/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
  ]

  private static func hiddenPaths(
    _ security: ContainerSecurity
  ) -> (masked: [String]?, readOnly: [String]?) {
    let unmasked = security.unmaskedPaths
    func stays(_ path: String) -> Bool {
      !unmasked.contains { $0 == "ALL" || FilePattern.matches($0, path) }
    }
    // With labels of its own, a container has to see that there are any.
    let isNested = security.labelOptions.contains("nested")
    let masked =
      standardMasks.filter { stays($0) && !(isNested && $0 == "/sys/fs/selinux") }
      + security.maskedPaths
    let readOnly = standardReadOnly.filter(stays)
    return (masked.isEmpty ? nil : masked, readOnly.isEmpty ? nil : readOnly)
  }
}
