import Engine
import GoTemplate
import RuntimeSpec

extension ContainerInspection {
  /// `HostConfig`: what the host gives.
  var hostConfiguration: GoValue {
    .structure(GoStructure(placeFields + securityFields + resourceFields))
  }

  private var placeFields: [GoStructure.Field] {
    let network = record.network
    return [
      .field("Binds", Self.strings(binds)),
      .field("CgroupManager", .string(facts.cgroupManager)),
      .field("CgroupMode", .string(record.namespaces.cgroup.description)),
      .field("ContainerIDFile", .string(record.idFile ?? "")),
      .field(
        "LogConfig",
        .fields([
          .field("Type", .string(record.log.driver)), .field("Config", .nilMap),
          .field("Path", .string(facts.logPath ?? "")),
          .field("Tag", .string(record.log.tag ?? "")),
          .field("Size", .string(HumanUnits.size(Double(record.log.maxSize ?? 0)))),
        ])),
      .field("NetworkMode", .string(networkMode)),
      .field("PortBindings", portBindings(withExposed: false)),
      .field(
        "RestartPolicy",
        .fields([
          .field("Name", .string(record.restart.policy)),
          .field("MaximumRetryCount", .uint(UInt64(clamping: record.restart.retries ?? 0))),
        ])),
      .field("AutoRemove", .bool(record.isRemoved)),
      .field("AutoRemoveImage", .bool(record.isImageRemoved)),
      .field("Annotations", record.annotations.isEmpty ? .nilMap : GoValue(record.annotations)),
      .field("VolumeDriver", .string("")),
      .field(
        "VolumesFrom", record.volumesFrom.isEmpty ? .nilList : Self.strings(record.volumesFrom)),
      .field("CapAdd", Self.strings(record.security.addedCapabilities)),
      .field("CapDrop", Self.strings(record.security.droppedCapabilities)),
      .field("Dns", Self.strings(network.dnsServers)),
      .field("DnsOptions", Self.strings(network.dnsOptions)),
      .field("DnsSearch", Self.strings(network.dnsSearches)),
      .field("ExtraHosts", Self.strings(network.addedHosts)),
      .field("HostsFile", .string(network.hostsFile ?? "")),
      .field("GroupAdd", Self.strings(record.process.groups)),
    ]
  }

  private var networkMode: String {
    let mode = record.namespaces.network
    guard mode == .private else { return mode.description }
    return record.network.userMode ?? "bridge"
  }

  private var binds: [String] {
    record.mounts.filter { $0.kind == .bind || $0.kind == .volume }.map { mount in
      let access = mount.isReadOnly ? "ro" : "rw"
      let options = [access, Self.propagation(mount)] + Self.shownOptions(mount)
      return "\(mount.source):\(mount.destination):" + options.joined(separator: ",")
    }
  }

  private var securityFields: [GoStructure.Field] {
    let security = record.security
    var options: [String] = security.labelOptions.map { "label=\($0)" }
    if let profile = security.seccompProfile, !(security.isPrivileged && profile == "unconfined") {
      options.append("seccomp=\(profile)")
    }
    if let profile = security.apparmorProfile, !security.isPrivileged {
      options.append("apparmor=\(profile)")
    }
    if security.hasNoNewPrivileges { options.append("no-new-privileges") }
    if !security.maskedPaths.isEmpty {
      options.append("mask=" + security.maskedPaths.joined(separator: ":"))
    }
    if !security.unmaskedPaths.isEmpty, !security.isPrivileged {
      options.append("unmask=" + security.unmaskedPaths.joined(separator: ":").lowercased())
    }
    var temporaries: [String: String] = [:]
    for mount in record.mounts where mount.kind == .tmpfs {
      temporaries[mount.destination] =
        (["rw", "rprivate", "nosuid", "nodev"].filter { $0 != "rw" || !mount.isReadOnly }
        + mount.options + (mount.copiesImageUp ? ["tmpcopyup"] : [])).joined(separator: ",")
    }
    return [
      .field("IpcMode", .string(record.namespaces.ipc.description)),
      .field("Cgroup", .string("")),
      .field(
        "Cgroups",
        .string(record.resources.cgroups == "enabled" ? "default" : record.resources.cgroups)),
      .field("Links", .nilList),
      .field("OomScoreAdj", .int(Int64(record.process.oomScoreAdjustment ?? 0))),
      .field("PidMode", .string(record.namespaces.pid.description)),
      .field("Privileged", .bool(security.isPrivileged)),
      .field("PublishAllPorts", .bool(false)),
      .field("ReadonlyRootfs", .bool(security.isReadOnly)),
      .field("SecurityOpt", Self.strings(options)),
      .field("Tmpfs", GoValue(temporaries)),
      .field("UTSMode", .string(record.namespaces.uts.description)),
      .field(
        "UsernsMode",
        .string(record.namespaces.user == .host ? "" : record.namespaces.user.description)),
    ] + mappingFields + [
      .field("ShmSize", .int(record.resources.shmSize)),
      .field("Runtime", .string("oci")),
      .field("ConsoleSize", .list([.uint(0), .uint(0)])),
      .field("Isolation", .string("")),
    ]
  }

