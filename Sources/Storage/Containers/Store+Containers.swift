import EngineConfig
import JSON
import LinuxSystem

extension Store {
  /// Every container of the store, those of other engines too.
  public func containers() throws -> Listing<StoredContainer> {
    try containerRecords.refresh()
    let (found, damaged) = containerRecords.all()
    return Listing(
      items: found.map { $0.record.stored(isVolatile: $0.file.isVolatile) }, damaged: damaged)
  }

  /// The container with this id, this name, or the only one whose id begins so.
  ///
  /// - Throws: `StorageError.ambiguousID`; `.damaged` where its record cannot be read.
  public func container(_ nameOrID: String) throws -> StoredContainer? {
    try containerRecords.refresh()
    guard let found = try containerRecords.find(nameOrID) else { return nil }
    return found.record.stored(isVolatile: found.file.isVolatile)
  }

  /// The ids of the containers that stand on an image.
  public func containers(ofImage id: String) throws -> [String] {
    try containerRecords.refresh()
    return containerRecords.candidates(id) { $0.image == id }.map(\.record.id)
  }

  /// The folder of a container's own files that outlives a reboot: `…/overlay-containers/<id>/userdata`.
  public func userdataFolder(ofContainer id: String) -> String {
    "\(options.graphRoot)/\(driverName)-containers/\(id)/userdata"
  }

  /// The folder of a container's own files that is lost with a reboot, below the run root.
  public func runtimeFolder(ofContainer id: String) -> String {
    "\(options.runRoot)/\(driverName)-containers/\(id)/userdata"
  }

  /// Makes a container with a writable layer on its image, and its two folders.
  ///
  /// - Throws: `StorageError.noSuchImage`, `.nameInUse`, `.idInUse`.
  public func createContainer(_ new: ContainerOptions) throws -> StoredContainer {
    let id = try new.id ?? makeObjectID()
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    if (new.size ?? options.overlay.size) != nil || (new.inodes ?? options.overlay.inodes) != nil {
      throw StorageError.quotaUnsupported(path: options.graphRoot)
    }
    let ground = try ground(of: new)
    let container = try changingLayers { lock, _ in
      // What the ground was may be gone meanwhile.
      if new.image != nil { _ = try topLayer(ofImage: new.image) }
      return try containerRecords.lockFile.withLock(.exclusive) { containerLock in
        try containerRecords.refresh()
        try checkFree(id, new.names)
        let layer = try makeObjectID()
        return try layerJournal.noting([.unneeded(layer)]) {
          try makeLayer(layer, on: ground, for: new, lock)
          let record = ContainerRecord(new, id: id, layer: layer)
          let file = try save(record, isVolatile: new.isVolatile, containerLock)
          return record.stored(isVolatile: file.isVolatile)
        }
      }
    }
    if let staged = ground.staged { discard(staged) }
    for folder in [userdataFolder(ofContainer: id), runtimeFolder(ofContainer: id)] {
      try makeDirectories(folder, mode: 0o700)
    }
    return container
  }

  /// What a container's layer is made of, as far as it is made without a lock: to copy files or to change
  /// their owners takes its time.
  private struct Ground {
    var parent: String?
    /// The layer itself, for a driver whose layers hold everything.
    var staged: StagedLayer?
    /// The owners that its files have for good.
    var mappings = IDMappings()
  }

  private func ground(of new: ContainerOptions) throws -> Ground {
    try layerRecords.refresh()
    var ground = Ground(parent: try topLayer(ofImage: new.image))
    if !new.mappings.isEmpty, !driver.mapsOwners() { ground.mappings = new.mappings }
    if !driver.keepsChanges {
      ground.staged = try stageLayer(parent: ground.parent, mappings: ground.mappings)
    } else if !ground.mappings.isEmpty, let image = new.image, ground.parent != nil {
      ground.parent = try mappedLayer(ofImage: image, new.mappings)
    }
    return ground
  }

  private func topLayer(ofImage image: String?) throws -> String? {
    guard let image else { return nil }
    guard let found = try self.image(image) else { throw StorageError.noSuchImage(image) }
    guard let top = found.topLayer else { return nil }
    guard isObjectID(top), try recordedLayer(top) != nil, driver.contains(top) else {
      throw StorageError.damaged(
        path: driver.filesPath(top), reason: "layer \(top) of image \(found.id) is gone")
    }
    return top
  }

  private func checkFree(_ id: String, _ names: [String]) throws {
    if try containerRecords.find(id: id) != nil { throw StorageError.idInUse(id) }
    for name in names {
      if let other = containerRecords.find(name: name) {
        throw StorageError.nameInUse(name, by: other.record.id)
      }
    }
  }

  private func makeLayer(
    _ id: String, on ground: Ground, for new: ContainerOptions, _ lock: HeldLock
  ) throws {
    var root: LayerRoot?
    if !new.mappings.isEmpty,
      let uid = IDMappings.host(of: 0, in: new.mappings.users),
      let gid = IDMappings.host(of: 0, in: new.mappings.groups)
    {
      root = LayerRoot(permissions: 0o755, uid: uid, gid: gid)
    }
    if let staged = ground.staged {
      try driver.adopt(staged.layerPath, as: id, parent: ground.parent)
    } else {
      try driver.create(id, parent: ground.parent, root: root)
    }
    var record = LayerRecord(
      id: id, parent: ground.parent, contents: nil, created: Timestamp.now().rfc3339)
    record.mountLabel = new.mountLabel
    record.setMappings(ground.mappings)
    let file = try layerRecords.append(record, volatile: options.isTransient)
    try saveLayers(file, durable: !canBeLost(new.isVolatile), lock)
  }

