public import JSON

/// The state of a container that hooks get on standard input and `state` prints (runtime.md,
/// "State").
public struct RuntimeState: JSONObject, Sendable, Equatable {
  /// The version of the specification that the state follows.
  public var ociVersion: String
  /// The container's name, unique on the machine.
  public var id: String
  /// Where the container stands in its life.
  public var status: Status
  /// Its first process as the runtime sees it; absent when it has none.
  public var pid: Int32?
  /// The absolute path of its bundle.
  public var bundle: String
  /// The annotations of its `config.json`.
  public var annotations: [String: String]?

  public init(
    ociVersion: String, id: String, status: Status, pid: Int32? = nil, bundle: String,
    annotations: [String: String]? = nil
  ) {
    self.ociVersion = ociVersion
    self.id = id
    self.status = status
    self.pid = pid
    self.bundle = bundle
    self.annotations = annotations
  }

  public static var blank: Self { Self(ociVersion: "", id: "", status: .creating, bundle: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ociVersion", &ociVersion)
    try object.member("id", &id)
    try object.member("status", &status)
    try object.member("pid", &pid)
    try object.member("bundle", &bundle)
    try object.member("annotations", &annotations)
  }

  /// Where a container stands in its life; `paused` is an addition of runc's.
  public enum Status: String, JSONValue, Sendable, CaseIterable {
    case creating
    case created
    case running
    case paused
    case stopped
  }
}

/// What a seccomp agent gets together with the listener's descriptor (config-linux.md, "The
/// Container Process State").
public struct ContainerProcessState: JSONObject, Sendable, Equatable {
  /// The version of the specification that the state follows.
  public var ociVersion: String
  /// The names of the descriptors sent along; here `seccompFd` alone.
  public var fds: [String]
  /// The process that the filter belongs to, as the runtime sees it.
  public var pid: Int32
  /// The profile's `listenerMetadata`.
  public var metadata: String?
  /// The container's state.
  public var state: RuntimeState

  public init(
    ociVersion: String, fds: [String], pid: Int32, metadata: String? = nil, state: RuntimeState
  ) {
    self.ociVersion = ociVersion
    self.fds = fds
    self.pid = pid
    self.metadata = metadata
    self.state = state
  }

  public static var blank: Self { Self(ociVersion: "", fds: [], pid: 0, state: .blank) }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ociVersion", &ociVersion)
    try object.member("fds", &fds)
    try object.member("pid", &pid)
    try object.member("metadata", &metadata)
    try object.member("state", &state)
  }
}
