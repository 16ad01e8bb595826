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
  var showsNamespaces = false

  static let titles = [
    "ID": "CONTAINER ID", "CreatedHuman": "CREATED", "Pod": "POD ID", "PodName": "PODNAME",
    "Cgroup": "CGROUPNS", "User": "USERNS",
  ]

  /// The columns of the table that is shown where nothing else is asked for.
  static let columns = ["ID", "Image", "Command", "CreatedHuman", "Status", "Ports", "Names"]
  static var heading: String {
    columns.map { titles[$0] ?? $0.uppercased() }.joined(separator: "\t")
  }
  /// What stands in these columns.
  var cells: [String] {
    [shownID, record.imageName, command, runningFor, status, ports, record.name]
  }

  private var record: ContainerRecord { container.record }
  private var state: ContainerState { container.state }

  var shownID: String { isTruncated ? record.shortID : record.id }

  private func truncated(_ id: String) -> String { isTruncated ? String(id.prefix(12)) : id }

  private var command: String {
    let text = record.process.command.joined(separator: " ")
    guard isTruncated, text.count > 17 else { return text }
    return text.prefix(17) + "..."
  }

  private var runningFor: String { HumanUnits.ago(record.created / 1_000_000_000, now: now) }

  private func since(_ moment: Int64) -> String {
    HumanUnits.duration(max(0, now - moment / 1_000_000_000))
  }

  /// `Up 5 minutes (healthy)`, `Exited (3) 2 hours ago`.
  var status: String {
    let text =
      switch state.status {
      case _ where isExternal: "Storage"
      case .running: "Up \(since(state.startedAt))"
      case .exited, .stopped: "Exited (\(state.exitCode)) \(since(state.finishedAt)) ago"
      case .created: "Created"
      case .initialized: "Initialized"
      case .paused: "Paused"
      case .stopping: "Stopping"
      case .removing: "Removing"
      case .unknown: "Unknown"
      }
    return health.isEmpty ? text : "\(text) (\(health))"
  }

  private var stateWord: String {
    if isExternal { return "storage" }
    return state.status == .stopped ? "exited" : state.status.rawValue
  }

  private var isExited: Bool { state.status == .exited || state.status == .stopped }

  /// `0.0.0.0:8080->80/tcp, 9000/tcp`.
  var ports: String {
    if record.network.ports.isEmpty, record.network.exposedPorts.isEmpty { return "" }
    let published = record.network.ports.map { port in
      let host = port.hostAddress.isEmpty ? "0.0.0.0" : port.hostAddress
      func range(_ first: UInt16) -> String {
        port.count > 1
          ? "\(first)-\(first.addingReportingOverflow(port.count - 1).partialValue)" : "\(first)"
      }
      return "\(host):\(range(port.hostPort))->\(range(port.containerPort))/\(port.transport)"
    }
    return (published + ExposedPorts(record.network).text).joined(separator: ", ")
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
      .field("Labels", .string(labelText)),
      .method("Label") { name in
        guard case .string(let name) = name else { return .string("") }
        return .string(row.record.labels[name] ?? "")
      },
      .field("Mounts", GoValue(mountDestinations)),
      .field("Networks", .string(networks.joined(separator: ","))),
      .field("Pid", .int(Int64(state.pid))),
    ]
    let rest: [GoStructure.Field] = [
      .field("Pod", .string(truncated(record.podID ?? ""))),
      .field("PodName", .string("")),
      .field("Size", .string(sizeText)),
      .field("ExitCode", .int(Int64(state.exitCode))),
      .field("Exited", .bool(isExited)),
      .field("ExitedAt", .int(seconds(state.finishedAt))),
      .field("StartedAt", .int(seconds(state.startedAt))),
      .field("AutoRemove", .bool(record.isRemoved)),
      .field("IsInfra", .bool(record.isInfra)),
      .field("CIDFile", .string(record.idFile ?? "")),
      .field("ExposedPorts", ExposedPorts(record.network).value),
      .field("Restarts", .string(String(state.restartCount))),
      .method("Cgroup") { .string(row.namespace("cgroup")) },
      .method("User") { .string(row.namespace("user")) },
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

  /// `a=1,b=2`, in the order of the names.
  private var labelText: String {
    record.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      .joined(separator: ",")
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
      .field(
        "Command", record.process.command.isEmpty ? .nilList : GoValue(record.process.command)),
      .field("CreatedAt", .string(runningFor)),
      .field("CIDFile", .string(record.idFile ?? "")),
      .field("Exited", .bool(isExited)),
      .field("ExitedAt", .int(seconds(isExited ? state.finishedAt : 0))),
      .field("ExitCode", .int(Int64(state.exitCode))),
      .field("ExposedPorts", ExposedPorts(record.network).value),
      .field("Id", .string(record.id)),
      .field("Image", .string(record.imageName)),
      .field("ImageID", .string(record.imageID)),
      .field("IsInfra", .bool(record.isInfra)),
      .field("Labels", record.labels.isEmpty ? .nilMap : GoValue(record.labels)),
      .field("Mounts", GoValue(mountDestinations)),
      .field("Names", GoValue([record.name])),
      .field("Namespaces", namespaceValues),
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

  /// Only with `--ns`.
  private var namespaceValues: GoValue {
    guard showsNamespaces, state.pid > 0 else { return .fields([]) }
    let names = [
      ("MNT", "Mnt", "mnt"), ("Cgroup", "Cgroup", "cgroup"), ("IPC", "Ipc", "ipc"),
      ("NET", "Net", "net"), ("PIDNS", "Pidns", "pid"), ("UTS", "Uts", "uts"),
      ("User", "User", "user"),
    ]
    return .fields(
      names.map { .field($0.0, json: $0.1, omitsEmpty: true, .string(namespace($0.2))) })
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

/// The ports that a container offers and nobody has published.
struct ExposedPorts {
  private var ports: [(number: UInt16, transport: String)] = []
  private let published: Set<String>

  init(_ network: ContainerNetwork) {
    published = Set(
      network.ports.flatMap { port in
        (0..<port.count).map {
          "\(port.containerPort.addingReportingOverflow($0).partialValue)/\(port.transport)"
        }
      })
    for text in network.exposedPorts {
      let parts = text.split(separator: "/")
      guard let number = UInt16(parts.first ?? "") else { continue }
      ports.append((number, parts.count > 1 ? String(parts[1]) : "tcp"))
    }
    ports.sort { ($0.transport, $0.number) < ($1.transport, $1.number) }
  }

  /// `80-81/tcp`, `53/udp`: ports in a row are one range.
  var text: [String] {
    var ranges: [(first: UInt16, last: UInt16, transport: String)] = []
    for port in ports where !published.contains("\(port.number)/\(port.transport)") {
      if let last = ranges.last, last.transport == port.transport,
        last.last.addingReportingOverflow(1).partialValue == port.number
      {
        ranges[ranges.count - 1].last = port.number
      } else {
        ranges.append((port.number, port.number, port.transport))
      }
    }
    return ranges.map { range in
      range.first == range.last
        ? "\(range.first)/\(range.transport)"
        : "\(range.first)-\(range.last)/\(range.transport)"
    }
  }

  /// `{"80": ["tcp"]}`.
  var value: GoValue {
    guard !ports.isEmpty else { return .nilMap }
    return .map(
      Dictionary(grouping: ports, by: { String($0.number) }).mapValues { group in
        .list(group.map { .string($0.transport) })
      })
  }
}
