import Archive
import EngineConfig
import LinuxSystem

/// Where the files of a layer stand, for whoever packs them into an archive or looks for changes.
public enum LayerFiles: Equatable, Sendable {
  /// overlay: only what the layer changes, with overlayfs's whiteouts and opaque marks; and the folders
  /// of the layers below, the topmost first.
  case changes(folder: String, below: [String])
  /// vfs: everything; and the folder of the parent, likewise with everything.
  case whole(folder: String, parent: String?)
}

/// How an archive's deletions are written into a layer's folder.
public enum WhiteoutFormat: Equatable, Sendable {
  /// overlayfs's: a character device 0:0; `trusted.overlay.opaque` on a folder, or `user.overlay.opaque`
  /// in a user namespace.
  case overlay(isUserNamespace: Bool)
  /// Whiteouts of the archive delete what stands in the folder.
  case delete
}

extension Store {
  /// How deletions are written into the folders that `stageLayer` gives out.
  public var whiteoutFormat: WhiteoutFormat { driver.whiteoutFormat }

  /// Whether a layer can be staged before its parent is committed (overlay: several at once).
  public var stagesIndependently: Bool { driver.keepsChanges }

  /// The id of a layer that holds these contents: containers/image's rule, which all engines share.
  ///
  /// - Parameter diffDigest: `sha256:…` of the uncompressed archive.
  public static func layerID(parent: String?, diffDigest: String) -> String {
    let hex = diffDigest.hasPrefix("sha256:") ? String(diffDigest.dropFirst(7)) : diffDigest
    guard let parent else { return hex }
    return SHA256.value(of: Array("\(parent)+\(hex)".utf8)).hex
  }

  /// Every layer of this store and of the read-only ones.
  public func layers() throws -> Listing<StoredLayer> {
    try layerRecords.refresh()
    let (found, damaged) = layerRecords.all()
    var listing = Listing(
      items: found.filter { !$0.record.isIncomplete }
        .map { $0.record.stored(isVolatile: $0.file.isVolatile) },
      damaged: damaged)
    for store in readOnlyStores {
      try store.layers.refresh()
      let known = Set(listing.items.map(\.id))
      let (found, damaged) = store.layers.all()
      listing.items += found.filter { !known.contains($0.record.id) && !$0.record.isIncomplete }
        .map { $0.record.stored(isReadOnly: true) }
      listing.damaged += damaged
    }
    return listing
  }

  /// The layer with this id.
  public func layer(_ id: String) throws -> StoredLayer? {
    guard isObjectID(id) else { return nil }
    try layerRecords.refresh()
    return try recordedLayer(id)
  }

  /// The layer with this id as the records have it that were read last.
  func recordedLayer(_ id: String) throws -> StoredLayer? {
    if let found = try layerRecords.find(id: id) {
      if found.record.isIncomplete { return nil }
      return found.record.stored(isVolatile: found.file.isVolatile)
    }
    for store in readOnlyStores {
      try store.layers.refresh()
      if let found = try store.layers.find(id: id), !found.record.isIncomplete {
        return found.record.stored(isReadOnly: true)
      }
    }
    return nil
  }

  /// The layer with this id, if it and all below it have their files: a pull need not fetch it again.
  public func wholeLayer(_ id: String) throws -> StoredLayer? {
    guard let chain = try? chain(ofLayer: id) else { return nil }
    return chain.allSatisfy { driver.contains($0.id) } ? chain.first : nil
  }

  /// Layers with their files that were unpacked from an archive of this digest, compressed or not.
  public func layers(digest: String) throws -> [StoredLayer] {
    try layerRecords.refresh()
    let holds = { (record: LayerRecord) in
      !record.isIncomplete && (record.diffDigest == digest || record.compressedDigest == digest)
    }
    var layers = layerRecords.candidates(digest, where: holds)
      .map { $0.record.stored(isVolatile: $0.file.isVolatile) }
    for store in readOnlyStores {
      try store.layers.refresh()
      layers += store.layers.candidates(digest, where: holds)
        .map { $0.record.stored(isReadOnly: true) }
    }
    return layers.filter { driver.contains($0.id) }
  }

  /// A layer and all below it, the topmost first.
  public func chain(ofLayer id: String) throws -> [StoredLayer] {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    try layerRecords.refresh()
    var chain: [StoredLayer] = []
    var next: String? = id
    while let id = next {
      guard let layer = try recordedLayer(id) else { throw StorageError.noSuchLayer(id) }
      guard chain.count < 4096 else {
        throw StorageError.damaged(
          path: layerRecords.folder, reason: "layer \(id) stands on itself")
      }
      chain.append(layer)
      next = layer.parent
    }
    return chain
  }