  private var mappingFields: [GoStructure.Field] {
    guard !record.namespaces.uidMappings.isEmpty else { return [] }
    func texts(_ maps: [Spec.Linux.IDMapping]) -> GoValue {
      Self.strings(maps.map { "\($0.containerID):\($0.hostID):\($0.size)" })
    }
    return [
      .field(
        "IDMappings",
        .fields([
          .field("UidMap", texts(record.namespaces.uidMappings)),
          .field("GidMap", texts(record.namespaces.gidMappings)),
        ]))
    ]
  }

  private var resourceFields: [GoStructure.Field] {
    let limits = record.resources.limits
    let cpu = limits.cpu ?? .init()
    let memory = limits.memory ?? .init()
    let block = limits.blockIO ?? .init()
    var nanoCPUs: Int64 = 0
    if let quota = cpu.quota, let period = cpu.period, period > 0, quota > 0 {
      nanoCPUs =
        quota.multipliedReportingOverflow(by: 1_000_000_000).partialValue / Int64(clamping: period)
    }
    func throttles(_ list: [Spec.Linux.Resources.BlockIO.ThrottleDevice]?) -> GoValue {
      guard let list, !list.isEmpty else { return .nilList }
      return .list(
        list.map { item in
          .fields([
            .field("Path", .string("\(item.major):\(item.minor)")),
            .field("Rate", .uint(item.rate)),
          ])
        })
    }
    return [
      .field("CpuShares", .uint(cpu.shares ?? 0)),
      .field("Memory", .int(memory.limit ?? 0)),
      .field("NanoCpus", .int(nanoCPUs)),
      .field("CgroupParent", .string(record.resources.cgroupParent)),
      .field("BlkioWeight", .uint(UInt64(block.weight ?? 0))),
      .field("BlkioWeightDevice", .nilList),
      .field("BlkioDeviceReadBps", throttles(block.throttleReadBpsDevice)),
      .field("BlkioDeviceWriteBps", throttles(block.throttleWriteBpsDevice)),
      .field("BlkioDeviceReadIOps", throttles(block.throttleReadIOPSDevice)),
      .field("BlkioDeviceWriteIOps", throttles(block.throttleWriteIOPSDevice)),
      .field("CpuPeriod", .uint(cpu.period ?? 0)),
      .field("CpuQuota", .int(cpu.quota ?? 0)),
      .field("CpuRealtimePeriod", .uint(cpu.realtimePeriod ?? 0)),
      .field("CpuRealtimeRuntime", .int(cpu.realtimeRuntime ?? 0)),
      .field("CpusetCpus", .string(cpu.cpus ?? "")),
      .field("CpusetMems", .string(cpu.mems ?? "")),
      .field("Devices", .list(record.resources.devices.map(device))),
      .field("DiskQuota", .uint(0)),
      .field("KernelMemory", .int(0)),
      .field("MemoryReservation", .int(memory.reservation ?? 0)),
      .field("MemorySwap", .int(memory.swap ?? 0)),
      .field(
        "MemorySwappiness", memory.swappiness.map { .int(Int64(clamping: $0)) } ?? .null),
      .field("OomKillDisable", .bool(memory.disableOOMKiller ?? false)),
      .field("PidsLimit", .int(limits.pids?.limit ?? 0)),
      .field(
        "Ulimits",
        .list(
          record.process.limits.map { limit in
            .fields([
              .field("Name", .string(limit.type.rawValue)),
              .field("Soft", .int(Int64(bitPattern: limit.soft))),
              .field("Hard", .int(Int64(bitPattern: limit.hard))),
            ])
          })),
      .field("CpuCount", .uint(0)), .field("CpuPercent", .uint(0)),
      .field("IOMaximumIOps", .uint(0)), .field("IOMaximumBandwidth", .uint(0)),
      .field("CgroupConf", GoValue(limits.unified)),
    ]
  }

  private func device(_ text: String) -> GoValue {
    let parts = text.split(separator: ":").map(String.init)
    let host = parts.first ?? ""
    let isPath = parts.count > 1 && parts[1].hasPrefix("/")
    return .fields([
      .field("PathOnHost", .string(host)),
      .field("PathInContainer", .string(isPath ? parts[1] : host)),
      .field("CgroupPermissions", .string("")),
    ])
  }
}
