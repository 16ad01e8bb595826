import EngineConfig

extension Store {
  /// Every container of the store, those of other engines too.
  public func containers() throws -> Listing<StoredContainer> { throw unfinished() }

  /// The container with this id, this name, or the only one whose id begins so.
  ///
  /// - Throws: `StorageError.ambiguousID`; `.damaged` where its record cannot be read.
  public func container(_ nameOrID: String) throws -> StoredContainer? { throw unfinished() }

  /// The ids of the containers that stand on an image.
  public func containers(ofImage id: String) throws -> [String] { throw unfinished() }

  /// Makes a container with a writable layer on its image, and its two folders.
  ///
  /// - Throws: `StorageError.noSuchImage`, `.nameInUse`, `.idInUse`.
  public func createContainer(_ options: ContainerOptions) throws -> StoredContainer {
    throw unfinished()
  }

  /// Removes a container, its layer and its folders; what is missing of them already is no error. It is
  /// unmounted first.
  public func deleteContainer(_ id: String) throws { throw unfinished() }

  /// Mounts a container's root, or counts one more user where it is mounted already.
  ///
  /// - Returns: the path of the root.
  public func mount(container id: String) throws -> String { throw unfinished() }

  /// Counts one user less of a container's root, and takes the mount away with the last one, or at once.
  ///
  /// - Returns: whether it is still mounted.
  @discardableResult
  public func unmount(container id: String, force: Bool = false) throws -> Bool {
    throw unfinished()
  }

  /// Where containers are mounted that are mounted now: by their ids.
  public func mountedContainers() throws -> [String: String] { throw unfinished() }

  /// The folder of a container's own files that outlives a reboot: `…/overlay-containers/<id>/userdata`.
  public func userdataFolder(ofContainer id: String) -> String {
    "\(options.graphRoot)/\(driverName)-containers/\(id)/userdata"
  }

  /// The folder of a container's own files that is lost with a reboot, below the run root.
  public func runtimeFolder(ofContainer id: String) -> String {
    "\(options.runRoot)/\(driverName)-containers/\(id)/userdata"
  }

  /// Gives a container exactly these names.
  ///
  /// - Throws: `StorageError.nameInUse`.
  public func setNames(_ names: [String], ofContainer id: String) throws { throw unfinished() }

  /// Replaces what other engines read of a container.
  public func setMetadata(_ metadata: String, ofContainer id: String) throws { throw unfinished() }

  /// The bytes that a container wrote (`rw`) and those with its image's (`root`).
  public func size(ofContainer id: String) throws -> (written: Int64, root: Int64) {
    throw unfinished()
  }
}
