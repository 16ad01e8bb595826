import Archive
import LinuxSystem

/// An image that is about to come into the store.
public struct NewImage: Sendable {
  /// The digest of its configuration, without `sha256:`.
  public var id: String
  public var names: [String]
  /// The manifest's digest, `sha256:…`.
  public var digest: String?
  public var topLayer: String?
  /// JSON that other engines read: `{"signatures-sizes":{…}}`.
  public var metadata: String
  /// Files to keep: at least `manifest`, `manifest-<digest>` and the configuration under its digest.
  public var data: [(name: String, contents: [UInt8])]
  /// RFC 3339 time that is recorded as the image's; nil for now. Engines give the configuration's.
  public var created: String?

  public init(
    id: String, names: [String], digest: String?, topLayer: String?, metadata: String = "",
    data: [(name: String, contents: [UInt8])], created: String? = nil
  ) {
    self.id = id
    self.names = names
    self.digest = digest
    self.topLayer = topLayer
    self.metadata = metadata
    self.data = data
    self.created = created
  }
}

extension Store {
  /// One of the files that are kept with an image.
  public func data(_ name: String, ofImage id: String) throws -> [UInt8] {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    let folders = [imageRecords.folder] + readOnlyStores.map(\.images.folder)
    for folder in folders {
      let path = "\(folder)/\(id)/\(dataFileName(name))"
      if fileExists(path) { return try readRegularFile(path, limit: 64 << 20) }
    }
    throw StorageError.noSuchData(object: id, name: name)
  }

  /// Puts an image into the store, whole or not at all. One of the same id stays, gets what it lacks of the
  /// names and the data, and the names that had another owner move to it.
  @discardableResult
  public func createImage(_ new: NewImage) throws -> StoredImage {
    guard isObjectID(new.id) else { throw StorageError.invalidID(new.id) }
    // One that stands here already stays here.
    try imageRecords.refresh()
    if let imagePlace, try imageRecords.find(id: new.id) == nil {
      let made = try imagePlace.createImage(new)
      try giveUp(names: new.names)
      return made
    }
    return try changingImages { save in
      if let top = new.topLayer {
        try layerRecords.refresh()
        guard try recordedLayer(top) != nil else { throw StorageError.noSuchLayer(top) }
      }
      let known = try imageRecords.find(id: new.id)
      return try imageJournal.noting(known == nil ? [.adding(new.id)] : []) {
        try write(new, over: known, save)
      }
    }
  }

  private func write(
    _ new: NewImage, over known: RecordSet<ImageRecord>.Found?, _ save: () throws -> Void
  ) throws -> StoredImage {
    var record = known?.record ?? ImageRecord()
    record.id = new.id
    record.digest = new.digest ?? record.digest
    record.topLayer = new.topLayer ?? record.topLayer
    record.created = record.created ?? new.created ?? Timestamp.now().rfc3339
    if !new.metadata.isEmpty { record.metadata = new.metadata }
    let folder = "\(imageRecords.folder)/\(new.id)"
    try makeDirectories(folder, mode: 0o700)
    for (name, contents) in new.data {
      try writeData(name, contents, in: folder)
      let digest = SHA256.value(of: contents).description
      record.noteData(name, size: Int64(contents.count), digest: digest)
    }
    let names = (record.names ?? []) + new.names
    if let known {
      try imageRecords.replace(known, with: record)
    } else {
      try imageRecords.append(record)
    }
    record = try giveNames(names, to: new.id) ?? record
    try save()
    return record.stored()
  }

  /// Keeps a file with an image, in the place of one of the same name.
  public func setData(_ name: String, _ contents: [UInt8], ofImage id: String) throws {
    if let place = try imagePlace(ofImage: id) {
      return try place.setData(name, contents, ofImage: id)
    }
    try changingImages { save in
      guard let found = try imageRecords.find(id: id) else { throw noOwnImage(id) }
      let folder = "\(imageRecords.folder)/\(id)"
      try makeDirectories(folder, mode: 0o700)
      try writeData(name, contents, in: folder)
      var record = found.record
      record.noteData(
        name, size: Int64(contents.count), digest: SHA256.value(of: contents).description)
      try imageRecords.replace(found, with: record)
      try save()
    }
  }

