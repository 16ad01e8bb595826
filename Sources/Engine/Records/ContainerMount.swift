public import JSON

/// Something that is mounted into a container beside the usual file systems.
public struct ContainerMount: JSONObject, Equatable, Sendable {
  /// What it is.
  public enum Kind: String, JSONValue, CaseIterable, Sendable {
    /// A file or folder of the host.
    case bind
    /// A volume: named, or made for this container.
    case volume
    case tmpfs
    case ramfs
    case devpts
    /// The files of an image.
    case image
    /// All files of the host that a pattern matches, each below the destination.
    case glob
    /// The blobs of an artifact.
    case artifact
  }

  public var kind = Kind.bind
  /// A path of the host, a volume's name, an image; empty for a volume that is to be made.
  public var source = ""
  /// Where, inside the container.
  public var destination = ""
  /// Options of the mount that the kernel and the runtime know: `ro`, `noexec`, `size=1m`…
  public var options: [String] = []
  /// A part of the source, as a relative path.
  public var subpath: String?
  /// Whether a volume was made for this container alone and goes with it.
  public var isAnonymous = false
  /// Whether an empty volume gets the files that the image has at the destination.
  public var copiesUp = true
  /// Whether the source is given to the container's user (`:U`).
  public var changesOwner = false
  /// Whether changes go to an upper folder of their own (`:O`).
  public var isOverlay = false
  /// Where that overlay keeps its changes, where they are to stay.
  public var upperFolder: String?
  public var workFolder: String?
  /// `z` or `Z`: relabel for SELinux.
  public var relabel: String?
  /// The mapping of an ID-mapped mount: `idmap`, with or without `uids=…;gids=…`.
  public var idMap: String?
  /// `NAME=VALUE` for the driver of a volume that is made.
  public var volumeOptions: [String] = []
  /// Whether the tmpfs starts with what the image has there.
  public var copiesImageUp = false

  public init() {}
  public init(_ kind: Kind, source: String = "", destination: String, options: [String] = []) {
    self.kind = kind
    self.source = source
    self.destination = destination
    self.options = options
  }
  public static var blank: Self { Self() }

  /// Whether changes go to an upper folder: those to an image never reach it.
  var usesOverlay: Bool {
    isOverlay || kind == .image && options.last { $0 == "ro" || $0 == "rw" } == "rw"
  }
  /// Whether nothing can be written through it.
  public var isReadOnly: Bool { options.last { $0 == "ro" || $0 == "rw" } == "ro" }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("kind", &kind)
    try object.member("source", &source, standard: "")
    try object.member("destination", &destination)
    try object.member("options", &options, standard: [])
    try object.member("subpath", &subpath)
    try object.member("anonymous", &isAnonymous, standard: false)
    try object.member("copyUp", &copiesUp, standard: true)
    try object.member("chown", &changesOwner, standard: false)
    try object.member("overlay", &isOverlay, standard: false)
    try object.member("upperDir", &upperFolder)
    try object.member("workDir", &workFolder)
    try object.member("relabel", &relabel)
    try object.member("idmap", &idMap)
    try object.member("volumeOptions", &volumeOptions, standard: [])
    try object.member("tmpcopyup", &copiesImageUp, standard: false)
  }
}

/// A secret that a container gets.
public struct ContainerSecret: JSONObject, Equatable, Sendable {
  /// Its name or id as asked for.
  public var source = ""
  /// The secret's id.
  public var id = ""
  /// A file's path, or a variable's name where `isVariable`.
  public var target = ""
  public var isVariable = false
  public var uid: UInt32 = 0
  public var gid: UInt32 = 0
  public var mode: UInt32 = 0o444

  public init() {}
  public static var blank: Self { Self() }

  public mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("source", &source)
    try object.member("id", &id)
    try object.member("target", &target)
    try object.member("variable", &isVariable, standard: false)
    try object.member("uid", &uid, standard: 0)
    try object.member("gid", &gid, standard: 0)
    try object.member("mode", &mode, standard: 0o444)
  }
}
