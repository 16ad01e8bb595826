import ImageSpec
import JSON
import LinuxSystem
import Networking
import RuntimeSpec
import StateStore
import Storage

extension Containers {
  /// Makes a container, with everything that it needs on disk; nothing of it runs yet.
  ///
  /// - Throws: `EngineError` where the request cannot be met; nothing is left then.
  @discardableResult
  public func create(_ request: ContainerRequest) throws -> Container {
    if let name = request.name {
      guard ContainerIdentifier.isName(name), name.utf8.count <= 255 else {
        throw EngineError.invalid(
          option: "--name", value: name,
          reason: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument")
      }
      try clear(name, request)
    }
    var image: ContainerImage?
    if let name = request.image {
      image = try engine.images.containerImage(name, request.imageSource)
    }
    if let rootfs = request.rootfs { try check(rootfs: rootfs) }
    if request.rootfsIDMap != nil {
      throw EngineError.unsupported(
        "--rootfs with idmap",
        reason: "please give the folder to the container's users, or use an image")
    }
    if request.image == nil, request.rootfs == nil {
      throw EngineError.nothingToDo("an image or a root file system is needed")
    }
    let resolution = ContainerResolution(
      engine: engine, request: request, image: image,
      environment: engine.configuration.environment)
    let id = try ContainerIdentifier.random()
    for attempt in 0... {
      let name = try request.name ?? RandomName.make()
      var record = try resolution.record(id: id, name: name)
      // One that is missing is told before there is anything.
      _ = try engine.runtimeProgram(record.runtime)
      try choosePorts(&record)
      do {
        return try make(record)
      } catch {
        // A name that nobody chose is chosen anew.
        guard let owner = Self.ownerOfName(error) else { throw error }
        if request.name != nil || attempt > 20 {
          throw EngineError.nameInUse(.container, name: name, owner: owner)
        }
      }
    }
    throw EngineError.nothingToDo("no name is free")
  }

  /// Who has the name already, in our records or in the store that other engines share.
  private static func ownerOfName(_ error: any Error) -> String? {
    switch error {
    case StateStoreError.nameInUse(_, let owner): owner
    case StorageError.nameInUse(_, let owner): owner
    default: nil
    }
  }

  /// Removes the container that has the name, or refuses the name.
  private func clear(_ name: String, _ request: ContainerRequest) throws {
    guard let owner = try engine.state.record(kind: "container", name: name) else {
      // One that only the store knows is refused by the store.
      if request.replaces, let stored = try engine.store.container(name), stored.names == [name] {
        try remove(stored.id, RemoveOptions(isForced: true, removesVolumes: true))
      }
      return
    }
    guard request.replaces else {
      throw EngineError.nameInUse(.container, name: name, owner: owner.id)
    }
    try remove(name, RemoveOptions(isForced: true, removesVolumes: true))
  }

  /// Host ports that were left open are chosen now, so that they stay from start to start.
  private func choosePorts(_ record: inout ContainerRecord) throws {
    guard record.network.ports.contains(where: { $0.hostPort == 0 }) else { return }
    let networks = engine.networks
    record.network.ports = try networks.service.choosePorts(
      try record.network.ports.map { try networks.mapping($0) }
    ).map { ContainerNetwork.Port($0) }
  }

  private func check(rootfs: String) throws {
    if rootfs.isEmpty { throw EngineError.nothingToDo("a root file system is needed") }
    do {
      _ = try openFile(rootfs, [.path, .directory])
    } catch {
      throw EngineError.invalid(option: "--rootfs", value: rootfs, reason: "\(error)")
    }
  }

  /// Makes what a record describes.
  func make(_ record: ContainerRecord) throws -> Container {
    var undo = Undo()
    do {
      let folders = ContainerFolders(record.id, engine)
      if !record.imageID.isEmpty {
        _ = try engine.store.createContainer(try storeOptions(record))
        undo.add { try engine.store.deleteContainer(record.id) }
      }
      try makeDirectories(folders.lasting, mode: 0o700)
      undo.add { try folders.remove() }
      for mount in record.mounts where mount.kind == .volume {
        if try engine.volumes.volume(named: mount.source) != nil { continue }
        // One that somebody else makes meanwhile is not ours to undo.
        var volume = Volumes.Request(name: mount.source)
        volume.isAnonymous = mount.isAnonymous
        for option in mount.volumeOptions {
          let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
          volume.options[parts.first ?? ""] = parts.count > 1 ? parts[1] : ""
        }
        do { _ = try engine.volumes.create(volume) } catch EngineError.exists { continue }
        undo.add {
          if let made = try engine.volumes.volume(named: mount.source) {
            try engine.volumes.remove(made)
          }
        }
      }
      let container = Container(record: record, state: ContainerState())
      try engine.state.transaction(durable: !record.isRemoved) {
        try engine.state.add(
          StateStore.Record(
            kind: "container", id: record.id, name: record.name,
            document: try engine.text(record), state: try engine.text(container.state),
            created: record.created),
          scope: Self.nameScope)
      }
      engine.events.emit(engine.events.creation(container))
      return container
    } catch {
      throw undo.all(after: error)
    }
  }

  private func storeOptions(_ record: ContainerRecord) throws -> ContainerOptions {
    func maps(_ mappings: [ContainerNamespaces.Mapping]) -> [IDMap] {
      // Files need no other owners where the numbers are the same.
      if mappings.allSatisfy({ $0.containerID == $0.hostID }) { return [] }
      return mappings.map {
        IDMap(containerID: $0.containerID, hostID: $0.hostID, size: $0.size)
      }
    }
    let metadata = StoreMetadata(
      imageName: record.imageName, imageID: record.imageID, name: record.name,
      created: record.created / 1_000_000_000)
    var options = ContainerOptions(
      id: record.id, names: [record.name], image: record.imageID,
      metadata: try engine.text(metadata),
      mappings: IDMappings(
        users: maps(record.namespaces.uidMappings), groups: maps(record.namespaces.gidMappings)),
      isVolatile: record.isRemoved)
    options.mountLabel = record.security.mountLabel
    options.processLabel = record.security.processLabel
    return options
  }
}

/// What other engines read of a container in the store.
private struct StoreMetadata: JSONWritable {
  var imageName: String
  var imageID: String
  var name: String
  var created: Int64

  func write(to output: JSONOutput) throws(JSONError) {
    try output.object { (object) throws(JSONError) in
      try object.member("image-name", imageName)
      try object.member("image-id", imageID)
      try object.member("name", name)
      try object.member("created-at", created)
    }
  }
}