  /// The file with a layer's tar-split data; nil where it has none.
  public func tarSplitPath(ofLayer id: String) throws -> String? {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    let places =
      [tarSplitFile(id)] + readOnlyStores.map { "\($0.layers.folder)/\(id).tar-split.gz" }
    return places.first(where: fileExists)
  }

  /// Where a layer's files stand.
  public func files(ofLayer id: String) throws -> LayerFiles {
    guard let layer = try layer(id) else { throw StorageError.noSuchLayer(id) }
    let folder = driver.filesPath(id)
    guard fileExists(folder) else {
      throw StorageError.damaged(path: folder, reason: "the files of layer \(id) are gone")
    }
    if driver.keepsChanges {
      return .changes(folder: folder, below: try driver.lowerPaths(id))
    }
    return .whole(folder: folder, parent: layer.parent.map(driver.filesPath))
  }

  // MARK: Making and removing

  /// A new folder for the files of a layer.
  ///
  /// - Parameter parent: needed only where layers are not independent.
  public func stageLayer(parent: String? = nil) throws -> StagedLayer {
    try (imagePlace ?? self).stageLayer(parent: parent, mappings: IDMappings())
  }

  func stageLayer(parent: String?, mappings: IDMappings) throws -> StagedLayer {
    if let parent, !isObjectID(parent) { throw StorageError.invalidID(parent) }
    let temporary = try TemporaryFolder(in: "\(driver.home)/\(temporaryFolderName)")
    let staged = try driver.stage(in: temporary.path, parent: parent, mappings: mappings)
    let beside = try TemporaryFolder(in: "\(layerRecords.folder)/tmp")
    return StagedLayer(
      temporary, layerPath: staged.layer, folder: staged.files, beside: beside)
  }

  /// Gives a staged folder up. Otherwise the next command does.
  public func discard(_ staged: StagedLayer) {
    for temporary in staged.temporaries { try? temporary.remove() }
  }

  /// Records layers whose folders are full, parents before their children, all together or none. One
  /// that the store has already stays as it is and its staged folder goes.
  @discardableResult
  public func commit(_ layers: [LayerCommit]) throws -> [StoredLayer] {
    if let imagePlace { return try imagePlace.commit(layers) }
    for layer in layers where !isObjectID(layer.id) { throw StorageError.invalidID(layer.id) }
    if options.overlay.syncsFileSystem || options.vfs.syncsFileSystem, !layers.isEmpty {
      let root = try openFile(options.graphRoot, [.readOnly, .directory])
      try root.lent.synchronizeFileSystem(subject: options.graphRoot)
    }
    let committed = try changingLayers { lock, _ in
      try layers.isEmpty ? [] : commitLocked(layers, lock)
    }
    for layer in layers { discard(layer.staged) }
    return committed
  }

  private func commitLocked(_ layers: [LayerCommit], _ lock: HeldLock) throws -> [StoredLayer] {
    try layerJournal.noting(layers.map { .adding($0.id) }) { try record(layers, lock) }
  }

  private func record(_ layers: [LayerCommit], _ lock: HeldLock) throws -> [StoredLayer] {
    var committed: [StoredLayer] = []
    let created = Timestamp.now().rfc3339
    for layer in layers {
      if let parent = layer.parent, try recordedLayer(parent) == nil {
        throw StorageError.noSuchLayer(parent)
      }
      if let known = try recordedLayer(layer.id), driver.contains(layer.id) {
        committed.append(known)
        continue
      }
      try layerRecords.remove(id: layer.id)
      if fileExists(layer.staged.tarSplitPath) {
        try renameFile(layer.staged.tarSplitPath, to: tarSplitFile(layer.id))
        FaultPoint.reach("tar-split data in place")
      }
      try driver.adopt(layer.staged.layerPath, as: layer.id, parent: layer.parent)
      let record = LayerRecord(
        id: layer.id, parent: layer.parent, contents: layer.contents, created: created)
      try layerRecords.append(record)
      committed.append(record.stored())
    }
    try saveLayers(layerRecords.files[0], durable: true, lock)
    return committed
  }

  private func hasOwnLayer(_ id: String) throws -> Bool {
    try layerRecords.refresh()
    return try layerRecords.find(id: id) != nil
  }

  /// Removes a layer on which nothing stands.
  public func deleteLayer(_ id: String) throws {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    if let imagePlace, try imagePlace.hasOwnLayer(id) { return try imagePlace.deleteLayer(id) }
    try changingLayers { lock, removals in
      try imageRecords.refresh()
      try containerRecords.refresh()
      guard try layerRecords.find(id: id) != nil else { throw StorageError.noSuchLayer(id) }
      guard needs(ofLayer: id).isEmpty else { throw StorageError.layerInUse(id) }
      try layerJournal.noting([.unneeded(id)]) { try drop(layer: id, lock, &removals) }
    }
  }
}
