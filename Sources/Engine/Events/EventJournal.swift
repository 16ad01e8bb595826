import JSON
import LinuxSystem
import SystemPackage

/// The log of events as entries of systemd's journal, with podman's fields.
struct EventJournal {
  /// Where journald takes entries. See systemd's `JOURNAL_NATIVE_PROTOCOL`.
  static let socket = "/run/systemd/journal/socket"

  /// Sends an event to the journal.
  func send(_ event: Event) throws {
    let socket: OwnedDescriptor
    do throws(SystemError) {
      socket = try UnixSocket.connect(.datagram, to: Self.socket)
    } catch {
      throw EngineError.unsupported(
        "the journal", reason: "\(error); with events_logger = \"file\" events go to a file")
    }
    let bytes = try entry(event)
    do throws(SystemError) {
      try socket.lent.writeAll(bytes, subject: Self.socket)
    } catch {
      // What inspect says may be more than a socket takes at once.
      guard error.errno == .messageTooLong, !event.inspectData.isEmpty else { throw error }
      var shorter = event
      shorter.inspectData = ""
      try socket.lent.writeAll(entry(shorter), subject: Self.socket)
    }
  }

  /// An entry in the journal's own protocol: `NAME=value`, or with its length where it has lines.
  func entry(_ event: Event) throws(JSONError) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in try fields(event) {
      bytes += name.utf8
      if value.utf8.contains(UInt8(ascii: "\n")) {
        bytes.append(UInt8(ascii: "\n"))
        withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
      } else {
        bytes.append(UInt8(ascii: "="))
      }
      bytes += value.utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  private func fields(_ event: Event) throws(JSONError) -> [(String, String)] {
    var fields = [
      ("MESSAGE", event.line(truncated: false)),
      // Checks come often: journald's own notices let them pass at this level.
      ("PRIORITY", event.status == .healthStatus ? "5" : "6"),
      ("SYSLOG_IDENTIFIER", "podman"),
      ("PODMAN_EVENT", event.status.rawValue),
      ("PODMAN_TYPE", event.type.rawValue),
      ("PODMAN_TIME", event.time.rfc3339),
      ("PODMAN_NAME", event.name),
      ("PODMAN_ID", event.id),
      ("PODMAN_IMAGE", event.image),
      ("PODMAN_NETWORK_NAME", event.network),
      ("PODMAN_POD_ID", event.podID),
      ("PODMAN_HEALTH_STATUS", event.healthStatus),
      ("PODMAN_HEALTH_LOG", event.healthLog),
      ("PODMAN_CONTAINER_INSPECT_DATA", event.inspectData),
      ("ERROR", event.error),
    ]
    if let code = event.exitCode { fields.append(("PODMAN_EXIT_CODE", "\(code)")) }
    if let killed = event.isOutOfMemory { fields.append(("PODMAN_OOM_KILLED", "\(killed)")) }
    if event.status == .healthStatus {
      fields.append(("PODMAN_HEALTH_FAILING_STREAK", "\(event.healthFailingStreak)"))
    }
    if !event.attributes.isEmpty {
      let labels = try JSONWriter().write(event.attributes)
      fields.append(("PODMAN_LABELS", String(decoding: labels, as: UTF8.self)))
    }
    return fields.filter { !$0.1.isEmpty }
  }

  /// The event that an entry describes, as `journalctl --output json` prints it; nil for an entry
  /// that is none.
  static func event(_ entry: JSONTree) -> Event? {
    func field(_ name: String) -> String { entry[name]?.string ?? "" }
    guard let type = EventType(rawValue: field("PODMAN_TYPE")),
      let status = EventStatus(rawValue: field("PODMAN_EVENT")),
      let time = Timestamp(rfc3339: field("PODMAN_TIME"))
    else { return nil }
    var event = Event(type, status, id: field("PODMAN_ID"), name: field("PODMAN_NAME"))
    event.time = time
    event.image = field("PODMAN_IMAGE")
    event.network = field("PODMAN_NETWORK_NAME")
    event.podID = field("PODMAN_POD_ID")
    event.exitCode = Int32(field("PODMAN_EXIT_CODE"))
    event.isOutOfMemory = Bool(field("PODMAN_OOM_KILLED"))
    event.healthStatus = field("PODMAN_HEALTH_STATUS")
    event.healthLog = field("PODMAN_HEALTH_LOG")
    event.healthFailingStreak = Int(field("PODMAN_HEALTH_FAILING_STREAK")) ?? 0
    event.inspectData = field("PODMAN_CONTAINER_INSPECT_DATA")
    event.error = field("ERROR")
    let labels = try? JSONReader().read([String: String].self, from: field("PODMAN_LABELS"))
    event.attributes = labels ?? [:]
    return event
  }
}
