import Engine
import GoTemplate
import HelperProtocols
import LinuxSystem
import Networking

/// The JSON of `inspect` of a container: podman's, field by field. Other programs read it, so that nothing
/// is added to it.
struct ContainerInspection {
  let container: Containers.Container
  let facts: Containers.Facts
  let size: (written: Int64, root: Int64)?

  var record: ContainerRecord { container.record }
  var state: ContainerState { container.state }

  static func time(_ moment: Int64) -> GoValue {
    moment == 0
      ? .time(-62_135_596_800, nanoseconds: 0)
      : .time(moment / 1_000_000_000, nanoseconds: moment % 1_000_000_000)
  }

  static func strings(_ values: [String]) -> GoValue { .list(values.map { .string($0) }) }

  private var arguments: [String] {
    record.process.initPath == nil
      ? record.process.arguments
      : ["/run/podman-init", "--"] + record.process.arguments
  }

  var value: GoValue {
    let (id, imageID) = (record.id, record.imageID)
    var fields: [GoStructure.Field] = [
      .field("ID", json: "Id", .string(record.id)),
      .field("Created", Self.time(record.created)),
      .field("Path", .string(arguments.first ?? "")),
      .field("Args", Self.strings(Array(arguments.dropFirst()))),
      .field("State", stateValue),
      .field("Image", .string(record.imageID)),
      .field("ImageDigest", .string(record.imageDigest ?? "")),
      .field("ImageName", .string(record.imageName)),
      .field("Rootfs", .string(record.rootfs ?? "")),
      .field("Pod", .string(record.podID ?? "")),
      .field("ResolvConfPath", .string(file("resolv.conf"))),
      .field("HostnamePath", .string(file("hostname"))),
      .field("HostsPath", .string(file("hosts"))),
      .field("StaticDir", .string(facts.lastingFolder)),
      .field("OCIConfigPath", omitsEmpty: true, .string(file("config.json"))),
      .field("OCIRuntime", omitsEmpty: true, .string(record.runtime)),
      .field(
        "ConmonPidFile", .string(record.monitorPidFile ?? facts.runFolder + "/conmon.pid")),
      .field("PidFile", .string(record.pidFile ?? facts.runFolder + "/pidfile")),
      .field("Name", .string(record.name)),
      .field("RestartCount", .int(Int64(state.restartCount))),
      .field("Driver", .string(facts.graphDriver)),
      .field("MountLabel", .string(record.security.mountLabel ?? "")),
      .field("ProcessLabel", .string(record.security.processLabel ?? "")),
      .field("AppArmorProfile", .string(state.apparmorProfile ?? "")),
      .field("EffectiveCaps", capabilities(effective: true)),
      .field("BoundingCaps", capabilities(effective: false)),
      .field("ExecIDs", Self.strings(state.execIDs)),
      .field(
        "GraphDriver",
        .fields([
          .field("Name", .string(facts.graphDriver)),
          .field("Data", facts.graphData.isEmpty ? .nilMap : GoValue(facts.graphData)),
        ])),
    ]
    if let size {
      fields.append(.field("SizeRw", .int(size.written)))
      fields.append(.field("SizeRootFs", .int(size.root)))
    }
    fields += [
      .field("Mounts", mountValues),
      .field("Dependencies", Self.strings(record.dependencies)),
      .field("NetworkSettings", networkSettings),
      .field("Namespace", .string("")),
      .field("IsInfra", .bool(record.isInfra)),
      .field("IsService", .bool(record.isService)),
      .field("KubeExitCodePropagation", .string("invalid")),
      .field("lockNumber", .uint(0)),
      .field("Config", configuration),
      .field("HostConfig", hostConfiguration),
      .field("UseImageHosts", .bool(record.network.keepsHosts)),
      .field("UseImageHostname", .bool(record.network.keepsHostName)),
      // Other spellings that podman takes in templates.
      .method("Id") { .string(id) },
      .method("ImageID") { .string(imageID) },
    ]
    return .structure(GoStructure(fields))
  }

