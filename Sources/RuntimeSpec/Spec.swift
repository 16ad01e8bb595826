public import JSON

/// A container as `config.json` describes it: the Linux part of the OCI runtime specification 1.3.
/// A property is optional where the document may leave it out; fields of other systems and unknown
/// ones are passed over, as the specification asks (config.md, "Extensibility").
public struct Spec: JSONObject, Sendable, Equatable {
  /// The version of the specification that the document follows (SemVer 2.0.0).
  public var ociVersion: String
  /// The program that `start` runs; only `create` can do without.
  public var process: Process?
  /// The root file system.
  public var root: Root?
  /// The host name, set in the container's UTS namespace.
  public var hostname: String?
  /// The NIS domain name, set in the container's UTS namespace.
  public var domainname: String?
  /// File systems mounted over the root, in this order.
  public var mounts: [Mount]?
  /// Programs run at points of the container's life.
  public var hooks: Hooks?
  /// Free data about the container, keyed by reverse domain names.
  public var annotations: [String: String]?
  /// What only Linux has.
  public var linux: Linux?

  public init(
    ociVersion: String, process: Process? = nil, root: Root? = nil, hostname: String? = nil,
    domainname: String? = nil, mounts: [Mount]? = nil, hooks: Hooks? = nil,
    annotations: [String: String]? = nil, linux: Linux? = nil
  ) {
    self.ociVersion = ociVersion
    self.process = process
    self.root = root
    self.hostname = hostname
    self.domainname = domainname
    self.mounts = mounts
    self.hooks = hooks
    self.annotations = annotations
    self.linux = linux
  }

  public static var blank: Self { Self(ociVersion: "") }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("ociVersion", &ociVersion)
    try object.member("process", &process)
    try object.member("root", &root)
    try object.member("hostname", &hostname)
    try object.member("domainname", &domainname)
    try object.member("mounts", &mounts)
    try object.member("hooks", &hooks)
    try object.member("annotations", &annotations)
    try object.member("linux", &linux)
  }

  /// The root file system (config.md, "Root").
  public struct Root: JSONObject, Sendable, Equatable {
    /// The directory, absolute or relative to the bundle.
    public var path: String
    /// Whether the container sees it read-only.
    public var readonly: Bool?

    public init(path: String, readonly: Bool? = nil) {
      self.path = path
      self.readonly = readonly
    }

    public static var blank: Self { Self(path: "") }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("path", &path)
      try object.member("readonly", &readonly)
    }
  }
}
