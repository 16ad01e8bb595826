import LinuxSystem

extension Store {
  /// Every image of this store and of the read-only ones.
  public func images() throws -> Listing<StoredImage> {
    try imageRecords.refresh()
    let (found, damaged) = imageRecords.all()
    var listing = Listing(items: found.map { $0.record.stored() }, damaged: damaged)
    for store in readOnlyStores {
      try store.images.refresh()
      let known = Set(listing.items.map(\.id))
      let (found, damaged) = store.images.all()
      listing.items += found.filter { !known.contains($0.record.id) }
        .map { $0.record.stored(isReadOnly: !store.isOurs) }
      listing.damaged += damaged
    }
    return listing
  }

  /// The image with this id, this name as it is recorded, or the only one whose id begins so.
  ///
  /// - Throws: `StorageError.ambiguousID`; `.damaged` where its record cannot be read.
  public func image(_ nameOrID: String) throws -> StoredImage? {
    try imageRecords.refresh()
    if let found = try imageRecords.find(nameOrID) { return found.record.stored() }
    for store in readOnlyStores {
      try store.images.refresh()
      if let found = try store.images.find(nameOrID) {
        return found.record.stored(isReadOnly: !store.isOurs)
      }
    }
    return nil
  }

  /// The image that has exactly this name, as it is recorded. Only its own record is parsed.
  public func image(named name: String) throws -> StoredImage? {
    try imageRecords.refresh()
    if let found = imageRecords.find(name: name) { return found.record.stored() }
    for store in readOnlyStores {
      try store.images.refresh()
      if let found = store.images.find(name: name) {
        return found.record.stored(isReadOnly: !store.isOurs)
      }
    }
    return nil
  }

  /// The images that can be found by this digest of a manifest, `sha256:…`.
  public func images(digest: String) throws -> [StoredImage] {
    try imageRecords.refresh()
    var images = imageRecords.candidates(digest) { $0.stored().digests.contains(digest) }
      .map { $0.record.stored() }
    for store in readOnlyStores {
      try store.images.refresh()
      images += store.images.candidates(digest) { $0.stored().digests.contains(digest) }
        .map { $0.record.stored(isReadOnly: !store.isOurs) }
    }
    return images
  }

  /// The bytes of an image: of its layers as they were unpacked and of the files kept with it.
  public func size(ofImage id: String) throws -> Int64 {
    guard let image = try image(id) else { throw StorageError.noSuchImage(id) }
    var size = image.data.reduce(Int64(0)) { $0 &+ ($1.size ?? 0) }
    guard let top = image.topLayer else { return size }
    for layer in try chain(ofLayer: top) { size &+= try self.size(of: layer) }
    return size
  }

  /// The bytes of a layer as it was unpacked; of its files where it never was.
  public func size(of layer: StoredLayer) throws -> Int64 {
    if let size = layer.contents?.diffSize, size >= 0 { return size }
    return try TreeSize(of: driver.filesPath(layer.id)).contents
  }

  /// The blocks of a layer on the disk, as du(1) counts them.
  public func diskUsage(of layer: StoredLayer) throws -> Int64 {
    try TreeSize(of: driver.filesPath(layer.id)).allocated
  }

  /// Removes an image and those of its layers that nothing else needs.
  ///
  /// - Returns: the ids of the layers that went, the topmost first.
  /// - Throws: `StorageError.imageInUse` while a container stands on it.
  @discardableResult
  public func deleteImage(_ id: String) throws -> [String] {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    if let place = try imagePlace(ofImage: id) { return try place.deleteImage(id) }
    return try changingLayers { lock, removals in
      try imageRecords.lockFile.withLock(.exclusive) { imageLock in
        try imageRecords.refresh()
        try recoverImages()
        try containerRecords.refresh()
        guard let image = try imageRecords.find(id: id) else { throw noOwnImage(id) }
        let users = containerRecords.candidates(id) { $0.image == id }.map(\.record.id)
        guard users.isEmpty else { throw StorageError.imageInUse(id, containers: users) }

        try imageRecords.remove(id: id)
        let layers = try unneededLayers(of: image.record)
        try imageJournal.noting([.adding(id)]) {
          try layerJournal.noting(layers.map { .unneeded($0) }) {
            try imageLock.recordWrite()
            try image.file.save(durable: true)
            try dropAll(layers, lock, &removals)
          }
          try removeTree("\(imageRecords.folder)/\(id)")
        }
        return layers
      }
    }
  }

  /// `imagestore`, where it has the image.
  func imagePlace(ofImage id: String) throws -> Store? {
    guard let imagePlace else { return nil }
    try imagePlace.imageRecords.refresh()
    return try imagePlace.imageRecords.find(id: id) == nil ? nil : imagePlace
  }

  /// Why an image cannot be changed that is not among our own.
  func noOwnImage(_ id: String) -> StorageError {
    let other = readOnlyStores.contains { (try? $0.images.find(id: id)) ?? nil != nil }
    return other ? .readOnly(id) : .noSuchImage(id)
  }

  /// The layers that go with an image whose record is gone already: from its top down to the first that
  /// something else needs.
  private func unneededLayers(of image: ImageRecord) throws -> [String] {
    var going = (image.mappedTopLayers ?? []).filter {
      isObjectID($0) && needs(ofLayer: $0).isEmpty
    }
    var next = image.topLayer
    while let id = next, isObjectID(id), !going.contains(id) {
      let users = needs(ofLayer: id).filter { !going.contains($0) }
      guard users.isEmpty, let found = try layerRecords.find(id: id) else { break }
      going.append(id)
      next = found.record.parent
    }
    return going
  }

  /// Removes several layers with one change of the records.
  private func dropAll(
    _ layers: [String], _ lock: HeldLock, _ removals: inout [String]
  ) throws {
    for id in layers { try layerRecords.remove(id: id) }
    if !layers.isEmpty { try saveLayers(layerRecords.files[0], durable: true, lock) }
    for id in layers { try dropFiles(ofLayer: id, &removals) }
  }
}
