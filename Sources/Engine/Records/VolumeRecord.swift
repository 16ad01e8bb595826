public import JSON

/// A volume: a folder, or something that is mounted, that outlives containers.
public struct VolumeRecord: JSONObject, Equatable, Sendable {
  public var name = ""
  /// `local`, `image`, or a plugin's name.
  public var driver = "local"
  /// Nanoseconds since 1970.
  public var created: Int64 = 0
  public var labels: [String: String] = [:]
  /// `type`, `device`, `o`, `size`, `inodes`, `nocopy`, `noquota`…
  public var options: [String: String] = [:]
  /// Whether it was made for a container alone and goes with it.
  public var isAnonymous = false
  public var uid: UInt32?
  public var gid: UInt32?

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("name", &name)
    try object.member("driver", &driver, standard: "local")
    try object.member("created", &created)
    try object.member("labels", &labels, standard: [:])
    try object.member("options", &options, standard: [:])
    try object.member("anonymous", &isAnonymous, standard: false)
    try object.member("uid", &uid)
    try object.member("gid", &gid)
  }
}

/// What became of a volume.
public struct VolumeState: JSONObject, Equatable, Sendable {
  /// Whether the first container that uses it still has to give it the image's files and owner.
  public var needsContents = true
  /// The containers for which it is mounted, where it has to be mounted.
  public var mountedFor: [String] = []
  /// The boot in which that is so.
  public var bootID: String?

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("needsContents", &needsContents, standard: true)
    try object.member("mountedFor", &mountedFor, standard: [])
    try object.member("bootID", &bootID)
  }
}