  private func file(_ name: String) -> String {
    state.startedAt == 0 && state.status == .created ? "" : "\(facts.runFolder)/\(name)"
  }

  private func capabilities(effective: Bool) -> GoValue {
    let all = record.security.capabilities
    let isRoot = ["", "0", "root"].contains(
      record.process.user.split(separator: ":").first.map(String.init) ?? "")
    if !effective || isRoot { return Self.strings(all) }
    let own = record.security.addedCapabilities.filter(all.contains)
    return own.isEmpty ? .nilList : Self.strings(own)
  }

  // MARK: State

  private var stateValue: GoValue {
    let isRunning = state.status == .running || state.status == .paused
    var fields: [GoStructure.Field] = [
      .field("OciVersion", .string("1.2.0")),
      .field(
        "Status", .string(state.status == .stopped ? "exited" : state.status.rawValue)),
      .field("Running", .bool(isRunning && state.status != .paused)),
      .field("Paused", .bool(state.status == .paused)),
      .field("Restarting", .bool(false)),
      .field("OOMKilled", .bool(state.wasKilledForMemory)),
      .field("Dead", .bool(false)),
      .field("Pid", .int(Int64(state.pid))),
      .field("ConmonPid", omitsEmpty: true, .int(Int64(state.monitorPid))),
      .field("ExitCode", .int(Int64(state.exitCode))),
      .field("Error", .string(state.error ?? "")),
      .field("StartedAt", Self.time(state.startedAt)),
      .field("FinishedAt", Self.time(isRunning ? 0 : state.finishedAt)),
    ]
    fields.append(.field("Health", healthValue))
    fields += [
      .field("CgroupPath", omitsEmpty: true, .string(state.cgroup ?? "")),
      .field("CheckpointedAt", Self.time(state.checkpointedAt)),
      .field("RestoredAt", Self.time(state.restoredAt)),
      .field("StoppedByUser", omitsEmpty: true, .bool(state.isStoppedByUser)),
    ]
    return .structure(GoStructure(fields))
  }

  private var healthValue: GoValue {
    guard let health = facts.health else {
      return .fields([
        .field("Status", .string("")), .field("FailingStreak", .int(0)), .field("Log", .nilList),
      ])
    }
    return .fields([
      .field("Status", .string(health.status.rawValue)),
      .field("FailingStreak", .int(Int64(health.failingStreak))),
      .field(
        "Log",
        .list(
          health.results.map { result in
            .fields([
              .field("Start", .string(result.start)), .field("End", .string(result.end)),
              .field("ExitCode", .int(Int64(result.exitCode))),
              .field("Output", .string(result.output)),
            ])
          })),
    ])
  }

  // MARK: Mounts

  private var mountValues: GoValue {
    let shown = record.mounts.filter { [.bind, .volume, .image].contains($0.kind) }
    return .list(
      shown.map { mount in
        var fields: [GoStructure.Field] = [.field("Type", .string(mount.kind.rawValue))]
        fields.append(
          .field("Name", omitsEmpty: true, .string(mount.kind == .volume ? mount.source : "")))
        fields.append(
          .field(
            "Source",
            .string(
              mount.kind == .volume ? facts.volumeFolders[mount.source] ?? "" : mount.source)))
        fields.append(.field("Destination", .string(mount.destination)))
        fields.append(.field("Driver", .string(mount.kind == .volume ? "local" : "")))
        fields.append(.field("Mode", .string(mount.relabel ?? "")))
        fields.append(.field("Options", Self.strings(Self.shownOptions(mount))))
        fields.append(.field("RW", .bool(!mount.isReadOnly && mount.kind != .image)))
        fields.append(.field("Propagation", .string(Self.propagation(mount))))
        fields.append(.field("SubPath", omitsEmpty: true, .string(mount.subpath ?? "")))
        let (source, target) = (fields.first { $0.name == "Source" }?.value, mount.destination)
        fields.append(.method("Src") { source ?? .missing })
        fields.append(.method("Dst") { .string(target) })
        return .structure(GoStructure(fields))
      })
  }

