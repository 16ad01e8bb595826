import JSON

/// A layer as layers.json has it. What this version does not know stays as it is.
struct LayerRecord: StoreRecord {
  var id = ""
  var names: [String]?
  var parent: String?
  var metadata: String?
  var mountLabel: String?
  var created: String?
  var compressedDigest: String?
  var compressedSize: Int64?
  var diffDigest: String?
  var diffSize: Int64?
  var compression: Int?
  var users: [UInt32]?
  var groups: [UInt32]?
  var flags: JSONTree?
  var userMap: [IDMap]?
  var groupMap: [IDMap]?
  var others: [JSONTree.Member] = []

  static var blank: LayerRecord { LayerRecord() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("names", &names)
    try object.member("parent", &parent)
    try object.member("metadata", &metadata)
    try object.member("mountlabel", &mountLabel)
    try object.member("created", &created)
    try object.member("compressed-diff-digest", &compressedDigest)
    try object.member("compressed-size", &compressedSize)
    try object.member("diff-digest", &diffDigest)
    try object.member("diff-size", &diffSize)
    try object.member("compression", &compression)
    try object.member("uidset", &users)
    try object.member("gidset", &groups)
    try object.member("flags", &flags)
    try object.member("uidmap", &userMap)
    try object.member("gidmap", &groupMap)
    try object.others(&others)
  }

  /// Whether whoever makes the layer has not finished, or was killed.
  var isIncomplete: Bool { flags?["incomplete"] == .bool(true) }

  var mappings: IDMappings { IDMappings(users: userMap ?? [], groups: groupMap ?? []) }

  mutating func setMappings(_ mappings: IDMappings) {
    userMap = mappings.users.isEmpty ? nil : mappings.users
    groupMap = mappings.groups.isEmpty ? nil : mappings.groups
  }

  func stored(isReadOnly: Bool = false, isVolatile: Bool = false) -> StoredLayer {
    StoredLayer(
      id: id, names: names ?? [], parent: parent, created: created ?? zeroTime,
      mountLabel: mountLabel, contents: contents,
      mappings: mappings,
      isReadOnly: isReadOnly, isVolatile: isVolatile)
  }

  private var contents: LayerContents? {
    guard let diffDigest else { return nil }
    return LayerContents(
      compressedDigest: compressedDigest, compressedSize: compressedSize,
      compression: compression.flatMap(LayerCompression.init) ?? .none, diffDigest: diffDigest,
      diffSize: diffSize ?? 0, users: users ?? [], groups: groups ?? [])
  }
}

extension LayerRecord {
  /// The record of a new layer.
  init(id: String, parent: String?, contents: LayerContents?, created: String) {
    self.id = id
    self.parent = parent
    self.created = created
    guard let contents else { return }
    compressedDigest = contents.compressedDigest
    compressedSize = contents.compressedSize
    diffDigest = contents.diffDigest
    diffSize = contents.diffSize
    compression = contents.compression == .none ? nil : contents.compression.rawValue
    users = contents.users.isEmpty ? nil : contents.users
    groups = contents.groups.isEmpty ? nil : contents.groups
  }
}

/// What Go writes for a time that nobody set.
let zeroTime = "0001-01-01T00:00:00Z"
