import LinuxSystem

extension Store {
  /// Puts right what a holder of the lock of the layers has left when it was killed: what our own journal
  /// names, and layers that carry containers/storage's mark for being unfinished.
  func recover(_ lock: HeldLock, _ removals: inout [String]) throws {
    if let entries = try layerJournal.unfinished() {
      try imageRecords.refresh()
      try containerRecords.refresh()
      for entry in entries {
        switch entry {
        case .adding(let id):
          if try layerRecords.find(id: id) == nil { try dropFiles(ofLayer: id, &removals) }
        case .unneeded(let id):
          if needs(ofLayer: id).isEmpty { try drop(layer: id, lock, &removals) }
        }
      }
      try layerJournal.clear()
    }
    let incomplete = layerRecords.candidates("incomplete") { $0.isIncomplete }
    for found in incomplete { try drop(layer: found.record.id, lock, &removals) }
  }

  /// The ids of what needs a layer: layers above it, images and containers.
  func needs(ofLayer id: String) -> [String] {
    layerRecords.candidates(id) { $0.parent == id }.map(\.record.id)
      + readOnlyStores.flatMap { store in
        (try? store.layers.refresh()) == nil
          ? [] : store.layers.candidates(id) { $0.parent == id }.map(\.record.id)
      }
      + imageRecords.candidates(id) {
        $0.topLayer == id || ($0.mappedTopLayers?.contains(id) ?? false)
      }.map(\.record.id)
      + containerRecords.candidates(id) { $0.layer == id }.map(\.record.id)
  }

  /// Takes the record of a layer away, then its files. The lock of the layers is held.
  func drop(
    layer id: String, durable: Bool = true, _ lock: HeldLock, _ removals: inout [String]
  ) throws {
    try unmountForRemoval(id)
    if let file = try layerRecords.remove(id: id) {
      try saveLayers(file, durable: durable, lock)
    }
    try dropFiles(ofLayer: id, &removals)
  }

  func dropFiles(ofLayer id: String, _ removals: inout [String]) throws {
    if fileExists("\(driver.home)/\(driver.folderName(id))") {
      removals.append(try driver.detach(id))
    }
    try removeFileIfPresent(tarSplitFile(id))
    // Items of data that containers/storage keeps with a layer.
    try removeTree("\(layerRecords.folder)/\(id)")
  }

  func tarSplitFile(_ id: String) -> String { "\(layerRecords.folder)/\(id).tar-split.gz" }

  /// Forgets that a layer is mounted, and takes the mount away. The lock of the layers is held.
  private func unmountForRemoval(_ id: String) throws {
    try mountCounts.refresh()
    guard mountCounts.entry(id) != nil else { return }
    try mountCounts.lockFile.withLock(.exclusive) { lock in
      try mountCounts.refresh()
      guard let entry = mountCounts.entry(id) else { return }
      try driver.unmount(id, at: entry.path)
      try mountCounts.set(id, path: "", count: 0, lock)
    }
  }
}
