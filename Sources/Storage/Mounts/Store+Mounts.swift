import LinuxSystem

extension Store {
  /// Mounts a container's root, or counts one more user where it is mounted already.
  ///
  /// - Returns: the path of the root.
  public func mount(container id: String) throws -> String {
    guard let container = try container(id) else { throw StorageError.noSuchContainer(id) }
    var request = MountRequest()
    request.isVolatile = container.isVolatile
    request.label = container.mountLabel
    // Where the files have these owners already, the mount shows them as they are.
    let layer = try layer(container.layer)
    if layer?.mappings.isEmpty ?? true { request.mappings = container.mappings }
    return try mount(layer: container.layer, request)
  }

  /// Counts one user less of a container's root, and takes the mount away with the last one, or at once.
  ///
  /// - Returns: whether it is still mounted.
  @discardableResult
  public func unmount(container id: String, force: Bool = false) throws -> Bool {
    guard let container = try container(id) else { throw StorageError.noSuchContainer(id) }
    return try unmount(layer: container.layer, force: force)
  }

  /// How many users a container's root has.
  public func mountCount(container id: String) throws -> Int {
    guard let container = try container(id) else { throw StorageError.noSuchContainer(id) }
    try mountCounts.refresh()
    return mountCounts.entry(container.layer)?.count ?? 0
  }

  /// Where containers are mounted that are mounted now: by their ids.
  public func mountedContainers() throws -> [String: String] {
    let places = try mountedLayers()
    if places.isEmpty { return [:] }
    try containerRecords.refresh()
    var mounted: [String: String] = [:]
    for (layer, path) in places {
      for found in containerRecords.candidates(layer, where: { $0.layer == layer }) {
        mounted[found.record.id] = path
      }
    }
    return mounted
  }

  /// Mounts an image read-only, or counts one more user where it is mounted already.
  public func mount(image id: String) throws -> String {
    guard let image = try image(id) else { throw StorageError.noSuchImage(id) }
    guard let top = image.topLayer else { throw StorageError.noSuchLayer(id) }
    var request = MountRequest()
    request.isReadOnly = true
    return try mount(layer: top, request)
  }

  /// Counts one user less of a mounted image, and takes the mount away with the last one, or at once.
  ///
  /// - Returns: whether it is still mounted.
  /// - Throws: `StorageError.notMounted`.
  @discardableResult
  public func unmount(image id: String, force: Bool = false) throws -> Bool {
    guard let image = try image(id) else { throw StorageError.noSuchImage(id) }
    guard let top = image.topLayer else { throw StorageError.notMounted(id) }
    return try unmount(layer: top, force: force)
  }

  /// Where images are mounted that are mounted now: by their ids.
  public func mountedImages() throws -> [String: String] {
    let places = try mountedLayers()
    if places.isEmpty { return [:] }
    var mounted: [String: String] = [:]
    for image in try images().items {
      if let top = image.topLayer, let path = places[top] { mounted[image.id] = path }
    }
    return mounted
  }

  /// Where layers are mounted that are mounted now.
  private func mountedLayers() throws -> [String: String] {
    try mountCounts.refresh()
    var places: [String: String] = [:]
    for entry in mountCounts.entries
    where entry.count > 0 && driver.isMounted(entry.id, at: entry.path) {
      places[entry.id] = entry.path
    }
    return places
  }

  /// The lock of the layers keeps the layer from being removed meanwhile, that of the mounts keeps two
  /// from mounting it twice.
  private func mount(layer id: String, _ request: MountRequest) throws -> String {
    try layerRecords.lockFile.withLock(.shared) { _ in
      try mountCounts.lockFile.withLock(.exclusive) { lock in
        try mountCounts.refresh()
        // A count without a mount is that of a mount namespace which is gone, or of a crash.
        if let entry = mountCounts.entry(id), driver.isMounted(id, at: entry.path) {
          try mountCounts.set(id, path: entry.path, count: entry.count + 1, lock)
          return entry.path
        }
        guard isObjectID(id), driver.contains(id) else { throw StorageError.noSuchLayer(id) }
        let path = try driver.mount(id, request)
        FaultPoint.reach("layer mounted")
        do {
          try mountCounts.set(id, path: path, count: 1, lock)
        } catch {
          try? driver.unmount(id, at: path)
          throw error
        }
        return path
      }
    }
  }

  private func unmount(layer id: String, force: Bool) throws -> Bool {
    try mountCounts.lockFile.withLock(.exclusive) { lock in
      try mountCounts.refresh()
      guard let entry = mountCounts.entry(id) else { throw StorageError.notMounted(id) }
      if entry.count > 1, !force, driver.isMounted(id, at: entry.path) {
        try mountCounts.set(id, path: entry.path, count: entry.count - 1, lock)
        return true
      }
      try driver.unmount(id, at: entry.path)
      FaultPoint.reach("layer unmounted")
      try mountCounts.set(id, path: "", count: 0, lock)
      return false
    }
  }
}
