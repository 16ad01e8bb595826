public import JSON

extension Spec {
  /// One mount (config.md, "Mounts"; mount(8)).
  public struct Mount: JSONObject, Sendable, Equatable {
    /// Where, inside the container.
    public var destination: String
    /// The file system type as /proc/filesystems lists it; `bind` has no meaning of its own, the
    /// options `bind` and `rbind` do.
    public var type: String?
    /// A device name, or a file or directory relative to the bundle.
    public var source: String?
    /// Options as fstab(5) has them.
    public var options: [String]?
    /// The user numbers of an ID-mapped mount.
    public var uidMappings: [Linux.IDMapping]?
    /// The group numbers of an ID-mapped mount.
    public var gidMappings: [Linux.IDMapping]?

    public init(
      destination: String, type: String? = nil, source: String? = nil, options: [String]? = nil,
      uidMappings: [Linux.IDMapping]? = nil, gidMappings: [Linux.IDMapping]? = nil
    ) {
      self.destination = destination
      self.type = type
      self.source = source
      self.options = options
      self.uidMappings = uidMappings
      self.gidMappings = gidMappings
    }

    public static var blank: Self { Self(destination: "") }

    public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
      try object.member("destination", &destination)
      try object.member("type", &type)
      try object.member("source", &source)
      try object.member("options", &options)
      try object.member("uidMappings", &uidMappings)
      try object.member("gidMappings", &gidMappings)
    }
  }
}
