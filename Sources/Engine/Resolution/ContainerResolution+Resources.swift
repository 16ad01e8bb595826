import EngineConfig
import LinuxSystem
import RuntimeSpec

extension ContainerResolution {
  /// The cgroup's limits, devices, kernel parameters.
  func resources(_ record: ContainerRecord) throws -> ContainerResources {
    var resources = request.resources
    let cgroups = resources.cgroups == "enabled" ? defaults.cgroups : resources.cgroups
    guard ["enabled", "disabled", "no-conmon", "split"].contains(cgroups) else {
      throw EngineError.invalid(
        option: "--cgroups", value: cgroups,
        reason: "it has to be enabled, disabled, no-conmon or split")
    }
    resources.cgroups = cgroups
    try checkCgroups(resources, record)
    let pidsLimit = request.pidsLimit ?? standardPidsLimit(resources.cgroups)
    // Without the controller there is no limit, which is what 0 and -1 ask for.
    if let pidsLimit, pidsLimit > 0 || engine.cgroups.limitsProcesses {
      resources.limits.pids = .init(limit: pidsLimit == 0 ? -1 : pidsLimit)
    }
    resources.shmSize = try request.shmSize ?? standardShmSize()
    if request.shmSize != nil, record.namespaces.ipc == .host {
      throw EngineError.conflict("--shm-size", "--ipc host")
    }
    for entry in defaults.cgroupConf { try addUnified(entry, &resources) }
    try checkMemory(resources.limits.memory)
    if !engine.managesCgroups, resources.limits != .init() {
      throw EngineError.unsupported(
        "limits of memory, CPU, processes and I/O",
        reason:
          "an ordinary user's containers get them from systemd on cgroup v2, which is not there")
    }
    resources.devices = defaults.devices + resources.devices
    for text in resources.devices where CDIName(text) == nil { _ = try HostDevice.find(text) }
    resources.sysctls = try sysctls(resources.sysctls, record.namespaces)
    return resources
  }

  /// What `--cgroups` says has to be possible with the runtime and the other options.
  private func checkCgroups(
    _ resources: ContainerResources, _ record: ContainerRecord
  ) throws {
    switch resources.cgroups {
    case "disabled":
      let runtime = try engine.runtimeName(request.runtime)
      let name = runtime.split(separator: "/").last.map(String.init) ?? runtime
      guard settings.runtimesWithoutCgroups.contains(name) else {
        throw EngineError.unsupported(
          "--cgroups disabled",
          reason: "the runtime \(name) cannot do without; "
            + settings.runtimesWithoutCgroups.joined(separator: ", ") + " can")
      }
      if resources.limits != .init() || request.pidsLimit != nil {
        throw EngineError.conflict("--cgroups disabled", "limits of memory, CPU, processes and I/O")
      }
      if !resources.cgroupParent.isEmpty {
        throw EngineError.conflict("--cgroups disabled", "--cgroup-parent")
      }
    case "split" where !resources.cgroupParent.isEmpty:
      throw EngineError.conflict("--cgroups split", "--cgroup-parent")
    default: break
    }
  }

  /// What containers.conf says or 2048, where the machine's cgroups can hold to it: nobody asked for this
  /// limit, so that its absence is no error.
  private func standardPidsLimit(_ cgroups: String) -> Int64? {
    guard cgroups != "disabled", engine.managesCgroups, engine.cgroups.limitsProcesses else {
      return nil
    }
    guard let configured = defaults.pidsLimit else { return 2048 }
    return configured == 0 ? nil : configured
  }

  private func standardShmSize() throws -> Int64 {
    // podman reads its own default by powers of ten, and programs compare the result.
    if defaults.shmSize == "65536k" { return 65_536_000 }
    guard let size = ByteCount.parse(defaults.shmSize) else {
      throw EngineError.invalid(
        option: "shm_size", value: defaults.shmSize,
        reason: "it has to be a number with b, k, m or g")
    }
    return size
  }

  private func addUnified(_ entry: String, _ resources: inout ContainerResources) throws {
    guard let equals = entry.firstIndex(of: "=") else {
      throw EngineError.invalid(
        option: "--cgroup-conf", value: entry, reason: "it has to be name=value")
    }
    var unified = resources.limits.unified ?? [:]
    let name = String(entry[..<equals])
    if unified[name] == nil { unified[name] = String(entry[entry.index(after: equals)...]) }
    resources.limits.unified = unified
  }

  private func checkMemory(_ memory: Spec.Linux.Resources.Memory?) throws {
    guard let memory else { return }
    if let swap = memory.swap, swap > 0 {
      guard let limit = memory.limit, limit > 0 else {
        throw EngineError.nothingToDo("--memory-swap needs --memory")
      }
      if swap < limit {
        throw EngineError.invalid(
          option: "--memory-swap", value: String(swap), reason: "it cannot be below --memory")
      }
    }
    if let reservation = memory.reservation, let limit = memory.limit, limit > 0,
      reservation > limit
    {
      throw EngineError.invalid(
        option: "--memory-reservation", value: String(reservation),
        reason: "it cannot be above --memory")
    }
    if memory.swappiness != nil, engine.cgroups.isUnified {
      throw EngineError.unsupported(
        "--memory-swappiness", reason: "only cgroup v1 has it, and this machine uses cgroup v2")
    }
  }

  // MARK: Kernel parameters

  /// The request's parameters over those of containers.conf that the namespaces allow.
  private func sysctls(
    _ asked: [String: String], _ namespaces: ContainerNamespaces
  ) throws -> [String: String] {
    var result: [String: String] = [:]
    for entry in defaults.sysctls {
      guard let equals = entry.firstIndex(of: "=") else {
        throw EngineError.invalid(
          option: "default_sysctls", value: entry, reason: "it has to be name=value")
      }
      let name = String(entry[..<equals])
      let value = String(entry[entry.index(after: equals)...])
      // A default that this container's namespaces have no place for is left out.
      if Self.refusal(name, namespaces) == nil { result[name] = value }
    }
    for (name, value) in asked {
      if let reason = Self.refusal(name, namespaces) {
        throw EngineError.invalid(option: "--sysctl", value: "\(name)=\(value)", reason: reason)
      }
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "+") }) else {
        throw EngineError.invalid(
          option: "--sysctl", value: "\(name)=\(value)",
          reason: "the value has characters that no "
            + "parameter has")
      }
      result[name] = value
    }
    return result
  }

  /// Why a parameter cannot be set: only those that belong to a namespace of the container can.
  static func refusal(_ name: String, _ namespaces: ContainerNamespaces) -> String? {
    let ipc: Set<String> = [
      "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall",
      "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ]
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "+") }),
      !name.contains("..")
    else { return "there is no such parameter" }
    if ipc.contains(name) || name.hasPrefix("fs.mqueue.") {
      return namespaces.ipc == .host ? "the container has the host's IPC namespace" : nil
    }
    if name.hasPrefix("net.") {
      return namespaces.network == .host ? "the container has the host's network namespace" : nil
    }
    if name == "kernel.domainname" || name == "kernel.hostname" {
      return namespaces.uts == .host ? "the container has the host's UTS namespace" : nil
    }
    if name.hasPrefix("user.") {
      return namespaces.uidMappings.isEmpty ? "the container has no user namespace of its own" : nil
    }
    return "it is not namespaced, so that it would change the whole machine"
  }
}