  static let propagations: Set<String> = [
    "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable",
  ]

  static func propagation(_ mount: ContainerMount) -> String {
    mount.options.last { propagations.contains($0) } ?? "rprivate"
  }

  static func shownOptions(_ mount: ContainerMount) -> [String] {
    var options = mount.options.filter {
      !propagations.contains($0) && !["ro", "rw"].contains($0)
    }
    if mount.kind == .volume {
      for flag in ["nodev", "nosuid"] where !options.contains(flag) { options.insert(flag, at: 0) }
    }
    if !options.contains("bind"), !options.contains("rbind") { options.append("rbind") }
    return options
  }

  // MARK: Networks

  private var networkSettings: GoValue {
    let first = facts.networks.first
    var fields = addressFields(record.network.userMode == nil ? first : nil)
    fields += [
      .field("Bridge", .string("")), .field("SandboxID", .string("")),
      .field("HairpinMode", .bool(false)), .field("LinkLocalIPv6Address", .string("")),
      .field("LinkLocalIPv6PrefixLen", .int(0)), .field("Ports", portBindings(withExposed: true)),
      .field("SandboxKey", .string(sandboxKey)),
    ]
    var networks: [String: GoValue] = [:]
    for attachment in record.network.attachments {
      let status = facts.networks.first { $0.network == attachment.name }
      networks[attachment.name] = .structure(
        GoStructure(
          addressFields(status) + [
            .field("NetworkID", .string(attachment.name)), .field("DriverOpts", .nilMap),
            .field("IPAMConfig", .nilMap), .field("Links", .nilList),
            .field("Aliases", Self.strings(attachment.aliases + [record.shortID])),
          ]))
    }
    fields.append(.field("Networks", omitsEmpty: true, .map(networks)))
    return .structure(GoStructure(fields))
  }

  private var sandboxKey: String {
    if let path = state.networkNamespace { return path }
    return state.pid > 0 && record.namespaces.network == .private
      ? "/proc/\(state.pid)/ns/net" : ""
  }

  private func addressFields(_ status: NetworkStatus?) -> [GoStructure.Field] {
    let addresses = status?.addresses ?? []
    let v4 = addresses.first { !"\($0.address.address)".contains(":") }
    let v6 = addresses.first { "\($0.address.address)".contains(":") }
    func text(_ value: (some CustomStringConvertible)?) -> GoValue {
      .string(value.map { "\($0)" } ?? "")
    }
    return [
      .field("EndpointID", .string("")),
      .field("Gateway", text(v4?.gateway)),
      .field("IPAddress", text(v4?.address.address)),
      .field("IPPrefixLen", .int(Int64(v4?.address.prefixLength ?? 0))),
      .field("IPv6Gateway", text(v6?.gateway)),
      .field("GlobalIPv6Address", text(v6?.address.address)),
      .field("GlobalIPv6PrefixLen", .int(Int64(v6?.address.prefixLength ?? 0))),
      .field("MacAddress", text(status?.mac)),
    ]
  }

  func portBindings(withExposed: Bool) -> GoValue {
    var bindings: [String: [GoValue]] = [:]
    for port in record.network.ports {
      for offset in 0..<port.count {
        let inside = port.containerPort.addingReportingOverflow(offset).partialValue
        let outside = port.hostPort.addingReportingOverflow(offset).partialValue
        bindings["\(inside)/\(port.transport)", default: []].append(
          .fields([
            .field("HostIP", json: "HostIp", .string(port.hostAddress)),
            .field("HostPort", .string(String(outside))),
          ]))
      }
    }
    var result = bindings.mapValues { GoValue.list($0) }
    if withExposed {
      for port in record.network.exposedPorts where result[port] == nil { result[port] = .nilList }
    }
    return .map(result)
  }
}
