import Storage

extension Images {
  /// An image whose files can be looked at from the host.
  public struct MountedImage {
    public var id: String
    /// How it was asked for; empty where it was not.
    public var name: String
    public var names: [String]
    public var path: String
  }

  /// Mounts an image for reading, or counts one more user of it.
  public func mount(_ name: String) throws -> MountedImage {
    let image = try find(name).image
    let path = try engine.store.mount(image: image.id)
    return MountedImage(id: image.id, name: name, names: image.names, path: path)
  }

  /// Mounts every image that has files.
  public func mountAll() throws -> [MountedImage] {
    try engine.store.images().items.filter { $0.topLayer != nil }.map { try mount($0.id) }
  }

  /// The images that are mounted now.
  public func mounted() throws -> [MountedImage] {
    let places = try engine.store.mountedImages()
    return try engine.store.images().items.compactMap { image in
      places[image.id].map {
        MountedImage(id: image.id, name: "", names: image.names, path: $0)
      }
    }
  }

  /// Counts one user less of a mounted image, and takes it away with the last one, or at once.
  ///
  /// - Returns: its id; nil where it is not mounted.
  @discardableResult
  public func unmount(_ name: String, force: Bool = false) throws -> String? {
    let image = try find(name).image
    do {
      try engine.store.unmount(image: image.id, force: force)
    } catch StorageError.notMounted {
      return nil
    }
    return image.id
  }
}
