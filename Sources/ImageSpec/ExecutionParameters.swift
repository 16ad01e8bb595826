public import JSON

extension ImageConfiguration {
  /// How a container of an image is run where nothing else is said: config.md, `config`.
  public struct ExecutionParameters: Equatable, Sendable {
    /// `user`, `uid`, `user:group`, …
    public var user: String?
    /// `80/tcp`, `53/udp`, `8080`, as the image says it: sorted.
    public var exposedPorts: Set<String>?
    /// `NAME=value`, unchecked.
    public var environment: [String]?
    public var entrypoint: [String]?
    public var command: [String]?
    /// Folders that are to be volumes.
    public var volumes: Set<String>?
    public var workingDirectory: String?
    public var labels: [String: String]?
    public var stopSignal: String?
    /// Docker's, which the OCI format does not have.
    public var healthcheck: Healthcheck?
    /// Docker's: the shell of the shell form of build instructions.
    public var shell: [String]?
    /// Docker's: instructions for builds upon this image.
    public var onBuild: [String]?
    /// Members that have no property here.
    public var others: [JSONTree.Member] = []

    public init() {}
  }

  /// Docker's health check. Durations are nanoseconds; 0 or nil means the default.
  public struct Healthcheck: Equatable, Sendable {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", line]`; nil inherits.
    public var test: [String]?
    public var interval: Int64?
    public var timeout: Int64?
    public var startPeriod: Int64?
    public var startInterval: Int64?
    public var retries: Int?

    public init() {}
  }
}

extension ImageConfiguration.ExecutionParameters: JSONObject {
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("User", &user)
    try object.names("ExposedPorts", &exposedPorts)
    try object.member("Env", &environment)
    try object.member("Entrypoint", &entrypoint)
    try object.member("Cmd", &command)
    try object.member("Healthcheck", &healthcheck)
    try object.names("Volumes", &volumes)
    try object.member("WorkingDir", &workingDirectory)
    try object.member("Labels", &labels)
    try object.member("StopSignal", &stopSignal)
    try object.member("Shell", &shell)
    try object.member("OnBuild", &onBuild)
    try object.others(&others)
  }
}

extension ImageConfiguration.Healthcheck: JSONObject {
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("Test", &test)
    try object.member("Interval", &interval)
    try object.member("Timeout", &timeout)
    try object.member("StartPeriod", &startPeriod)
    try object.member("StartInterval", &startInterval)
    try object.member("Retries", &retries)
  }
}

extension JSONMembers {
  /// A set that stands in the text as an object of empty objects: `{"80/tcp": {}}`.
  fileprivate mutating func names(
    _ name: StaticString, _ property: inout Set<String>?
  ) throws(JSONError) {
    var object = property.map { Dictionary(uniqueKeysWithValues: $0.map { ($0, Nothing()) }) }
    try member(name, &object)
    property = object.map { Set($0.keys) }
  }
}

/// An empty object, or whatever stands in its place.
private struct Nothing: JSONValue {
  init() {}
  init(from node: JSONNode) {}
  func write(to output: JSONOutput) throws(JSONError) {
    try output.object { _ throws(JSONError) in }
  }
}
