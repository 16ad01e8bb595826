import LinuxSystem

extension Store {
  /// Mends what `check` found: what belongs to nobody is removed, and images that are damaged, which can be
  /// pulled again.
  ///
  /// - Parameter removesContainers: also remove containers that are damaged or stand on a damaged image;
  ///   what they wrote is lost.
  public func repair(_ findings: [StoreFinding], removesContainers: Bool) throws -> StoreRepair {
    var repair = StoreRepair()
    try removeUnreadableRecords(findings)
    let own = findings.filter { !$0.isReadOnly }
    var images: Set<String> = []
    var layers: Set<String> = []
    for finding in own {
      switch (finding.object, finding.problem) {
      case (.container(let id), .imageMissing):
        // It can still be used, and its files be saved.
        _ = id
      case (.container(let id), _):
        if removesContainers, (try? deleteContainer(id)) != nil { repair.containers.append(id) }
      case (.image(let id), _): images.insert(id)
      case (.layer(let id), _): layers.insert(id)
      case (.path, _): break
      }
    }
    for id in images.sorted() {
      if removesContainers {
        for container in try containers(ofImage: id) {
          try deleteContainer(container)
          repair.containers.append(container)
        }
      }
      guard try image(id) != nil, let gone = try? deleteImage(id) else { continue }
      repair.images.append(id)
      repair.layers += gone
    }
    repair.layers += try removeUnneeded(layers)
    for case .path(let path) in own.filter({ $0.problem == .unrecorded }).map(\.object) {
      if try removeStray(path) { repair.paths.append(path) }
    }
    return repair
  }

  /// Takes records away that cannot be read, and what stands behind a place where a file is cut off. The
  /// file as it was stays beside, under a name that ends in `.damaged`.
  private func removeUnreadableRecords(_ findings: [StoreFinding]) throws {
    let isNeeded = findings.contains { finding in
      if case .unreadable = finding.problem { return !finding.isReadOnly }
      return false
    }
    guard isNeeded else { return }
    try layerRecords.lockFile.withLock(.exclusive) { lock in try layerRecords.salvage(lock) }
    try imageRecords.lockFile.withLock(.exclusive) { lock in try imageRecords.salvage(lock) }
    try containerRecords.lockFile.withLock(.exclusive) { lock in
      try containerRecords.salvage(lock)
    }
  }

  /// Removes damaged layers that nothing needs, from the topmost down.
  private func removeUnneeded(_ layers: Set<String>) throws -> [String] {
    var left = layers
    var gone: [String] = []
    while let id = try left.first(where: { id in
      try layerRecords.refresh()
      try imageRecords.refresh()
      try containerRecords.refresh()
      return needs(ofLayer: id).isEmpty
    }) {
      left.remove(id)
      guard try layerRecords.find(id: id) != nil else { continue }
      try deleteLayer(id)
      gone.append(id)
    }
    return gone
  }

  /// Removes a file or folder that no record names, if that is still so under the lock.
  private func removeStray(_ path: String) throws -> Bool {
    let name = path.pathComponents.last.map(String.init) ?? ""
    let id = String(name.prefix(64))
    guard isObjectID(id) else { return false }
    return try changingLayers { _, removals in
      try imageRecords.refresh()
      try containerRecords.refresh()
      let isRecorded =
        try layerRecords.find(id: id) != nil || imageRecords.find(id: id) != nil
        || containerRecords.find(id: id) != nil
      if isRecorded { return false }
      if path.hasPrefix(driver.home + "/") {
        removals.append(try driver.detach(id))
      } else {
        removals.append(path)
      }
      return true
    }
  }
}

extension RecordSet {
  /// Writes the file anew with the records that can be read. The lock is held.
  fileprivate func salvage(_ lock: HeldLock) throws {
    try refresh()
    let (_, damaged) = all()
    for file in files where damaged.contains(where: { $0.path == file.path }) {
      let folder = try openFile(file.folder, [.readOnly, .directory])
      try folder.lent.replaceFile(
        file.name + ".damaged", contents: file.text.bytes, mode: 0o600, durable: true)
      file.keep { index in
        if case .success = decode(file, index) { return true }
        return false
      }
      try lock.recordWrite()
      try file.save(durable: true)
    }
  }
}
