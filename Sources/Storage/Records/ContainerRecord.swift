import JSON

/// A container as containers.json has it. What this version does not know stays as it is.
struct ContainerRecord: StoreRecord {
  var id = ""
  var names: [String]?
  /// Empty where the container has no image.
  var image = ""
  var layer = ""
  var metadata: String?
  var dataNames: [String]?
  var dataSizes: [String: Int64]?
  var dataDigests: [String: String]?
  var created: String?
  var userMap: [IDMap]?
  var groupMap: [IDMap]?
  var flags: JSONTree?
  var others: [JSONTree.Member] = []

  static var blank: ContainerRecord { ContainerRecord() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("names", &names)
    try object.member("image", &image)
    try object.member("layer", &layer)
    try object.member("metadata", &metadata)
    try object.member("big-data-names", &dataNames)
    try object.member("big-data-sizes", &dataSizes)
    try object.member("big-data-digests", &dataDigests)
    try object.member("created", &created)
    try object.member("uidmap", &userMap)
    try object.member("gidmap", &groupMap)
    try object.member("flags", &flags)
    try object.others(&others)
  }

  func stored(isVolatile: Bool) -> StoredContainer {
    StoredContainer(
      id: id, names: names ?? [], image: image.isEmpty ? nil : image, layer: layer,
      metadata: metadata, data: storedData(dataNames, dataSizes, dataDigests),
      created: created ?? zeroTime,
      mappings: IDMappings(users: userMap ?? [], groups: groupMap ?? []),
      mountLabel: flags?["MountLabel"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      processLabel: flags?["ProcessLabel"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      isVolatile: isVolatile || flags?["Volatile"] == .bool(true))
  }
}
