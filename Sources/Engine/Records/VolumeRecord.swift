public import JSON

/// A volume: a folder, or something that is mounted, that outlives containers.
public struct VolumeRecord: JSONObject, Equatable, Sendable {
  public var name = ""
  /// `local`, `image`, or a plugin's name.
  public var driver = "local"
  /// Where its files are. What has to be mounted is mounted there.
  public var folder = ""
  /// Nanoseconds since 1970.
  public var created: Int64 = 0
  public var labels: [String: String] = [:]
  /// `type`, `device`, `o`, `nocopy`…; what is part of `o` also stands by itself as podman writes it:
  /// `SIZE`, `UID`, `GID`, `INODES`, `NOQUOTA`.
  public var options: [String: String] = [:]
  /// Whether it was made for a container alone and goes with it.
  public var isAnonymous = false
  public var uid: UInt32?
  public var gid: UInt32?
  /// Whether something is mounted while it is used: at its folder, or where the store mounts it.
  public var isMounted = false
  /// The container of the store that holds the files of the driver `image`.
  public var storageID: String?

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("name", &name)
    try object.member("driver", &driver, standard: "local")
    try object.member("folder", &folder)
    try object.member("created", &created)
    try object.member("labels", &labels, standard: [:])
    try object.member("options", &options, standard: [:])
    try object.member("anonymous", &isAnonymous, standard: false)
    try object.member("uid", &uid)
    try object.member("gid", &gid)
    try object.member("mounted", &isMounted, standard: false)
    try object.member("storageID", &storageID)
  }
}

/// What became of a volume.
public struct VolumeState: JSONObject, Equatable, Sendable {
  /// How often it is mounted, where it has to be mounted.
  public var mountCount = 0
  /// Whether the next container gives it the files that its image has at the destination.
  public var needsCopyUp = true
  /// Whether that was begun and did not end.
  public var isCopyingUp = false
  /// Whether the files of an image are in it that nobody has yet been made the owner of.
  public var isCopiedUp = false
  /// Whether the next container gives it its user as the owner.
  public var needsOwner = true

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("mountCount", &mountCount, standard: 0)
    try object.member("needsCopyUp", &needsCopyUp, standard: true)
    try object.member("copyingUp", &isCopyingUp, standard: false)
    try object.member("copiedUp", &isCopiedUp, standard: false)
    try object.member("needsChown", &needsOwner, standard: true)
  }
}
