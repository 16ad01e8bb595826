import EngineConfig
import HelperProtocols
import ImageSpec
import JSON
import Storage

/// Lists of manifests in the store, each an image by its name: `podman manifest`. An engine's service.
public struct ManifestLists {
  let engine: ContainerEngine

  /// A list as it is kept.
  struct Stored {
    var image: StoredImage
    var index: ImageIndex
    /// Where each member is had, by its digest: containers/common's instances.json.
    var places: [String: String]
  }

  static let placesFile = "instances.json"

  /// Whether the store has a list of this name.
  public func exists(_ name: String) throws -> Bool {
    guard let match = try engine.images.findIfPresent(name) else { return false }
    return match.image.data.contains { $0.name == Self.placesFile }
  }

  /// Makes an empty list.
  ///
  /// - Parameter amends: whether one of the name is taken as it is.
  /// - Returns: its id.
  public func create(
    _ name: String, amends: Bool, annotations: [String: String]
  ) throws -> String {
    if try exists(name) {
      guard amends else { throw EngineError.exists(.image, name) }
      if !annotations.isEmpty {
        try change(name) { $0.index.annotations = merged($0.index.annotations, annotations) }
      }
      return try engine.images.find(name).image.id
    }
    let full = try engine.images.newName(name)
    if let other = try engine.images.findIfPresent(full) {
      throw EngineError.nameInUse(.image, name: full, owner: other.image.id)
    }
    var index = ImageIndex(.oci, manifests: [])
    if !annotations.isEmpty { index.annotations = annotations }
    let image = try engine.store.createImage(
      NewImage(
        id: try ContainerIdentifier.random(), names: [full], digest: nil, topLayer: nil,
        metadata: "{}",
        data: [
          ("manifest", try JSONWriter().write(index)),
          (Self.placesFile, Array("{}".utf8)),
        ]))
    return image.id
  }

  func merged(_ old: [String: String]?, _ new: [String: String]) -> [String: String] {
    (old ?? [:]).merging(new) { $1 }
  }

  /// The list as JSON, of the store or, where it has none, of a registry.
  public func inspect(_ name: String, _ options: TransferOptions) throws -> JSONTree {
    if try exists(name) {
      let image = try engine.images.find(name).image
      return try JSONReader().read(
        JSONTree.self, from: try engine.store.data("manifest", ofImage: image.id))
    }
    var request = try engine.images.request(.inspect, options)
    request.source = try place(name)
    let result = try TransferProcess.run(request, engine.configuration, report: options.report)
    return try JSONReader().read(JSONTree.self, from: result.manifest ?? "{}")
  }

  /// A place with its transport: an image of the store where there is one, else of a registry.
  func place(_ name: String) throws -> String {
    if name.contains(":/")
      || ["oci:", "dir:", "oci-archive:", "docker-archive:", "containers-storage:"]
        .contains(where: { name.hasPrefix($0) })
    {
      return name
    }
    do { return "docker://\(try ImageReference(parsing: name).tagged)" } catch {
      throw EngineError.failed("image name \"\(name)\"", reason: "\(error)")
    }
  }

  /// Copies a list with all of its members.
  public func push(
    _ name: String, to destination: String?, removes: Bool, _ options: TransferOptions
  ) throws -> String {
    let list = try read(name)
    var options = options
    options.choice.listOnly = !options.choice.all
    if options.writing.addedCompressions.isEmpty, options.choice.all {
      options.writing.addedCompressions =
        engine.configuration.containersConf.engine.addCompression
    }
    var request = try engine.images.request(.copy, options)
    request.source = "containers-storage:" + list.image.id
    request.destination = try place(destination ?? list.image.names.first ?? name)
    let result = try TransferProcess.run(request, engine.configuration, report: options.report)
    engine.events.emit(.image(.push, id: list.image.id, name: destination ?? name))
    if removes { try engine.store.deleteImage(list.image.id) }
    return result.images.first?.digest ?? ""
  }

  // MARK: The store

  func read(_ name: String) throws -> Stored {
    let image = try engine.images.find(name).image
    guard image.data.contains(where: { $0.name == Self.placesFile }) else {
      throw EngineError.failed(name, reason: "it is an image, not a list of manifests")
    }
    let reader = JSONReader(emptyStringIsAbsent: true)
    return Stored(
      image: image,
      index: try reader.read(
        ImageIndex.self, from: try engine.store.data("manifest", ofImage: image.id)),
      places: try reader.read(
        [String: String].self, from: try engine.store.data(Self.placesFile, ofImage: image.id)))
  }

  /// Changes a list, one command at a time.
  @discardableResult
  func change(_ name: String, _ body: (inout Stored) throws -> Void) throws -> String {
    let id = try read(name).image.id
    let lock = try engine.lock(.image, id)
    defer { withExtendedLifetime(lock) {} }
    var list = try read(id)
    try body(&list)
    // What is named has to be there first.
    try engine.store.setData(
      Self.placesFile, try JSONWriter().write(list.places), ofImage: id)
    try engine.store.setData("manifest", try JSONWriter().write(list.index), ofImage: id)
    return id
  }
}

extension ContainerEngine {
  /// Lists of manifests: create, add, push.
  public var manifests: ManifestLists { ManifestLists(engine: self) }
}
