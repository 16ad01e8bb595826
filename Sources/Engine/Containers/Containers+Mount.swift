import Storage

extension Containers {
  /// A container whose root can be looked at from the host.
  public struct MountedRoot {
    public var id: String
    public var name: String
    public var path: String
  }

  /// Mounts the root of a container, or counts one more user of it.
  ///
  /// - Returns: where it is.
  public func mountRoot(_ nameOrID: String) throws -> MountedRoot {
    let container = try find(nameOrID)
    if let rootfs = container.record.rootfs {
      return MountedRoot(id: container.id, name: container.name, path: rootfs)
    }
    let path = try engine.store.mount(container: container.id)
    engine.events.emit(.container(.mount, container.record))
    return MountedRoot(id: container.id, name: container.name, path: path)
  }

  /// The containers whose roots are mounted now, running ones among them.
  public func mountedRoots() throws -> [MountedRoot] {
    let places = try engine.store.mountedContainers()
    return try all().compactMap { container in
      places[container.id].map {
        MountedRoot(id: container.id, name: container.name, path: $0)
      }
    }
  }

  /// Counts one user less of a container's root, and takes it away with the last one.
  ///
  /// - Parameter force: takes it away at once.
  /// - Throws: `EngineError.failed` where the container is running and nobody else has mounted it.
  public func unmountRoot(_ nameOrID: String, force: Bool = false) throws {
    let container = try lookUp(nameOrID)
    if container.record.rootfs != nil { return }
    let users = try engine.store.mountCount(container: container.id)
    switch container.state.status {
    case .running, .paused, .stopping:
      guard users > 1, !force else {
        throw EngineError.failed(
          "unmount container \(container.name)",
          reason: "it is \(container.state.status.rawValue): its root is in use")
      }
    default: break
    }
    try engine.store.unmount(container: container.id, force: force)
    engine.events.emit(.container(.unmount, container.record))
  }
}
