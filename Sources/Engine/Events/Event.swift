public import JSON
public import LinuxSystem

/// Something that happened to a container, an image, a volume…
///
/// The members are those of a line of podman's event file, so that both read each other's.
public struct Event: Equatable, Sendable {
  public var type: EventType
  public var status: EventStatus
  public var time: Timestamp
  /// The id of what the event is about; of the container where one joins or leaves a network.
  public var id = ""
  public var name = ""
  /// The name of a container's image.
  public var image = ""
  /// The name of a network.
  public var network = ""
  /// The pod that a container belongs to.
  public var podID = ""
  /// How a container's program ended.
  public var exitCode: Int32?
  /// Whether it was the kernel that ended it for lack of memory.
  public var isOutOfMemory: Bool?
  /// `healthy`, `unhealthy` or `starting`.
  public var healthStatus = ""
  /// The last check, as JSON.
  public var healthLog = ""
  /// How many checks have failed in a row.
  public var healthFailingStreak = 0
  /// Why something failed, as with `pull-error`.
  public var error = ""
  /// What `podman container inspect` says of a new container, as JSON.
  public var inspectData = ""
  /// A container's labels, and what else belongs to the event.
  public var attributes: [String: String] = [:]

  /// Something that happens now.
  public init(_ type: EventType, _ status: EventStatus, id: String = "", name: String = "") {
    self.type = type
    self.status = status
    time = .now()
    self.id = id
    self.name = name
  }
}

// MARK: What happens to what

extension Event {
  /// Something that happens to a container.
  public static func container(
    _ status: EventStatus, _ record: ContainerRecord, exitCode: Int32? = nil
  ) -> Event {
    var event = Event(.container, status, id: record.id, name: record.name)
    event.image = record.imageName
    event.podID = record.podID ?? ""
    event.exitCode = exitCode
    event.attributes = record.labels
    return event
  }

  /// A session of `exec` that begins or ends.
  public static func exec(
    _ status: EventStatus, _ record: ContainerRecord, session: String, exitCode: Int32? = nil
  ) -> Event {
    var event = Event.container(status, record, exitCode: exitCode)
    event.attributes["execID"] = session
    return event
  }

  /// A health check and what the container is after it.
  public static func health(
    _ record: ContainerRecord, status: String, failingStreak: Int, log: String = ""
  ) -> Event {
    var event = Event.container(.healthStatus, record)
    event.healthStatus = status
    event.healthFailingStreak = failingStreak
    event.healthLog = log
    return event
  }

  /// Something that happens to an image; `name` is the name that was asked for.
  public static func image(
    _ status: EventStatus, id: String, name: String, error: String = ""
  ) -> Event {
    var event = Event(.image, status, id: id, name: name)
    event.error = error
    return event
  }

  /// Something that happens to a volume.
  public static func volume(_ status: EventStatus, name: String) -> Event {
    Event(.volume, status, name: name)
  }

  /// A network that is made or removed.
  public static func network(
    _ status: EventStatus, name: String, id: String, driver: String
  ) -> Event {
    var event = Event(.network, status, id: id)
    event.network = name
    event.attributes = ["driver": driver]
    return event
  }

  /// A container that joins or leaves a network (`connect`, `disconnect`).
  public static func network(
    _ status: EventStatus, name: String, container: ContainerRecord
  ) -> Event {
    var event = Event(.network, status, id: container.id, name: container.name)
    event.network = name
    return event
  }

  /// Something that happens to a pod.
  public static func pod(_ status: EventStatus, id: String, name: String) -> Event {
    Event(.pod, status, id: id, name: name)
  }

  /// Something that happens to a secret.
  public static func secret(_ status: EventStatus, id: String) -> Event {
    Event(.secret, status, id: id)
  }

  /// Something that concerns the whole engine.
  public static func system(_ status: EventStatus, name: String = "") -> Event {
    Event(.system, status, name: name)
  }
}

// MARK: The line of the file

extension Event: JSONObject {
  public static var blank: Event { Event(.system, .refresh) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ContainerExitCode", &exitCode)
    try object.member("OOMKilled", &isOutOfMemory)
    try object.member("ID", &id, standard: "")
    try object.member("Image", &image, standard: "")
    try object.member("Name", &name, standard: "")
    try object.member("network", &network, standard: "")
    try object.member("Status", &status)
    var text = time.rfc3339
    try object.member("Time", &text)
    time = Timestamp(rfc3339: text) ?? time
    try object.member("Type", &type)
    try object.member("health_status", &healthStatus, standard: "")
    try object.member("health_log", &healthLog, standard: "")
    try object.member("health_failing_streak", &healthFailingStreak, standard: 0)
    try object.member("error", &error, standard: "")
    try object.member("ContainerInspectData", &inspectData, standard: "")
    try object.member("PodID", &podID, standard: "")
    var attributes: [String: String]? = self.attributes
    try object.member("Attributes", &attributes)
    self.attributes = attributes ?? [:]
  }
}
