import Archive
public import ImageSpec
import JSON
import LinuxSystem
import Storage
import SystemPackage

extension Containers {
  /// What a container's files become an image with.
  public struct CommitOptions: Sendable {
    /// The name of the image; nil for none.
    public var name: String?
    public var author: String?
    /// A line of its history.
    public var message: String?
    /// A JSON document with members of an image's `config`, which go before the container's own.
    public var configuration: [UInt8]?
    /// Instructions as `ImageChange` takes them.
    public var changes: [String] = []
    public var family = MediaType.Family.oci
    /// Whether the container is paused meanwhile.
    public var pauses = false
    /// Whether all layers become one.
    public var squashes = false
    /// Whether the container's volumes become the image's.
    public var includesVolumes = false

    public init() {}
  }

  /// Makes an image of a container's files and settings.
  ///
  /// - Returns: the image's id.
  public func commit(_ nameOrID: String, _ options: CommitOptions = CommitOptions()) throws
    -> String
  {
    let now = try lookUp(nameOrID)
    guard now.record.rootfs == nil, let stored = try engine.store.container(now.id) else {
      throw EngineError.unsupported(
        "a commit of \(nameOrID)", reason: "its files are a folder of the host, not an image's")
    }
    // What is wrong in the options is found before anything is made.
    let changes = try options.changes.map { (text) throws(EngineError) in try ImageChange(text) }
    let name = try options.name.map(engine.images.newName)
    var configuration = try configuration(of: now.record, options)
    for change in changes { try change.apply(to: &configuration) }

    let pauses = options.pauses && now.state.status == .running
    if pauses { try pause(now.id) }
    let layer: LayerCommit
    do {
      layer = try self.layer(of: now, stored, squashed: options.squashes)
    } catch {
      if pauses { try? unpause(now.id) }
      throw error
    }
    if pauses { try unpause(now.id) }
    let id = try makeImage(configuration, layer, name, options)
    engine.events.emit(.container(.commit, now.record))
    return id
  }

  private func makeImage(
    _ configuration: ImageConfiguration, _ layer: LayerCommit, _ name: String?,
    _ options: CommitOptions
  ) throws -> String {
    let store = try engine.store
    try store.commit([layer])
    do {
      let contents = try store.chain(ofLayer: layer.id).reversed().map { link in
        guard let contents = link.contents else {
          throw EngineError.damaged(path: "layers.json", reason: "layer \(link.id) has no digest")
        }
        return contents
      }
      var assembly = ImageAssembly(
        store: store, configuration: configuration, layers: contents, topLayer: layer.id,
        names: name.map { [$0] } ?? [], family: options.family)
      assembly.configuration.rootfs.diffIDs = assembly.diffIDs
      return try assembly.create()
    } catch {
      try? store.deleteLayer(layer.id)
      throw error
    }
  }

  // MARK: Files

  private func layer(
    of container: Container, _ stored: StoredContainer, squashed: Bool
  ) throws -> LayerCommit {
    let store = try engine.store
    let intake = LayerIntake(store: store)
    var packer = LayerPacker()
    packer.owners = OwnerMapping(container.record)
    if squashed {
      let root = try store.mount(container: container.id)
      defer { _ = try? store.unmount(container: container.id) }
      let folder = try openFile(root, [.readOnly, .directory])
      return try intake.layer(over: nil) {
        try packer.pack(.folder(folder.lent, overlay: nil), to: $0)
      }
    }
    let parent = try store.image(container.record.imageID)?.topLayer
    switch try store.files(ofLayer: stored.layer) {
    case .changes(let path, _):
      let folder = try openFile(path, [.readOnly, .directory])
      return try intake.layer(over: parent) {
        try packer.pack(.folder(folder.lent, overlay: store.overlayAttributes), to: $0)
      }
    case .whole(let path, let below):
      let folder = try openFile(path, [.readOnly, .directory])
      guard let below else {
        return try intake.layer(over: nil) {
          try packer.pack(.folder(folder.lent, overlay: nil), to: $0)
        }
      }
      let older = try openFile(below, [.readOnly, .directory])
      return try intake.layer(over: parent) {
        try packer.pack(.difference(folder.lent, from: older.lent), to: $0)
      }
    }
  }

  // MARK: Configuration

  /// The image's configuration with what the container has otherwise.
  private func configuration(
    of record: ContainerRecord, _ options: CommitOptions
  ) throws -> ImageConfiguration {
    let text = try engine.store.data("sha256:\(record.imageID)", ofImage: record.imageID)
    var configuration = try ImageConfiguration(parsing: text)
    let created = Timestamp.now().rfc3339
    configuration.created = created
    configuration.author = options.author ?? configuration.author
    var config = configuration.config ?? ImageConfiguration.ExecutionParameters()
    let process = record.process
    config.environment = process.environment
    config.command = process.command.isEmpty ? nil : process.command
    config.entrypoint = process.entrypoint.isEmpty ? nil : process.entrypoint
    config.workingDirectory = process.workingDirectory
    config.user = process.user.isEmpty ? nil : process.user
    config.labels = record.labels.isEmpty ? nil : record.labels
    if !record.network.exposedPorts.isEmpty {
      config.exposedPorts = Set(record.network.exposedPorts)
    }
    config.volumes = options.includesVolumes ? volumes(of: record, config.volumes) : config.volumes
    if let given = options.configuration {
      config.merge(try JSONReader().read(ImageConfiguration.ExecutionParameters.self, from: given))
    }
    configuration.config = config
    if options.squashes { configuration.history = [] }
    var entry = ImageConfiguration.HistoryEntry()
    entry.created = created
    entry.createdBy = process.arguments.joined(separator: " ")
    entry.author = options.author
    entry.comment = options.message ?? "FROM \(record.imageName)"
    configuration.history = (configuration.history ?? []) + [entry]
    if options.family == .docker, let message = options.message {
      configuration.others.removeAll { $0.name == "comment" }
      configuration.others.append(JSONTree.Member("comment", .string(message)))
    }
    return configuration
  }

  private func volumes(of record: ContainerRecord, _ image: Set<String>?) -> Set<String>? {
    let own = record.mounts.filter { $0.kind == .volume || $0.kind == .bind }.map(\.destination)
    let all = (image ?? []).union(own)
    return all.isEmpty ? nil : all
  }
}

extension ImageConfiguration.ExecutionParameters {
  /// Takes over what the other one has.
  fileprivate mutating func merge(_ other: Self) {
    user = other.user ?? user
    exposedPorts = other.exposedPorts ?? exposedPorts
    environment = other.environment ?? environment
    entrypoint = other.entrypoint ?? entrypoint
    command = other.command ?? command
    volumes = other.volumes ?? volumes
    workingDirectory = other.workingDirectory ?? workingDirectory
    labels = other.labels ?? labels
    stopSignal = other.stopSignal ?? stopSignal
    healthcheck = other.healthcheck ?? healthcheck
    shell = other.shell ?? shell
    onBuild = other.onBuild ?? onBuild
  }
}
