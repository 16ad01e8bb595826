public import JSON

extension Spec {
  /// The programs for each point of a container's life, in the order they run (config.md,
  /// "POSIX-platform Hooks"). Each gets the container's state on its standard input.
  public struct Hooks: JSONObject, Sendable, Equatable {
    /// Deprecated by the specification and still used: as `createRuntime`, before those.
    public var prestart: [Hook]?
    /// In the runtime's namespaces, when the container's exist and before pivot_root.
    public var createRuntime: [Hook]?
    /// In the container's namespaces, before pivot_root.
    public var createContainer: [Hook]?
    /// In the container, on `start`, before its program.
    public var startContainer: [Hook]?
    /// In the runtime's namespaces, after the program was started.
    public var poststart: [Hook]?
    /// In the runtime's namespaces, after the container was deleted.
    public var poststop: [Hook]?

    public init(
      prestart: [Hook]? = nil, createRuntime: [Hook]? = nil, createContainer: [Hook]? = nil,
      startContainer: [Hook]? = nil, poststart: [Hook]? = nil, poststop: [Hook]? = nil
    ) {
      self.prestart = prestart
      self.createRuntime = createRuntime
      self.createContainer = createContainer
      self.startContainer = startContainer
      self.poststart = poststart
      self.poststop = poststop
    }

    public static var blank: Self { Self() }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("prestart", &prestart)
      try object.member("createRuntime", &createRuntime)
      try object.member("createContainer", &createContainer)
      try object.member("startContainer", &startContainer)
      try object.member("poststart", &poststart)
      try object.member("poststop", &poststop)
    }
  }

  /// A program that the runtime calls.
  public struct Hook: JSONObject, Sendable, Equatable {
    /// Its absolute path.
    public var path: String
    /// Its arguments, the name first, as execv(3) takes them.
    public var args: [String]?
    /// Its whole environment.
    public var env: [String]?
    /// Seconds after which it is killed, greater than zero.
    public var timeout: Int?

    public init(path: String, args: [String]? = nil, env: [String]? = nil, timeout: Int? = nil) {
      self.path = path
      self.args = args
      self.env = env
      self.timeout = timeout
    }

    public static var blank: Self { Self(path: "") }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("path", &path)
      try object.member("args", &args)
      try object.member("env", &env)
      try object.member("timeout", &timeout)
    }
  }
}
