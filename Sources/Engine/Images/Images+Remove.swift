import ImageSpec
import Storage

extension Images {
  public struct RemoveOptions {
    /// Remove the containers that stand on it as well, and images with several names by their id.
    public var force = false
    /// Pass over names that no image has.
    public var ignoresMissing = false
    /// Keep parents that nothing names any more.
    public var keepsParents = false

    public init() {}
  }

  /// What a removal did: it may have done a part and failed at another.
  public struct Removal {
    public var untagged: [String] = []
    /// Ids of images that are gone, and on which no other was built.
    public var deleted: [String] = []
    public var errors: [any Error] = []
    /// Bytes of the images that are gone.
    public var size: Int64 = 0
    /// Whether a name or id was unknown.
    public var hasMissing = false
    /// Whether an image was in use.
    public var hasUsed = false
  }

  /// Removes images by their names or ids.
  ///
  /// A name of an image that has others is only taken from it. With an image go those that it was
  /// built on, if nothing names them and nothing else was built on them.
  public func remove(_ names: [String], _ options: RemoveOptions) throws -> Removal {
    var removal = Removal()
    var tree = try ImageTree(self)
    for name in names {
      do {
        guard let match = try findIfPresent(name) else {
          if options.ignoresMissing { continue }
          removal.hasMissing = true
          throw EngineError.noSuch(.image, name)
        }
        try remove(match, options, &tree, &removal)
      } catch { removal.errors.append(error) }
    }
    return removal
  }

  /// Removes all images that fit.
  public func remove(
    filters: [String], all: Bool = true, _ options: RemoveOptions
  ) throws -> Removal {
    var removal = Removal()
    var images = try list(filters: filters, all: all).images
    // Those that others were built on come after them.
    images.sort { $0.created > $1.created }
    var tree = try ImageTree(self)
    for image in images {
      guard let stored = tree.image(image.id)?.stored else { continue }
      do { try delete(stored, options, &tree, &removal) } catch { removal.errors.append(error) }
    }
    return removal
  }

  private func remove(
    _ match: Match, _ options: RemoveOptions, _ tree: inout ImageTree, _ removal: inout Removal
  ) throws {
    let image = match.image
    if image.names.count > 1 {
      if let name = match.name {
        try engine.store.removeNames([name], fromImage: image.id)
        engine.events.emit(.image(.untag, id: image.id, name: name))
        removal.untagged.append(name)
        return
      }
      guard options.force else {
        throw EngineError.failed(
          "unable to delete image \"\(image.id)\" by ID with more than one tag "
            + "([\(image.names.joined(separator: " "))])", reason: "please force removal")
      }
    }
    try delete(image, options, &tree, &removal)
  }

  private func delete(
    _ image: StoredImage, _ options: RemoveOptions, _ tree: inout ImageTree,
    _ removal: inout Removal
  ) throws {
    if image.isReadOnly {
      throw EngineError.failed(
        "cannot remove read-only image \"\(image.id)\"",
        reason: "it is in one of the additional image stores")
    }
    let whole = tree.image(image.id)
    let parent = options.keepsParents ? nil : whole.flatMap { tree.parent(of: $0) }
    let hasChildren = whole.map { tree.hasChildren($0) } ?? false
    if options.force { try removeContainers(of: image.id) }
    do { try engine.store.deleteImage(image.id) } catch {
      if case StorageError.imageInUse(_, let containers)? = error as? StorageError {
        removal.hasUsed = true
        throw EngineError.inUse(.image, image.id, by: containers)
      }
      throw error
    }
    tree.forget(image.id)
    for name in image.names { engine.events.emit(.image(.untag, id: image.id, name: name)) }
    engine.events.emit(.image(.remove, id: image.id, name: image.names.first ?? image.id))
    removal.untagged += image.names
    if !hasChildren { removal.deleted.append(image.id) }
    if let whole { removal.size &+= tree.size(whole) }
    guard let parent, tree.image(parent.id) != nil, tree.isDangling(parent) else { return }
    // A parent that is in use stays, and that is no failure.
    var rest = removal
    do {
      try delete(parent.stored, RemoveOptions(), &tree, &rest)
      removal = rest
    } catch {}
  }

  private func removeContainers(of image: String) throws {
    for id in try containersOfImages()[image] ?? [] {
      if isOurs(container: id) {
        var options = Containers.RemoveOptions()
        options.isForced = true
        options.removesDependents = true
        try engine.containers.remove(id, options)
        continue
      }
      try engine.store.deleteContainer(id)
    }
  }

  /// Removes the images that nothing names, or with `all` those that no container stands on.
  public func prune(all: Bool, external: Bool, filters: [String]) throws -> Removal {
    var removal = Removal()
    var wanted = filters
    if all {
      wanted.append("containers=\(external ? "external" : "false")")
    } else {
      wanted.append("dangling=true")
    }
    var options = RemoveOptions()
    options.force = external
    // What goes may leave others behind that nothing needs any more.
    while true {
      let round = try remove(filters: wanted, options)
      removal.untagged += round.untagged
      removal.deleted += round.deleted
      removal.size &+= round.size
      // An image that came into use, or that a container of another engine needs, is none to prune.
      removal.errors += round.hasUsed ? [] : round.errors
      if round.deleted.isEmpty { return removal }
    }
  }
}
