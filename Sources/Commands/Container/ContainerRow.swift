import Engine
import GoTemplate
import LinuxSystem

/// A container in `ps`.
struct ContainerRow {
  let container: Containers.Container
  /// Seconds since 1970.
  let now: Int64
  let isTruncated: Bool
  let health: String
  let size: (written: Int64, root: Int64)?
  /// Whether only the store knows it.
  let isExternal: Bool

  static let titles = [
    "ID": "CONTAINER ID", "RunningFor": "CREATED", "PIDNamespace": "PID", "PIDNS": "PIDNS",
    "Pod": "POD ID", "PodName": "PODNAME", "CreatedHuman": "CREATED", "Names": "NAMES",
    "ImageID": "IMAGE ID", "Pid": "PID", "MNT": "MNT", "NET": "NET", "IPC": "IPC", "UTS": "UTS",
    "USERNS": "USERNS", "CGROUPNS": "CGROUPNS", "CreatedAt": "CREATED AT", "ExitCode": "EXITCODE",
    "ExitedAt": "EXITED", "StartedAt": "STARTED",
  ]

  private var record: ContainerRecord { container.record }
  private var state: ContainerState { container.state }

  var shownID: String { isTruncated ? record.shortID : record.id }

  private func truncated(_ id: String) -> String { isTruncated ? String(id.prefix(12)) : id }

  private var command: String {
    let text = record.process.arguments.joined(separator: " ")
    guard isTruncated, text.count > 17 else { return text }
    return text.prefix(17) + "..."
  }

  private var runningFor: String { HumanUnits.ago(record.created / 1_000_000_000, now: now) }

  private func since(_ moment: Int64) -> String {
    HumanUnits.duration(max(0, now - moment / 1_000_000_000))
  }

  /// `Up 5 minutes (healthy)`, `Exited (3) 2 hours ago`.
  var status: String {
    if isExternal { return "Storage" }
    switch state.status {
    case .running:
      return "Up \(since(state.startedAt))" + (health.isEmpty ? "" : " (\(health))")
    case .paused: return "Up \(since(state.startedAt)) (Paused)"
    case .exited, .stopped:
      return "Exited (\(state.exitCode)) \(since(state.finishedAt)) ago"
    case .created: return "Created"
    case .initialized: return "Initialized"
    case .stopping: return "Stopping"
    case .removing: return "Removing"
    case .unknown: return "Unknown"
    }
  }

  private var stateWord: String {
    if isExternal { return "storage" }
    return state.status == .stopped ? "exited" : state.status.rawValue
  }

  private var isExited: Bool { state.status == .exited || state.status == .stopped }

  /// `0.0.0.0:8080->80/tcp, 9000/tcp`.
  var ports: String {
    let published = record.network.ports.map { port in
      let host = port.hostAddress.isEmpty ? "0.0.0.0" : port.hostAddress
      let shown = host.contains(":") ? "[\(host)]" : host
      func range(_ first: UInt16) -> String {
        port.count > 1
          ? "\(first)-\(first.addingReportingOverflow(port.count - 1).partialValue)" : "\(first)"
      }
      return "\(shown):\(range(port.hostPort))->\(range(port.containerPort))/\(port.transport)"
    }
    let known = Set(record.network.ports.map { "\($0.containerPort)/\($0.transport)" })
    let exposed = record.network.exposedPorts.filter { !known.contains($0) }
    return (published + exposed).joined(separator: ", ")
  }

  private var networks: [String] { record.network.attachments.map(\.name) }

  private var sizeText: String {
    guard let size else { return "" }
    return "\(HumanUnits.size(Double(size.written), precision: 3)) (virtual "
      + "\(HumanUnits.size(Double(size.root), precision: 3)))"
  }

  /// The number of a namespace of the first process, as `ls -l /proc/PID/ns` shows it.
  private func namespace(_ name: String) -> String {
    guard state.pid > 0, let target = try? linkTarget(of: "/proc/\(state.pid)/ns/\(name)"),
      let open = target.firstIndex(of: "["), let close = target.lastIndex(of: "]"), open < close
    else { return "" }
    return String(target[target.index(after: open)..<close])
  }

