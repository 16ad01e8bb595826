import Storage

extension Images {
  /// Gives an image further names; each is taken from the image that had it.
  ///
  /// - Returns: the names in full.
  @discardableResult
  public func tag(_ name: String, as newNames: [String]) throws -> [String] {
    let image = try find(name).image
    let names = try newNames.map(newName)
    try engine.store.addNames(names, toImage: image.id)
    for name in names { engine.events.emit(.image(.tag, id: image.id, name: name)) }
    return names
  }

  /// Takes names from an image, all where none is named.
  public func untag(_ name: String, _ names: [String]) throws {
    let image = try find(name).image
    var removed: [String] = names.isEmpty ? image.names : []
    for name in names {
      // As it stands among the image's names, or below localhost as tag would have written it.
      guard let own = try? find(name), own.image.id == image.id, let full = own.name else {
        let full = try newName(name)
        guard image.names.contains(full) else {
          throw EngineError.failed(full, reason: "tag not known")
        }
        removed.append(full)
        continue
      }
      removed.append(full)
    }
    try engine.store.removeNames(removed, fromImage: image.id)
    for name in removed { engine.events.emit(.image(.untag, id: image.id, name: name)) }
  }
}
