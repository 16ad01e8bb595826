/// A container of the store, as overlay-containers/containers.json records it.
public struct StoredContainer: Equatable, Sendable {
  public var id: String
  public var names: [String] = []
  /// The id of its image; nil where it has none.
  public var image: String?
  /// Its own, writable layer.
  public var layer: String
  /// JSON, by whoever made the container.
  public var metadata: String?
  public var data: [StoredData] = []
  /// RFC 3339.
  public var created: String
  public var mappings = IDMappings()
  /// SELinux's labels.
  public var mountLabel: String?
  public var processLabel: String?
  /// Whether its record and its files need not outlive a crash of the machine.
  public var isVolatile = false
}

/// What a container is made of.
public struct ContainerOptions: Sendable {
  /// 64 hexadecimal digits; nil for a new one at random.
  public var id: String?
  public var names: [String]
  /// The id of an image; nil for an empty root.
  public var image: String?
  /// JSON that other engines read: image-name, image-id, name, created-at.
  public var metadata: String
  /// The user namespace in which it will run; empty for the host's ids.
  public var mappings: IDMappings
  /// Whether nothing of it has to outlive a crash of the machine (`--rm`): no write waits for the disk.
  public var isVolatile: Bool
  public var mountLabel: String?
  public var processLabel: String?
  /// The most bytes and files of its layer (`--storage-opt size=`): a project quota of XFS.
  public var size: UInt64?
  public var inodes: UInt64?

  public init(
    id: String? = nil, names: [String] = [], image: String?, metadata: String = "",
    mappings: IDMappings = IDMappings(), isVolatile: Bool = false
  ) {
    self.id = id
    self.names = names
    self.image = image
    self.metadata = metadata
    self.mappings = mappings
    self.isVolatile = isVolatile
  }
}