  /// For tables and templates.
  var value: GoValue {
    let row = self
    let names: [GoStructure.Field] = [
      .field("ID", .string(shownID)),
      .field("Image", .string(record.imageName)),
      .field("ImageID", .string(truncated(record.imageID))),
      .field("Command", .string(command)),
      .field("CreatedAt", .string(createdText)),
      .field("RunningFor", .string(runningFor)),
      .field("CreatedHuman", .string(runningFor)),
      .field("Created", ContainerInspection.time(record.created)),
      .field("Status", .string(status)),
      .field("State", .string(stateWord)),
      .field("Ports", .string(ports)),
      .field("Names", .string(record.name)),
      .field("Labels", GoValue(record.labels)),
      .method("Label") { .string("") },
      .field("Mounts", .string(mountText)),
      .field("Networks", .string(networks.joined(separator: ","))),
      .field("Pid", .int(Int64(state.pid))),
    ]
    let rest: [GoStructure.Field] = [
      .field("PIDNamespace", .int(Int64(state.pid))),
      .field("Pod", .string(truncated(record.podID ?? ""))),
      .field("PodName", .string("")),
      .field("Size", .string(sizeText)),
      .field("ExitCode", .int(Int64(state.exitCode))),
      .field("Exited", .bool(isExited)),
      .field("ExitedAt", .int(seconds(state.finishedAt))),
      .field("StartedAt", .int(seconds(state.startedAt))),
      .field("AutoRemove", .bool(record.isRemoved)),
      .field("IsInfra", .bool(record.isInfra)),
      .field("Restarts", .int(Int64(state.restartCount))),
      .method("CGROUPNS") { .string(row.namespace("cgroup")) },
      .method("IPC") { .string(row.namespace("ipc")) },
      .method("MNT") { .string(row.namespace("mnt")) },
      .method("NET") { .string(row.namespace("net")) },
      .method("PIDNS") { .string(row.namespace("pid")) },
      .method("USERNS") { .string(row.namespace("user")) },
      .method("UTS") { .string(row.namespace("uts")) },
    ]
    return .fields(names + rest)
  }

  private var createdText: String {
    Timestamp(
      seconds: record.created / 1_000_000_000, nanoseconds: record.created % 1_000_000_000
    ).localText
  }

  private var mountText: String {
    let all = mountDestinations.joined(separator: ",")
    return isTruncated && all.count > 15 ? all.prefix(15) + "..." : all
  }

  private var mountDestinations: [String] { record.mounts.map(\.destination) }

  /// Go's time zero for what never was.
  private func seconds(_ moment: Int64) -> Int64 {
    moment == 0 ? -62_135_596_800 : moment / 1_000_000_000
  }

  /// podman's JSON.
  var json: GoValue {
    .fields([
      .field("AutoRemove", .bool(record.isRemoved)),
      .field("Command", GoValue(record.process.arguments)),
      .field("CreatedAt", .string(runningFor)),
      .field("Exited", .bool(isExited)),
      .field("ExitedAt", .int(seconds(isExited ? state.finishedAt : 0))),
      .field("ExitCode", .int(Int64(state.exitCode))),
      .field("Id", .string(record.id)),
      .field("Image", .string(record.imageName)),
      .field("ImageID", .string(record.imageID)),
      .field("IsInfra", .bool(record.isInfra)),
      .field("Labels", record.labels.isEmpty ? .nilMap : GoValue(record.labels)),
      .field("Mounts", GoValue(mountDestinations)),
      .field("Names", GoValue([record.name])),
      .field("Namespaces", .fields([])),
      .field("Networks", GoValue(networks)),
      .field("Pid", .int(Int64(state.pid))),
      .field("Pod", .string(record.podID ?? "")),
      .field("PodName", .string("")),
      .field("Ports", portValues),
      .field("Restarts", .int(Int64(state.restartCount))),
      .field("Size", sizeValue),
      .field("StartedAt", .int(seconds(state.startedAt))),
      .field("State", .string(stateWord)),
      .field("Status", .string(status)),
      .field("Created", .int(record.created / 1_000_000_000)),
    ])
  }

  private var portValues: GoValue {
    if record.network.ports.isEmpty { return .nilList }
    return .list(
      record.network.ports.map { port in
        .fields([
          .field("host_ip", .string(port.hostAddress)),
          .field("container_port", .uint(UInt64(port.containerPort))),
          .field("host_port", .uint(UInt64(port.hostPort))),
          .field("range", .uint(UInt64(port.count))),
          .field("protocol", .string(port.transport)),
        ])
      })
  }

  private var sizeValue: GoValue {
    guard let size else { return .null }
    return .fields([
      .field("rootFsSize", .int(size.root)), .field("rwSize", .int(size.written)),
    ])
  }

  static func sort(_ rows: inout [ContainerRow], by key: String) {
    switch key {
    case "command":
      rows.sort { $0.command < $1.command }
    case "id": rows.sort { $0.record.id < $1.record.id }
    case "image": rows.sort { $0.record.imageName < $1.record.imageName }
    case "names": rows.sort { $0.record.name < $1.record.name }
    case "runningfor": rows.sort { $0.state.startedAt > $1.state.startedAt }
    case "size": rows.sort { ($0.size?.root ?? 0) < ($1.size?.root ?? 0) }
    case "status": rows.sort { $0.stateWord < $1.stateWord }
    default: break
    }
  }
}
