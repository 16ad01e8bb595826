import EngineConfig
import LinuxSystem

extension Store {
  /// The layer with all files of an image, their owners changed for a user namespace: for where no mount
  /// can do it. It is made once for each namespace and noted with the image. No lock is held meanwhile.
  func mappedLayer(ofImage id: String, _ mappings: IDMappings) throws -> String {
    guard let image = try image(id), let top = image.topLayer else {
      throw StorageError.noSuchImage(id)
    }
    if let known = try knownMappedLayer(image, mappings) { return known }
    if let place = try imagePlace(ofImage: id) {
      return try place.mappedLayer(ofImage: id, mappings)
    }

    let source = try mount(image: image.id)
    defer { _ = try? unmount(image: image.id) }
    let staged = try stageLayer(parent: nil, mappings: IDMappings())
    var copy = TreeCopy(
      ignoresOwnerErrors: options.overlay.ignoresOwnerErrors, mappings: mappings)
    try copy.copyContents(of: source, to: staged.folder)
    let layer = try makeObjectID()
    let made = try changingLayers { lock, _ in
      try imageRecords.lockFile.withLock(.exclusive) { imageLock in
        try imageRecords.refresh()
        guard let found = try imageRecords.find(id: image.id), found.record.topLayer == top else {
          throw noOwnImage(image.id)
        }
        // Another process may have been faster.
        if let known = try knownMappedLayer(found.record.stored(), mappings) { return known }
        return try layerJournal.noting([.unneeded(layer)]) {
          try driver.adopt(staged.layerPath, as: layer, parent: nil)
          var record = LayerRecord(
            id: layer, parent: nil, contents: nil, created: Timestamp.now().rfc3339)
          record.setMappings(mappings)
          try layerRecords.append(record)
          try saveLayers(layerRecords.files[0], durable: true, lock)
          var changed = found.record
          changed.mappedTopLayers = (changed.mappedTopLayers ?? []) + [layer]
          try imageRecords.replace(found, with: changed)
          try imageLock.recordWrite()
          try found.file.save(durable: true)
          return layer
        }
      }
    }
    discard(staged)
    return made
  }

  private func knownMappedLayer(
    _ image: StoredImage, _ mappings: IDMappings
  ) throws -> String? {
    try image.mappedTopLayers.first { id in
      guard isObjectID(id), let layer = try recordedLayer(id) else { return false }
      return layer.mappings == mappings && driver.contains(id)
    }
  }
}
