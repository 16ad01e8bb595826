import JSON

/// An image as images.json has it. What this version does not know stays as it is.
struct ImageRecord: StoreRecord {
  var id = ""
  var digest: String?
  var names: [String]?
  var nameHistory: [String]?
  var topLayer: String?
  var mappedTopLayers: [String]?
  var metadata: String?
  var dataNames: [String]?
  var dataSizes: [String: Int64]?
  var dataDigests: [String: String]?
  var created: String?
  var others: [JSONTree.Member] = []

  static var blank: ImageRecord { ImageRecord() }

  mutating func members(_ object: inout JSONMembers) throws(JSONError) {
    try object.member("id", &id)
    try object.member("digest", &digest)
    try object.member("names", &names)
    try object.member("names-history", &nameHistory)
    try object.member("layer", &topLayer)
    try object.member("mapped-layers", &mappedTopLayers)
    try object.member("metadata", &metadata)
    try object.member("big-data-names", &dataNames)
    try object.member("big-data-sizes", &dataSizes)
    try object.member("big-data-digests", &dataDigests)
    try object.member("created", &created)
    try object.others(&others)
  }

  func stored(isReadOnly: Bool = false) -> StoredImage {
    StoredImage(
      id: id, digest: digest, names: names ?? [], nameHistory: nameHistory ?? [],
      topLayer: topLayer, mappedTopLayers: mappedTopLayers ?? [], metadata: metadata,
      data: storedData(dataNames, dataSizes, dataDigests), created: created ?? zeroTime,
      isReadOnly: isReadOnly)
  }

  /// Gives the image names; what is new of them stands first in the history.
  mutating func setNames(_ new: [String]) {
    var unique: [String] = []
    for name in new where !unique.contains(name) { unique.append(name) }
    names = unique.isEmpty ? nil : unique
    var history = nameHistory ?? []
    for name in unique.reversed() {
      history.removeAll { $0 == name }
      history.insert(name, at: 0)
    }
    nameHistory = history.isEmpty ? nil : history
  }

  /// Notes a file that is kept with the image.
  mutating func noteData(_ name: String, size: Int64, digest: String) {
    if !(dataNames ?? []).contains(name) { dataNames = (dataNames ?? []) + [name] }
    dataSizes = (dataSizes ?? [:]).merging([name: size]) { $1 }
    dataDigests = (dataDigests ?? [:]).merging([name: digest]) { $1 }
  }
}

func storedData(
  _ names: [String]?, _ sizes: [String: Int64]?, _ digests: [String: String]?
) -> [StoredData] {
  (names ?? []).map { StoredData(name: $0, size: sizes?[$0], digest: digests?[$0]) }
}