  private func save(
    _ record: ContainerRecord, isVolatile: Bool, _ lock: HeldLock
  ) throws -> RecordFile {
    let file = try containerRecords.append(record, volatile: options.isTransient)
    try lock.recordWrite()
    try file.save(durable: !file.isVolatile && !canBeLost(isVolatile))
    return file
  }

  /// Removes a container, its layer and its folders; what is missing of them already is no error. It is
  /// unmounted first.
  ///
  /// - Throws: `StorageError.noSuchContainer`; its folders are gone then too, which a removal that was
  ///   killed may have left.
  public func deleteContainer(_ id: String) throws {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    do {
      try changingLayers { lock, removals in try deleteRecords(ofContainer: id, lock, &removals) }
    } catch StorageError.noSuchContainer(let id) {
      try removeFolders(ofContainer: id)
      throw StorageError.noSuchContainer(id)
    }
    try removeFolders(ofContainer: id)
  }

  private func removeFolders(ofContainer id: String) throws {
    for folder in [containerRecords.folder, "\(options.runRoot)/\(driverName)-containers"] {
      try removeTreeWithMounts("\(folder)/\(id)")
    }
  }

  private func deleteRecords(
    ofContainer id: String, _ lock: HeldLock, _ removals: inout [String]
  ) throws {
    try containerRecords.lockFile.withLock(.exclusive) { containerLock in
      try containerRecords.refresh()
      guard let found = try containerRecords.find(id: id) else {
        throw StorageError.noSuchContainer(id)
      }
      let container = found.record.stored(isVolatile: found.file.isVolatile)
      let canBeLost = found.file.isVolatile || canBeLost(container.isVolatile)
      let layer = container.layer
      try layerJournal.noting(isObjectID(layer) ? [.unneeded(layer)] : []) {
        try containerRecords.remove(id: id)
        try containerLock.recordWrite()
        try found.file.save(durable: !canBeLost)
        guard isObjectID(layer) else { return }
        try drop(layer: layer, durable: !canBeLost, lock, &removals)
      }
    }
  }

  /// Whether a change need not wait for the disk: nobody minds the loss, and the file system puts a
  /// file in another's place only once its contents are on the disk, so that the records of others are
  /// never lost with it.
  private func canBeLost(_ isVolatile: Bool) -> Bool { isVolatile && replacesInOrder }

  /// Gives a container exactly these names.
  ///
  /// - Throws: `StorageError.nameInUse`.
  public func setNames(_ names: [String], ofContainer id: String) throws {
    try change(container: id) { record in
      for name in names {
        if let other = containerRecords.find(name: name), other.record.id != id {
          throw StorageError.nameInUse(name, by: other.record.id)
        }
      }
      record.names = names.isEmpty ? nil : names
    }
  }

  /// Replaces what other engines read of a container.
  public func setMetadata(_ metadata: String, ofContainer id: String) throws {
    try change(container: id) { $0.metadata = metadata.isEmpty ? nil : metadata }
  }

  private func change(
    container id: String, _ body: (inout ContainerRecord) throws -> Void
  ) throws {
    guard isObjectID(id) else { throw StorageError.invalidID(id) }
    try containerRecords.lockFile.withLock(.exclusive) { lock in
      try containerRecords.refresh()
      guard let found = try containerRecords.find(id: id) else {
        throw StorageError.noSuchContainer(id)
      }
      var record = found.record
      try body(&record)
      try containerRecords.replace(found, with: record)
      try lock.recordWrite()
      try found.file.save(durable: !found.file.isVolatile)
    }
  }

  /// The bytes that a container wrote (`written`) and those with its image's (`root`).
  public func size(ofContainer id: String) throws -> (written: Int64, root: Int64) {
    try size(ofContainer: id, \.contents) { try size(of: $0) }
  }

  /// The same in blocks on the disk, as du(1) counts them.
  public func diskUsage(ofContainer id: String) throws -> (written: Int64, root: Int64) {
    try size(ofContainer: id, \.allocatedInside) { try diskUsage(of: $0) }
  }

  private func size(
    ofContainer id: String, _ measure: KeyPath<TreeSize, Int64>,
    _ sizeOfLayer: (StoredLayer) throws -> Int64
  ) throws -> (written: Int64, root: Int64) {
    guard let container = try container(id) else { throw StorageError.noSuchContainer(id) }
    let data = container.data.reduce(Int64(0)) { $0 &+ ($1.size ?? 0) }
    let own = try TreeSize(of: driver.filesPath(container.layer))[keyPath: measure] &+ data
    guard let parent = try layer(container.layer)?.parent else { return (own, own) }
    if driver.keepsChanges {
      let below = try chain(ofLayer: parent).reduce(Int64(0)) { $0 &+ (try sizeOfLayer($1)) }
      return (own, own &+ below)
    }
    // The folder has everything.
    let below = try TreeSize(of: driver.filesPath(parent))[keyPath: measure]
    return (max(0, own &- below), own)
  }
}

extension ContainerRecord {
  init(_ new: ContainerOptions, id: String, layer: String) {
    self.id = id
    names = new.names.isEmpty ? nil : new.names
    image = new.image ?? ""
    self.layer = layer
    metadata = new.metadata.isEmpty ? nil : new.metadata
    created = Timestamp.now().rfc3339
    userMap = new.mappings.users.isEmpty ? nil : new.mappings.users
    groupMap = new.mappings.groups.isEmpty ? nil : new.mappings.groups
    var members: [JSONTree.Member] = [
      .init("MountLabel", .string(new.mountLabel ?? "")),
      .init("ProcessLabel", .string(new.processLabel ?? "")),
    ]
    if new.isVolatile { members.append(.init("Volatile", .bool(true))) }
    flags = .object(members)
  }
}