  /// Replaces what other engines read of an image: `{"signatures-sizes":{…}}`.
  public func setMetadata(_ metadata: String, ofImage id: String) throws {
    if let place = try imagePlace(ofImage: id) {
      return try place.setMetadata(metadata, ofImage: id)
    }
    try changingImages { save in
      guard let found = try imageRecords.find(id: id) else { throw noOwnImage(id) }
      var record = found.record
      record.metadata = metadata
      try imageRecords.replace(found, with: record)
      try save()
    }
  }

  // MARK: Names

  /// Gives an image exactly these names; each is taken from the image that had it.
  public func setNames(_ names: [String], ofImage id: String) throws {
    try changeNames(ofImage: id) { _ in names }
  }

  /// Gives an image names beside those that it has; each is taken from the image that had it.
  public func addNames(_ names: [String], toImage id: String) throws {
    try changeNames(ofImage: id) { names + $0 }
  }

  /// Takes names from an image; a name that it does not have is passed over.
  public func removeNames(_ names: [String], fromImage id: String) throws {
    try changeNames(ofImage: id) { $0.filter { !names.contains($0) } }
  }

  private func changeNames(
    ofImage id: String, _ change: ([String]) -> [String]
  ) throws {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    if let place = try imagePlace(ofImage: id) {
      try place.changeNames(ofImage: id, change)
      return try giveUp(names: try place.image(id)?.names ?? [])
    }
    try changingImages { save in
      guard let found = try imageRecords.find(id: id) else { throw noOwnImage(id) }
      let old = found.record.names ?? []
      let new = change(old)
      if new == old { return }
      _ = try giveNames(new, to: id)
      try save()
    }
  }

  /// Takes names that an image of `imagestore` has got from those that stand here.
  private func giveUp(names: [String]) throws {
    try imageRecords.refresh()
    for name in names {
      if let found = imageRecords.find(name: name) {
        try removeNames([name], fromImage: found.record.id)
      }
    }
  }

  /// Sets the names of an image in memory, and takes them from those that had them.
  private func giveNames(_ names: [String], to id: String) throws -> ImageRecord? {
    for name in names {
      for other in imageRecords.candidates(name, where: { $0.names?.contains(name) ?? false })
      where other.record.id != id {
        var record = other.record
        let left = (record.names ?? []).filter { $0 != name }
        record.names = left.isEmpty ? nil : left
        try imageRecords.replace(other, with: record)
      }
    }
    guard let found = try imageRecords.find(id: id) else { return nil }
    var record = found.record
    record.setNames(names)
    try imageRecords.replace(found, with: record)
    return record
  }

  // MARK: Files

  var imageJournal: Journal { Journal(folder: imageRecords.folder) }

  /// Changes images with their lock held, and that of the layers against their removal.
  ///
  /// - Parameter body: gets what writes the changed records.
  private func changingImages<Result>(_ body: (() throws -> Void) throws -> Result) throws -> Result
  {
    try layerRecords.lockFile.withLock(.shared) { _ in
      try imageRecords.lockFile.withLock(.exclusive) { lock in
        try imageRecords.refresh()
        try recoverImages()
        return try body {
          try lock.recordWrite()
          try imageRecords.files[0].save(durable: true)
        }
      }
    }
  }

  /// Removes the files of images that were not recorded, or not any more, when their maker was killed.
  func recoverImages() throws {
    guard let entries = try imageJournal.unfinished() else { return }
    for case .adding(let id) in entries where try imageRecords.find(id: id) == nil {
      try removeTree("\(imageRecords.folder)/\(id)")
    }
    try imageJournal.clear()
  }

  private func writeData(_ name: String, _ contents: [UInt8], in folder: String) throws {
    let directory = try openFile(folder, [.readOnly, .directory])
    let file = dataFileName(name)
    let beside = ".tmp-\(file.prefix(200))"
    let descriptor = try directory.lent.open(
      beside, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
    try descriptor.lent.writeAll(contents, subject: file)
    try descriptor.lent.synchronize(subject: file)
    try renameFile("\(folder)/\(beside)", to: "\(folder)/\(file)")
    FaultPoint.reach("image data written")
  }
}

/// The file in which an item of data is kept: its name, where that is plain, else in Base64.
func dataFileName(_ name: String) -> String {
  let isPlain = name.utf8.allSatisfy {
    $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
  }
  return isPlain && name != "." && name != ".." ? name : "=" + base64(Array(name.utf8))
}

func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var bits = 0
    for index in 0..<3 { bits = bits << 8 | (index < group.count ? Int(group[start + index]) : 0) }
    for index in 0..<4 {
      text.append(
        index <= group.count ? digits[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
